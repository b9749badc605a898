/* turn_conf: from settings to coturn's configuration (4.6.1 of Debian 12). */
#include "config.h"
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "conf/own_addresses.h"
#include "conf/turn_conf.h"
#include "conf/turn_port.h"

#define HEADER "# Made by cardead at every start; changes here are lost.\n"

/*
 * Everything is denied, by whatever name: lists of private ranges have been got round by mapped,
 * translated and unspecified addresses in one version after the other (CVE-2020-26262,
 * CVE-2026-27624). coturn looks at allowed-peer-ip first. Both ranges are whole, because 4.6.1
 * compares IPv6 addresses byte by byte.
 */
#define DENY_ALL                                                                                   \
	"denied-peer-ip=0.0.0.0-255.255.255.255\n"                                                     \
	"denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"

/*
 * What clients and operators do not need is off: relaying by TCP (RFC 6062), the telnet console,
 * the dynamic lists of the database but for its secrets, answers that are longer than the question.
 */
#define FIXED                                                                                      \
	"use-auth-secret\n"                                                                            \
	"fingerprint\n"                                                                                \
	"stale-nonce=600\n"                                                                            \
	"no-tcp-relay\n"                                                                               \
	"no-multicast-peers\n"                                                                         \
	"no-cli\n"                                                                                     \
	"no-dtls\n"                                                                                    \
	"no-software-attribute\n"                                                                      \
	"no-rfc5780\n"                                                                                 \
	"no-stun-backward-compatibility\n"                                                             \
	"response-origin-only-with-rfc5780\n"                                                          \
	"no-dynamic-ip-list\n"                                                                         \
	"no-dynamic-realms\n"                                                                          \
	"no-auth-pings\n"                                                                              \
	"log-file=stdout\n"                                                                            \
	"simple-log\n"                                                                                 \
	"new-log-timestamp\n"

bool cardea_turn_conf_is_own(const struct cardea_conf *conf)
{
	if (conf->turn_urls[0] != NULL || strcmp(conf->turn_server, "off") == 0) {
		return false;
	}
	return strcmp(conf->turn_server, "unit") == 0 || access(conf->turn_binary, X_OK) == 0;
}

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

static void add_list(GString *out, const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		g_string_append_printf(out, "%s=%s\n", name, *list);
	}
}

/* coturn has no way to write a quote, and cuts lines at 1024 bytes. */
static int add_path(GString *out, const char *name, const char *path, char **error)
{
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '"' || (unsigned char)*p < 0x20) {
			*error =
			        g_strdup_printf("%s: coturn cannot read a path with quotes or line ends", path);
			return CARDEA_E_INVALID;
		}
	}
	if (strlen(path) > 900) {
		*error = g_strdup_printf("%s: too long for coturn", path);
		return CARDEA_E_TOO_LONG;
	}
	g_string_append_printf(out, "%s=\"%s\"\n", name, path);
	return 0;
}

static int add_state_path(GString *out, const char *name, const struct cardea_conf *conf,
                          const char *below, char **error)
{
	g_autofree char *path = cardea_conf_path(conf, below);

	return add_path(out, name, path, error);
}

/*
 * With it, clients are told the public address as theirs, and coturn takes it for the private one
 * where it is a peer: nothing depends on a router that turns packets round.
 */
static void add_external(GString *out, const struct cardea_turn_conf_input *input)
{
	const char *public_address = input->conf->public_address;

	for (size_t i = 0; *public_address != '\0' && input->listen[i] != NULL; i++) {
		if (is_ipv6(input->listen[i]) == is_ipv6(public_address)) {
			g_string_append_printf(out, "external-ip=%s/%s\n", public_address, input->listen[i]);
			return;
		}
	}
}

static void add_network(GString *out, const struct cardea_turn_conf_input *input)
{
	const struct cardea_conf *conf = input->conf;

	add_list(out, "listening-ip", input->listen);
	add_list(out, "relay-ip", input->listen);
	add_external(out, input);
	g_string_append_printf(out,
	                       "listening-port=%u\n"
	                       "min-port=%" G_GINT64_FORMAT "\n"
	                       "max-port=%" G_GINT64_FORMAT "\n",
	                       input->port, conf->turn_relay_port_min, conf->turn_relay_port_max);
}

