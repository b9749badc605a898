#include "keys.h"

#include <glib.h>
#include "cardea_error.h"

struct cardea_keys {
	GMutex lock;
	char *issuer;            /* NULL before the first set */
	struct cardea_jwks *set; /* immutable; swapped as a whole */
};

struct cardea_keys *cardea_keys_new(void)
{
	struct cardea_keys *keys = g_new0(struct cardea_keys, 1);
	g_mutex_init(&keys->lock);
	return keys;
}

void cardea_keys_free(struct cardea_keys *keys)
{
	if (!keys)
		return;
	if (keys->set)
		cardea_jwks_unref(keys->set);
	g_free(keys->issuer);
	g_mutex_clear(&keys->lock);
	g_free(keys);
}

int cardea_keys_replace(struct cardea_keys *keys, const char *issuer, const json_t *jwks)
{
	struct cardea_jwks *set;
	int err = cardea_jwks_from_json(jwks, &set);
	if (err < 0)
		return err;
	char *name = g_strdup(issuer);
	g_mutex_lock(&keys->lock);
	struct cardea_jwks *old_set = keys->set;
	char *old_issuer = keys->issuer;
	keys->set = set;
	keys->issuer = name;
	g_mutex_unlock(&keys->lock);
	if (old_set)
		cardea_jwks_unref(old_set);
	g_free(old_issuer);
	return 0;
}

int cardea_keys_verify(struct cardea_keys *keys, const char *token, size_t len, int64_t now_s,
                       struct cardea_join_claims *claims)
{
	g_mutex_lock(&keys->lock);
	struct cardea_jwks *set = keys->set ? cardea_jwks_ref(keys->set) : NULL;
	char *issuer = g_strdup(keys->issuer);
	g_mutex_unlock(&keys->lock);
	int err = CARDEA_E_TOKEN_KID_UNKNOWN;
	if (set) {
		err = cardea_join_token_verify(set, issuer, token, len, now_s, claims);
		cardea_jwks_unref(set);
	}
	g_free(issuer);
	return err;
}
