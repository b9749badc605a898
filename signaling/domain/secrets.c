/* secrets: opaque credentials and how they rest. */
#include "domain/secrets.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_id.h"

#define PLACE_SIZE 160

const char cardea_api_key_prefix[] = "ck_live_";

static int name_place(const struct cardea_secret_place *place, char out[PLACE_SIZE])
{
	int len = snprintf(out, PLACE_SIZE, "%s/%s/%s", place->table, place->row, place->column);

	return len > 0 && len < PLACE_SIZE ? 0 : CARDEA_E_TOO_LONG;
}

int cardea_secret_close(const struct cardea_seal *seal, struct cardea_tx *tx,
                        const struct cardea_secret_place *place, const char *text,
                        struct cardea_sealed *out)
{
	char ad[PLACE_SIZE];
	uint8_t *sealed = NULL;
	size_t len = 0;
	int err = name_place(place, ad);

	if (!err) {
		err = cardea_seal_close(seal, ad, text, strlen(text), &sealed, &len);
	}
	if (!err) {
		out->data = memcpy(cardea_tx_alloc(tx, len), sealed, len);
		out->len = len;
		out->secret = cardea_tx_strdup(tx, text);
		g_free(sealed);
	}
	return err;
}

int cardea_secret_open(const struct cardea_seal *seal, struct cardea_tx *tx,
                       const struct cardea_secret_place *place, const struct cardea_sealed *sealed,
                       const char **out)
{
	char ad[PLACE_SIZE];
	uint8_t *text = NULL;
	size_t len = 0;
	int err = sealed->data ? name_place(place, ad) : CARDEA_E_NOT_FOUND;

	if (!err && sealed->secret) {
		*out = sealed->secret;
		return 0;
	}
	if (!err) {
		err = cardea_seal_open(seal, ad, sealed->data, sealed->len, &text, &len);
	}
	if (!err) {
		*out = cardea_tx_strdup(tx, (const char *)text);
		explicit_bzero(text, len);
		g_free(text);
	}
	return err;
}

/* Tokens of ours begin with their time, and so does what they are looked up by: new ones are
 * neighbours in the index, so that a commit writes few pages. Their random part is in the digest
 * alone. */
static int lookup_of(const char *secret, char out[CARDEA_LOOKUP_SIZE])
{
	size_t time_len = cardea_id_is_alnum(secret, CARDEA_TOKEN_CHARS) ? CARDEA_TOKEN_TIME_CHARS : 0;

	memcpy(out, secret, time_len);
	return cardea_digest_hex(secret, out + time_len);
}

int cardea_secret_register(struct cardea_tx *tx, const char *tenant, const char *secret,
                           enum cardea_credential_kind kind, const char *subject)
{
	struct cardea_credential_row row = {.kind = kind, .created_at = cardea_tx_now_ms(tx)};
	int err = lookup_of(secret, row.digest);

	if (err) {
		return err;
	}
	g_strlcpy(row.tenant, tenant, sizeof(row.tenant));
	g_strlcpy(row.subject, subject, sizeof(row.subject));
	return cardea_store_credential_insert(tx, &row);
}

int cardea_secret_issue(const struct cardea_seal *seal, struct cardea_tx *tx, const char *tenant,
                        enum cardea_credential_kind kind, const struct cardea_secret_place *place,
                        struct cardea_sealed *out)
{
	char secret[CARDEA_TOKEN_CHARS + 1];
	int err = cardea_id_token(cardea_tx_random(tx), cardea_tx_now_ms(tx), secret);

	if (!err) {
		err = cardea_secret_register(tx, tenant, secret, kind, place->row);
	}
	if (!err) {
		err = cardea_secret_close(seal, tx, place, secret, out);
	}
	explicit_bzero(secret, sizeof(secret));
	return err;
}

int cardea_secret_find(struct cardea_tx *tx, const char *secret, struct cardea_credential_row *out)
{
	char digest[CARDEA_LOOKUP_SIZE];
	int err = lookup_of(secret, digest);

	return err ? err : cardea_store_credential_find(tx, digest, out);
}

int cardea_secret_revoke(const struct cardea_seal *seal, struct cardea_tx *tx, const char *tenant,
                         const struct cardea_secret_place *place,
                         const struct cardea_sealed *sealed)
{
	char digest[CARDEA_LOOKUP_SIZE];
	const char *secret = NULL;
	int err = cardea_secret_open(seal, tx, place, sealed, &secret);

	if (err == CARDEA_E_NOT_FOUND) {
		return 0;
	}
	if (!err) {
		err = lookup_of(secret, digest);
	}
	return err ? err : cardea_store_credential_delete(tx, tenant, digest);
}
