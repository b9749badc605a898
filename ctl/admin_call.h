/* admin_call: one HTTP request over the daemon's admin unix socket. */
#ifndef CARDEA_CTL_ADMIN_CALL_H
#define CARDEA_CTL_ADMIN_CALL_H

#include <jansson.h>

/* @body (may be NULL) is sent as JSON and stays the caller's. *@answer is a new reference, or NULL
 * if there was no JSON. The HTTP status, or -1 with a message on stderr. */
long cardea_admin_call(const char *socket, const char *method, const char *path, const json_t *body,
                       json_t **answer);

#endif
