#include "media/ice.h"

#include <stdbool.h>
#include <stddef.h>
#include "cardea_turn.h"

#define DEFAULT_TURN_TTL_S 600 /* DESIGN 5 */

static json_t *string_array(const char *const *list)
{
	json_t *array = json_array();

	for (size_t i = 0; list && list[i]; i++) {
		json_array_append_new(array, json_string(list[i]));
	}
	return array;
}

static bool is_empty(const char *const *list)
{
	return !list || !list[0];
}

static int64_t ttl_s(const struct cardea_ice_options *ice)
{
	return ice->turn_ttl_s > 0 ? ice->turn_ttl_s : DEFAULT_TURN_TTL_S;
}

json_t *cardea_ice_stun(const struct cardea_ice_options *ice)
{
	return string_array(ice->stun_urls);
}

json_t *cardea_ice_turn(const struct cardea_ice_options *ice, const char *client_id, int64_t now_s)
{
	struct cardea_turn_credential credential;
	int64_t ttl = ttl_s(ice);

	if (is_empty(ice->turn_urls) || is_empty(ice->turn_secrets) ||
	    cardea_turn_mint(ice->turn_secrets[0], client_id, now_s + ttl, &credential)) {
		return json_array();
	}
	return json_pack("[{s:o, s:s, s:s, s:I}]", "urls", string_array(ice->turn_urls), "username",
	                 credential.username, "password", credential.password, "expires_in",
	                 (json_int_t)ttl);
}

json_t *cardea_ice_control(const struct cardea_ice_options *ice)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:I}", "request", "turn", "stun",
	                 string_array(ice->stun_urls), "urls", string_array(ice->turn_urls), "secrets",
	                 string_array(ice->turn_secrets), "ttl_s", (json_int_t)ttl_s(ice));
}
