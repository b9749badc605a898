/*
 * dtls: the handshake that gives SRTP its keys (RFC 5764), over memory BIOs: whoever owns it moves
 * the datagrams. One certificate for the process.
 */
#ifndef PEERS_DTLS_H
#define PEERS_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_FINGERPRINT_SIZE 96 /* SHA-256 as text with colons and end */
#define DTLS_MAX_KEYS         128

struct dtls;

/* A flight of at most a few datagrams' size, sent as one. */
typedef void (*dtls_send)(void *arg, const uint8_t *data, size_t len);

enum dtls_state { DTLS_HANDSHAKE, DTLS_DONE, DTLS_FAILED };

/* What RFC 5764 4.2 exports: for both directions, the client's first. */
struct dtls_keys {
	unsigned profile; /* enum srtp_profile_t */
	uint8_t material[DTLS_MAX_KEYS];
};

/* Makes the process' certificate; false when OpenSSL cannot. Once, before any other function. */
bool dtls_setup(void);
void dtls_teardown(void);

/* The certificate's SHA-256. */
const char *dtls_fingerprint(void);

/* @remote_fingerprint: what the certificate of the other side must have. */
struct dtls *dtls_new(bool client, const char *remote_fingerprint, dtls_send send, void *arg);
void dtls_free(struct dtls *dtls);

/* The client begins; the server waits. */
void dtls_start(struct dtls *dtls);

/* A DTLS datagram. Also answers what is sent again. */
void dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len);

/* Sends again what is due. Every few tens of milliseconds until it is done. */
void dtls_tick(struct dtls *dtls);

enum dtls_state dtls_state(const struct dtls *dtls);

/* When it is done; false when no profile was agreed on. */
bool dtls_export(struct dtls *dtls, struct dtls_keys *keys);

#endif
