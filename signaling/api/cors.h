/*
 * cors: pages of other origins may call the API (spec/native 12): every call carries its credential
 * in itself, never in a cookie, so any origin is fine and credentials mode is not offered. Loop
 * thread.
 */
#ifndef CARDEA_API_CORS_H
#define CARDEA_API_CORS_H

#include "net/http.h"

/* Adds the headers to @request if its path is one of the API, so that they are on errors as well.
 * True if it was a preflight: then it is answered. */
bool cardea_cors_apply(struct cardea_http_request *request);

#endif
