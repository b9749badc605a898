#include "ice_servers.h"

#include <string.h>
#include <glib.h>
#include <openssl/crypto.h>
#include "cardea_error.h"
#include "cardea_turn.h"

struct cardea_ice_servers {
	GMutex lock;
	json_t *stun;
	json_t *urls;
	char *secret; /* newest; NULL: no TURN */
	int64_t ttl_s;
};

static void wipe(char *secret)
{
	if (secret)
		OPENSSL_cleanse(secret, strlen(secret));
	g_free(secret);
}

struct cardea_ice_servers *cardea_ice_servers_new(void)
{
	struct cardea_ice_servers *servers = g_new0(struct cardea_ice_servers, 1);
	g_mutex_init(&servers->lock);
	servers->stun = json_array();
	servers->urls = json_array();
	return servers;
}

void cardea_ice_servers_free(struct cardea_ice_servers *servers)
{
	if (!servers)
		return;
	json_decref(servers->stun);
	json_decref(servers->urls);
	wipe(servers->secret);
	g_mutex_clear(&servers->lock);
	g_free(servers);
}

static int check_strings(const json_t *array)
{
	size_t i;
	json_t *value;
	json_array_foreach(array, i, value)
	{
		if (!json_is_string(value))
			return CARDEA_E_JSON_TYPE;
	}
	return 0;
}

int cardea_ice_servers_replace(struct cardea_ice_servers *servers, const json_t *stun,
                               const json_t *urls, const json_t *secrets, int64_t ttl_s)
{
	if (check_strings(stun) < 0 || check_strings(urls) < 0 || check_strings(secrets) < 0)
		return CARDEA_E_JSON_TYPE;
	const char *secret = json_string_value(json_array_get(secrets, 0));
	if (json_array_size(urls) > 0 && (!secret || !*secret))
		return CARDEA_E_INVALID;
	json_t *new_stun = stun ? json_deep_copy(stun) : json_array();
	json_t *new_urls = urls ? json_deep_copy(urls) : json_array();
	char *new_secret = g_strdup(secret);
	g_mutex_lock(&servers->lock);
	json_t *old_stun = servers->stun, *old_urls = servers->urls;
	char *old_secret = servers->secret;
	servers->stun = new_stun;
	servers->urls = new_urls;
	servers->secret = new_secret;
	servers->ttl_s = ttl_s;
	g_mutex_unlock(&servers->lock);
	json_decref(old_stun);
	json_decref(old_urls);
	wipe(old_secret);
	return 0;
}

void cardea_ice_servers_add(struct cardea_ice_servers *servers, json_t *object,
                            const char *client_id, int64_t now_s)
{
	/* Copies, because rooms answer at once and jansson reads its counts without care for that. */
	g_mutex_lock(&servers->lock);
	json_t *stun = json_deep_copy(servers->stun);
	json_t *urls = json_deep_copy(servers->urls);
	char *secret = g_strdup(servers->secret);
	int64_t ttl_s = servers->ttl_s;
	g_mutex_unlock(&servers->lock);
	json_t *turn = json_array();
	struct cardea_turn_credential credential;
	if (json_array_size(urls) > 0 && secret &&
	    cardea_turn_mint(secret, client_id, now_s + ttl_s, &credential) == 0)
		json_array_append_new(turn, json_pack("{s:O, s:s, s:s, s:I}", "urls", urls, "username",
		                                      credential.username, "password", credential.password,
		                                      "expires_in", (json_int_t)ttl_s));
	json_object_set_new(object, "stun_servers", stun);
	json_object_set_new(object, "turn_servers", turn);
	json_decref(urls);
	wipe(secret);
}
