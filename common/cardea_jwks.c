/*
 * cardea_jwks: key sets. At most CARDEA_MAX_KEYS keys, so a look-up is a short walk.
 */
#include "cardea_jwk.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_limits.h"

struct cardea_jwks {
	gatomicrefcount refs;
	size_t count;
	struct cardea_jwk *keys[CARDEA_MAX_KEYS];
};

struct cardea_jwks *cardea_jwks_new(void)
{
	struct cardea_jwks *set = g_new0(struct cardea_jwks, 1);

	g_atomic_ref_count_init(&set->refs);
	return set;
}

int cardea_jwks_add(struct cardea_jwks *set, struct cardea_jwk *key)
{
	if (cardea_jwks_find(set, cardea_jwk_kid(key))) {
		return CARDEA_E_STORE_CONFLICT;
	}
	if (set->count == CARDEA_MAX_KEYS) {
		return CARDEA_E_TOO_LONG;
	}
	set->keys[set->count++] = cardea_jwk_ref(key);
	return 0;
}

int cardea_jwks_from_json(const json_t *json, struct cardea_jwks **out)
{
	const json_t *keys = json_object_get(json, "keys");
	struct cardea_jwks *set;
	int err = 0;

	if (!json_is_array(keys)) {
		return CARDEA_E_INVALID;
	}
	set = cardea_jwks_new();
	for (size_t i = 0; !err && i < json_array_size(keys); i++) {
		struct cardea_jwk *key = NULL;

		err = cardea_jwk_from_json(json_array_get(keys, i), &key);
		if (!err) {
			err = cardea_jwks_add(set, key);
		}
		cardea_jwk_unref(key);
	}
	if (err) {
		cardea_jwks_unref(set);
		return err;
	}
	*out = set;
	return 0;
}

json_t *cardea_jwks_to_json(const struct cardea_jwks *set)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < set->count; i++) {
		json_t *jwk = cardea_jwk_to_json(set->keys[i], false);

		if (jwk) {
			json_array_append_new(keys, jwk);
		}
	}
	return json_pack("{s:o}", "keys", keys);
}

const struct cardea_jwk *cardea_jwks_find(const struct cardea_jwks *set, const char *kid)
{
	for (size_t i = 0; kid && i < set->count; i++) {
		if (strcmp(cardea_jwk_kid(set->keys[i]), kid) == 0) {
			return set->keys[i];
		}
	}
	return NULL;
}

struct cardea_jwks *cardea_jwks_ref(struct cardea_jwks *set)
{
	g_atomic_ref_count_inc(&set->refs);
	return set;
}

void cardea_jwks_unref(struct cardea_jwks *set)
{
	if (!set || !g_atomic_ref_count_dec(&set->refs)) {
		return;
	}
	for (size_t i = 0; i < set->count; i++) {
		cardea_jwk_unref(set->keys[i]);
	}
	g_free(set);
}