static int add_tls(GString *out, const struct cardea_conf *conf, char **error)
{
	int err;

	if (*conf->turn_tls_certificate == '\0') {
		g_string_append(out, "no-tls\n");
		return 0;
	}
	g_string_append_printf(out, "tls-listening-port=%" G_GINT64_FORMAT "\n", conf->turn_tls_port);
	err = add_path(out, "cert", conf->turn_tls_certificate, error);
	if (err == 0) {
		err = add_path(out, "pkey", conf->turn_tls_key, error);
	}
	g_string_append(out, "no-tlsv1\nno-tlsv1_1\n");
	return err;
}

static void add_peers(GString *out, const struct cardea_turn_conf_input *input)
{
	add_list(out, "allowed-peer-ip", input->peers);
	if (*input->conf->public_address != '\0') {
		g_string_append_printf(out, "allowed-peer-ip=%s\n", input->conf->public_address);
	}
	g_string_append(out, DENY_ALL);
}

int cardea_turn_conf_text(const struct cardea_turn_conf_input *input, char **out, char **error)
{
	const struct cardea_conf *conf = input->conf;
	GString *text = g_string_new(HEADER);
	int err;

	add_network(text, input);
	err = add_tls(text, conf, error);
	g_string_append_printf(text,
	                       "realm=%s\n"
	                       "user-quota=%" G_GINT64_FORMAT "\n"
	                       "total-quota=%" G_GINT64_FORMAT "\n",
	                       conf->turn_realm, conf->turn_user_quota, conf->turn_total_quota);
	g_string_append(text, FIXED);
	add_peers(text, input);
	/* Ours in any case: coturn would take the system's, with what its operator put there. */
	if (err == 0) {
		err = add_state_path(text, "userdb", conf, CARDEA_TURN_CONF_DB, error);
	}
	if (err == 0) {
		err = add_state_path(text, "pidfile", conf, "turn/coturn.pid", error);
	}
	if (input->static_secrets != NULL) {
		add_list(text, "static-auth-secret", input->static_secrets);
	}
	if (err != 0) {
		explicit_bzero(text->str, text->len);
		g_string_free(text, TRUE);
		return err;
	}
	*out = g_string_free(text, FALSE);
	return 0;
}

/* ---- what depends on this machine
 * ----------------------------------------------------------------- */

static char **one(const char *address)
{
	char **list = g_new0(char *, 2);

	list[0] = g_strdup(address);
	return list;
}

/* Those of the media node, as Janus offers them. */
static char **media_addresses(const struct cardea_conf *conf)
{
	return *conf->rtp_address != '\0' ? one(conf->rtp_address) : cardea_own_addresses(conf->ipv6);
}

static char **listen_addresses(const struct cardea_conf *conf)
{
	return conf->turn_listen[0] != NULL ? g_strdupv(conf->turn_listen) : media_addresses(conf);
}

static int write_text(const struct cardea_conf *conf, const char *text, char **error)
{
	g_autofree char *path = cardea_conf_path(conf, CARDEA_TURN_CONF_FILE);

	if (cardea_file_replace(path, text, strlen(text), 0600) != 0) {
		*error = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	return 0;
}

int cardea_turn_conf_write(const struct cardea_conf *conf, char **error)
{
	g_auto(GStrv) listen = listen_addresses(conf);
	g_auto(GStrv) peers = media_addresses(conf);
	struct cardea_turn_conf_input input = {
	        .conf = conf,
	        .listen = (const char *const *)listen,
	        .peers = (const char *const *)peers,
	};
	g_autofree char *text = NULL;
	int err;

	if (listen == NULL || peers == NULL) {
		*error = g_strdup_printf("addresses of this machine: %s", g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	err = cardea_turn_port_choose(conf);
	if (err != 0) {
		*error = g_strdup("turn.port: no free port found");
		return err;
	}
	input.port = cardea_turn_port(conf);
	err = cardea_turn_conf_text(&input, &text, error);
	return err != 0 ? err : write_text(conf, text, error);
}
