/*
 * cardea_seal: AES-256-GCM sealing of secrets at rest and of opaque strings handed to clients
 * (spec/native 10). A key-id byte in front allows rotation. Immutable once made; any thread.
 *
 * Format: key id (1) | nonce (12) | ciphertext | tag (16).
 */
#ifndef CARDEA_SEAL_H
#define CARDEA_SEAL_H

#include <stddef.h>
#include <stdint.h>
#include "cardea_id.h"

#define CARDEA_SEAL_KEY_SIZE     32
#define CARDEA_SEAL_OVERHEAD     (1 + 12 + 16)
#define CARDEA_SEAL_DERIVED_SIZE 32

struct cardea_seal; /* a ring of keys; the newest seals, all open */

struct cardea_seal *cardea_seal_new(const struct cardea_random *random);
/* Adds key @id; the last one added seals. CARDEA_E_STORE_CONFLICT if the id is taken. */
int cardea_seal_add(struct cardea_seal *seal, uint8_t id, const uint8_t key[CARDEA_SEAL_KEY_SIZE]);
void cardea_seal_free(struct cardea_seal *seal); /* wipes; NULL is fine */

/*
 * Seals @len bytes bound to @ad, the associated data (for a column: "table/row/column"; for a
 * string given out: its purpose). *@out is new, freed with g_free, of @len + CARDEA_SEAL_OVERHEAD.
 */
int cardea_seal_close(const struct cardea_seal *seal, const char *ad, const void *data, size_t len,
                      uint8_t **out, size_t *out_len);
/* The reverse. CARDEA_E_SEAL for anything that is not exactly what was sealed under that @ad. The
 * result has one NUL byte behind it, not counted. */
int cardea_seal_open(const struct cardea_seal *seal, const char *ad, const void *data, size_t len,
                     uint8_t **out, size_t *out_len);

/* The same with base64url text outside: for strings that travel (resume, tickets). */
int cardea_seal_close_text(const struct cardea_seal *seal, const char *ad, const char *text,
                           char **out);
int cardea_seal_open_text(const struct cardea_seal *seal, const char *ad, const char *sealed,
                          char **out);

/* HMAC-SHA-256 under a key derived from the newest key and @purpose: for secrets that are derived
 * instead of stored. */
int cardea_seal_derive(const struct cardea_seal *seal, const char *purpose, const char *id,
                       uint8_t out[CARDEA_SEAL_DERIVED_SIZE]);

#endif
