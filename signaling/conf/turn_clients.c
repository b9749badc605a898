/* turn_clients: our own server's addresses and secrets, or the settings' lists as they are. */
#include "config.h"
#include <glib.h>
#include <string.h>
#include "cardea_error.h"
#include "conf/keys.h"
#include "conf/own_addresses.h"
#include "conf/turn_clients.h"
#include "conf/turn_conf.h"
#include "conf/turn_port.h"

#define SECRET_FILE "keys/turn.secret"

static void wipe(char **list)
{
	for (char **item = list; item != NULL && *item != NULL; item++) {
		explicit_bzero(*item, strlen(*item));
	}
	g_strfreev(list);
}

/* turn.secrets, else the lines of the key file. */
static int load_secrets(const struct cardea_conf *conf, char ***out, char **error)
{
	if (conf->turn_secrets[0] != NULL) {
		*out = g_strdupv(conf->turn_secrets);
		return 0;
	}
	return cardea_keys_secrets(conf->state_dir, SECRET_FILE, out, error);
}

/* Nobody but this machine reaches it by such a name. */
static bool is_loopback(const char *host)
{
	return g_str_has_prefix(host, "127.") || strcmp(host, "::1") == 0 ||
	       strcmp(host, "localhost") == 0;
}

/* The host of http.public_url, or NULL. */
static char *public_host(const struct cardea_conf *conf)
{
	g_autoptr(GUri) uri = g_uri_parse(conf->public_url, G_URI_FLAGS_NONE, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

	return host != NULL && *host != '\0' && !is_loopback(host) ? g_strdup(host) : NULL;
}

static char *first_address(const struct cardea_conf *conf)
{
	g_auto(GStrv) own = NULL;

	if (conf->turn_listen[0] != NULL) {
		return g_strdup(conf->turn_listen[0]);
	}
	own = cardea_own_addresses(conf->ipv6);
	return own != NULL ? g_strdup(own[0]) : NULL;
}

/* How clients reach our server: a URL's host; NULL if this machine has no address. */
static char *client_host(const struct cardea_conf *conf)
{
	char *host = NULL, *literal;

	if (*conf->turn_host != '\0') {
		host = g_strdup(conf->turn_host);
	} else if (*conf->public_address != '\0') {
		host = g_strdup(conf->public_address);
	} else {
		host = public_host(conf);
	}
	if (host == NULL) {
		host = *conf->rtp_address != '\0' ? g_strdup(conf->rtp_address) : first_address(conf);
	}
	if (host == NULL || strchr(host, ':') == NULL) {
		return host;
	}
	literal = g_strdup_printf("[%s]", host);
	g_free(host);
	return literal;
}

static char **finish(GPtrArray *list)
{
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

static char **own_stun_urls(const struct cardea_conf *conf, const char *host, uint16_t port)
{
	GPtrArray *list = g_ptr_array_new();

	for (size_t i = 0; conf->stun_urls[i] != NULL; i++) {
		g_ptr_array_add(list, g_strdup(conf->stun_urls[i]));
	}
	g_ptr_array_add(list, g_strdup_printf("stun:%s:%u", host, port));
	return finish(list);
}

static char **own_urls(const struct cardea_conf *conf, const char *host, uint16_t port)
{
	GPtrArray *list = g_ptr_array_new();

	g_ptr_array_add(list, g_strdup_printf("turn:%s:%u", host, port));
	g_ptr_array_add(list, g_strdup_printf("turn:%s:%u?transport=tcp", host, port));
	if (*conf->turn_tls_certificate != '\0') {
		g_ptr_array_add(list, g_strdup_printf("turns:%s:%" G_GINT64_FORMAT "?transport=tcp", host,
		                                      conf->turn_tls_port));
	}
	return finish(list);
}

int cardea_turn_clients_load(const struct cardea_conf *conf, struct cardea_turn_clients *out,
                             char **error)
{
	bool own = cardea_turn_conf_is_own(conf);
	g_autofree char *host = own ? client_host(conf) : NULL;
	uint16_t port = own ? cardea_turn_port(conf) : 0;
	char **secrets = NULL;
	int err;

	if (host == NULL || port == 0) {
		*out = (struct cardea_turn_clients){
		        .stun_urls = g_strdupv(conf->stun_urls),
		        .urls = g_strdupv(conf->turn_urls),
		        .secrets = g_strdupv(conf->turn_secrets),
		};
		return 0;
	}
	err = load_secrets(conf, &secrets, error);
	if (err != 0) {
		return err;
	}
	*out = (struct cardea_turn_clients){
	        .stun_urls = own_stun_urls(conf, host, port),
	        .urls = own_urls(conf, host, port),
	        .secrets = secrets,
	};
	return 0;
}

void cardea_turn_clients_clear(struct cardea_turn_clients *clients)
{
	g_strfreev(clients->stun_urls);
	g_strfreev(clients->urls);
	wipe(clients->secrets);
	*clients = (struct cardea_turn_clients){0};
}
