/*
 * crypt: SRTP of one connection: both directions from the keys of its handshake.
 */
#ifndef PEERS_CRYPT_H
#define PEERS_CRYPT_H

#include <srtp2/srtp.h>
#include <stdbool.h>
#include "dtls.h"

struct crypt {
	srtp_t in, out;
};

/* Before any other function, once; false when libsrtp cannot start. */
bool crypt_setup(void);
void crypt_teardown(void);

/* @client: whether we were the client of the handshake. */
bool crypt_init(struct crypt *crypt, const struct dtls_keys *keys, bool client);
void crypt_clear(struct crypt *crypt);

#endif
