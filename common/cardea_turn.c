/*
 * cardea_turn: what coturn checks with use-auth-secret: the name carries its own expiry, the
 * password is the MAC of the name, so no side has to store either.
 */
#include "cardea_turn.h"

#include <string.h>
#include <glib.h>
#include <openssl/evp.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_id.h"

int cardea_turn_mint(const char *secret, const char *client_id, int64_t expires_s,
                     struct cardea_turn_credential *out)
{
	struct cardea_turn_credential made;
	uint8_t mac[CARDEA_SHA1_SIZE];
	int err;

	/* coturn reads the name up to the first colon as the expiry and counts a user's quota by the
	 * rest: an id with a separator of its own could claim another's quota. */
	if (!cardea_id_is_plain(client_id, CARDEA_MAX_ID) || strchr(client_id, ':')) {
		return CARDEA_E_INVALID;
	}
	g_snprintf(made.username, sizeof(made.username), "%" G_GINT64_FORMAT ":%s", expires_s,
	           client_id);
	err = cardea_hmac_sha1(secret, strlen(secret), made.username, strlen(made.username), mac);
	if (err) {
		return err;
	}
	EVP_EncodeBlock((unsigned char *)made.password, mac, sizeof(mac));
	*out = made;
	return 0;
}
