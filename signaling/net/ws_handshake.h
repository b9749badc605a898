/*
 * ws_handshake: the texts of the opening handshake (RFC 6455 4). Pure but for the randomness of the
 * key; any thread.
 */
#ifndef CARDEA_NET_WS_HANDSHAKE_H
#define CARDEA_NET_WS_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#define CARDEA_WS_KEY_SIZE     25 /* base64 of 16 bytes, and NUL */
#define CARDEA_WS_ACCEPT_SIZE  29 /* base64 of 20 bytes, and NUL */
#define CARDEA_WS_MAX_RESPONSE 4096

/* True if @key is the base64 form of 16 bytes (4.2.1). */
bool cardea_ws_is_key(const char *key);
/* A random key. Returns 0 or a negative cardea_error. */
int cardea_ws_make_key(char out[CARDEA_WS_KEY_SIZE]);
/* base64(SHA-1(key + GUID)), 4.2.2. Returns 0 or CARDEA_E_CRYPTO. */
int cardea_ws_accept(const char *key, char out[CARDEA_WS_ACCEPT_SIZE]);
/* True if the @len bytes of @head are an answer that opens the socket asked for with @key and
 * @subprotocol (may be NULL) by 4.1: 101, upgrade, the right accept, nothing that was not offered.
 */
bool cardea_ws_check_response(const char *head, size_t len, const char *key,
                              const char *subprotocol);

#endif
