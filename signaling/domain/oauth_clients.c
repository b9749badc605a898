/* oauth_clients: the OAuth client of a tenant. */
#include "domain/oauth_clients.h"

#include <glib.h>
#include "cardea_error.h"
#include "domain/secrets.h"

#define SECRET_BYTES 32

static struct cardea_secret_place place_of(const struct cardea_client_row *row)
{
	return (struct cardea_secret_place){"oauth_clients", row->id, "secret"};
}

int cardea_oauth_client_open(struct cardea_tx *tx, const struct cardea_seal *seal,
                             const struct cardea_client_row *row, struct cardea_oauth_client *out)
{
	const struct cardea_secret_place place = place_of(row);

	out->id = cardea_tx_strdup(tx, row->id);
	return cardea_secret_open(seal, tx, &place, &row->secret, &out->secret);
}

static int make(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                struct cardea_oauth_client *out)
{
	struct cardea_client_row row = {.created_at = cardea_tx_now_ms(tx)};
	const struct cardea_secret_place place = place_of(&row);
	char *secret = cardea_id_base64url(cardea_tx_random(tx), SECRET_BYTES);
	int err = secret ? cardea_id_object_id(cardea_tx_random(tx), row.created_at, row.id)
	                 : CARDEA_E_SYSTEM;

	g_strlcpy(row.tenant, tenant, sizeof(row.tenant));
	if (!err) {
		err = cardea_secret_close(seal, tx, &place, secret, &row.secret);
	}
	g_free(secret);
	if (!err) {
		err = cardea_store_client_insert(tx, &row);
	}
	return err ? err : cardea_oauth_client_open(tx, seal, &row, out);
}

int cardea_oauth_client_of(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                           struct cardea_oauth_client *out)
{
	struct cardea_client_row row;
	int err = cardea_store_client_of(tx, tenant, &row);

	if (err == CARDEA_E_NOT_FOUND) {
		return make(tx, seal, tenant, out);
	}
	return err ? err : cardea_oauth_client_open(tx, seal, &row, out);
}
