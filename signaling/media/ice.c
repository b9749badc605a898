#include "media/ice.h"

#include <stdbool.h>
#include <stddef.h>
#include "cardea_json_write.h"
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

static void put_list(GString *out, const char *name, const char *const *list)
{
	cardea_json_begin(out, name, '[');
	for (size_t i = 0; list && list[i]; i++) {
		cardea_json_put_text(out, NULL, list[i]);
	}
	cardea_json_end(out, ']');
}

void cardea_ice_put_stun(GString *out, const char *name, const struct cardea_ice_options *ice)
{
	put_list(out, name, ice->stun_urls);
}

void cardea_ice_put_turn(GString *out, const char *name, const struct cardea_ice_options *ice,
                         const char *client_id, int64_t now_s)
{
	struct cardea_turn_credential credential;
	int64_t expires_s = now_s + ttl_s(ice);

	cardea_json_begin(out, name, '[');
	if (!is_empty(ice->turn_urls) && !is_empty(ice->turn_secrets) &&
	    !cardea_turn_mint(ice->turn_secrets[0], client_id, expires_s, &credential)) {
		cardea_json_begin(out, NULL, '{');
		put_list(out, "urls", ice->turn_urls);
		cardea_json_put_text(out, "username", credential.username);
		cardea_json_put_text(out, "password", credential.password);
		cardea_json_end(out, '}');
	}
	cardea_json_end(out, ']');
}

json_t *cardea_ice_stun(const struct cardea_ice_options *ice)
{
	return string_array(ice->stun_urls);
}

json_t *cardea_ice_turn(const struct cardea_ice_options *ice, const char *client_id, int64_t now_s)
{
	GString *out = g_string_new(NULL);
	g_autofree char *text = NULL;
	json_t *servers;

	cardea_ice_put_turn(out, NULL, ice, client_id, now_s);
	text = cardea_json_finish(out);
	servers = text ? json_loads(text, 0, NULL) : NULL;
	if (json_array_size(servers) > 0) {
		json_object_set_new(json_array_get(servers, 0), "expires_in", json_integer(ttl_s(ice)));
	}
	return servers;
}

json_t *cardea_ice_control(const struct cardea_ice_options *ice)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:I}", "request", "turn", "stun",
	                 string_array(ice->stun_urls), "urls", string_array(ice->turn_urls), "secrets",
	                 string_array(ice->turn_secrets), "ttl_s", (json_int_t)ttl_s(ice));
}
