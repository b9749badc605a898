/*
 * listen: what the supervisor binds and keeps, so that the ports accept while no worker runs.
 * *@error is freed with g_free. Descriptors are non-blocking and closed on exec.
 */
#ifndef CARDEA_SUPERVISOR_LISTEN_H
#define CARDEA_SUPERVISOR_LISTEN_H

#include <stdint.h>

/* A listening TCP socket on a numeric address. Waits up to 3 s for a worker of a supervisor that
 * was killed to let go of the port. */
int cardea_listen_tcp(const char *address, uint16_t port, int *fd, char **error);

/* A listening unix socket of mode 0600, replacing what is left of an earlier one: the caller holds
 * the lock of the state folder. */
int cardea_listen_unix(const char *path, int *fd, char **error);

/* The port a TCP socket is bound to; 0 on failure. */
uint16_t cardea_listen_port(int fd);

/* Takes the lock of a state folder, which is held until the process ends. CARDEA_E_IN_USE if
 * another supervisor has it. */
int cardea_listen_lock(const char *path, int *fd, char **error);

#endif
