/*
 * supervisor: the small process in front. It binds the sockets and keeps the worker, Janus and our
 * TURN server running, so that the ports go on accepting and the calls go on when the worker is
 * killed. It reads no network input and no key: what needs keys runs in a process of its own
 * (`cardead
 * --prepare`).
 *
 * SIGTERM, SIGINT: stops the worker, then the others, and ends. A second one: SIGKILL for all.
 * SIGHUP: checks the configuration and starts the worker anew with it; the TURN server reads its
 * certificate again.
 * If it is killed itself, the worker ends with it; Janus and the TURN server go on, and the next
 * supervisor on the same state folder adopts them.
 */
#ifndef CARDEA_SUPERVISOR_SUPERVISOR_H
#define CARDEA_SUPERVISOR_SUPERVISOR_H

#include "conf/conf.h"

/* Runs until it is stopped. @args: the command line without the program's name, which the worker
 * gets as well. 0, or a negative cardea_error if it could not start; then it has logged why. */
int cardea_supervisor_run(const struct cardea_conf *conf, char *const *args);

#endif
