/*
 * presented: the credential of a request of the participants dialect (spec/participants 2.1, 2.6).
 * Loop thread only.
 */
#ifndef CARDEA_API_PRESENTED_H
#define CARDEA_API_PRESENTED_H

#include "domain/domain.h"
#include "net/http.h"

/* X-API-Key, else Authorization: Bearer. NULL with *@out borrowed from the request, or the text of
 * the 401 it deserves. */
int cardea_presented_read(const struct cardea_http_request *request, struct cardea_presented *out);

/* `origin` of struct cardea_presented. Borrowed. */
const char *cardea_presented_origin(const struct cardea_http_request *request);

#endif
