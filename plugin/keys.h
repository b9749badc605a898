/*
 * keys: issuer and public keys of join tokens, as the gateway last told them.
 *
 * Any thread; one leaf mutex, held only to take a reference, never while a signature is checked.
 */
#ifndef CARDEA_PLUGIN_KEYS_H
#define CARDEA_PLUGIN_KEYS_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "cardea_join_token.h"

struct cardea_keys;

struct cardea_keys *cardea_keys_new(void);
void cardea_keys_free(struct cardea_keys *keys);

/* Replaces issuer and set at once; on an error the old ones stay. */
int cardea_keys_replace(struct cardea_keys *keys, const char *issuer, const json_t *jwks);

/* cardea_join_token_verify against the set in force. CARDEA_E_TOKEN_KID_UNKNOWN before the first
 * set is there. */
int cardea_keys_verify(struct cardea_keys *keys, const char *token, size_t len, int64_t now_s,
                       struct cardea_join_claims *claims);

#endif
