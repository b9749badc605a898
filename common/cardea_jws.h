/*
 * cardea_jws: compact JWS (RFC 7515) with the algorithm pinned to the key (RFC 8725 3.1). "none"
 * does not exist here; the header's `alg` is compared, never followed. No state, any thread.
 */
#ifndef CARDEA_JWS_H
#define CARDEA_JWS_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "cardea_jwk.h"

/*
 * Signs @payload as a compact JWS with header {"alg","kid","typ"}. *@out is a new NUL-terminated
 * string, freed with g_free. CARDEA_E_CRYPTO if the key cannot sign.
 */
int cardea_jws_sign(const struct cardea_jwk *key, const char *typ, const json_t *payload,
                    char **out);
/* The same of an object that is text already. CARDEA_E_INVALID for NULL. */
int cardea_jws_sign_text(const struct cardea_jwk *key, const char *typ, const char *payload,
                         char **out);

/*
 * Verifies @len bytes of @token against @keys at @now_s (unix seconds): length, three parts, strict
 * base64url, header and payload as objects without duplicate names, `alg` equal to the key's, `typ`
 * equal to @typ, `kid` known, no `crit`, no embedded key (jwk, jku, x5u, x5c), key within its
 * validity, signature length and signature. Claims are the caller's business.
 * Returns 0 with *@payload a new reference, else one CARDEA_E_TOKEN_* that names the check.
 */
int cardea_jws_verify(const struct cardea_jwks *keys, const char *typ, const char *token,
                      size_t len, int64_t now_s, json_t **payload);

/*
 * For the tokens of callers that share a secret with us, which is chosen by what the token says
 * (`iss`): HS256 and nothing else.
 */
/* With header {"alg":"HS256","typ":"JWT"}. *@out is freed with g_free. */
int cardea_jws_sign_secret(const char *secret, const json_t *payload, char **out);
/* The claims of a token that nobody has verified: only to find the secret. *@payload is a new
 * reference. CARDEA_E_TOKEN_*. */
int cardea_jws_peek(const char *token, size_t len, json_t **payload);
/* As cardea_jws_verify, for one secret; `typ` may be missing. */
int cardea_jws_verify_secret(const char *secret, const char *token, size_t len, json_t **payload);

#endif
