/* janus_conf: from settings to Janus' .jcfg files (facts/janus 2.3, 2.4, 7). */
#include "config.h"
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "conf/janus_conf.h"
#include "conf/keys.h"
#include "conf/own_addresses.h"
#include "conf/quote.h"

#define PLUGIN   "libjanus_cardea.so"
#define MAX_FILE 65536
#define HEADER   "# Made by cardead at every start; changes here are lost.\n"

/* Debian's janus brings these as well; unwanted doors stay shut. */
#define OTHER_TRANSPORTS                                                                           \
	"libjanus_http.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg."  \
	"so"

/* How long Janus keeps what it sent for retransmission, at least. It sends a packet again once in
 * 200 ms, so that with its default of 200 ms a second time never comes: where the first
 * retransmission is lost as well, the picture stands until the browser asks for a key frame. */
#define NACK_QUEUE_MS 500

static void add_string(GString *out, const char *name, const char *value)
{
	char *quoted = cardea_quote(value);

	g_string_append_printf(out, "\t%s = %s\n", name, quoted);
	explicit_bzero(quoted, strlen(quoted));
	g_free(quoted);
}

static void add_path(GString *out, const char *name, const struct cardea_conf *conf,
                     const char *below)
{
	g_autofree char *path = cardea_conf_path(conf, below);

	add_string(out, name, path);
}

static int64_t or_cores(int64_t value, const struct cardea_janus_conf_input *input)
{
	return value > 0 ? value : input->cores;
}

/*
 * ice_enforce_list compares beginnings, so 10.0.0.1 also lets 10.0.0.17 pass; there is no exact
 * form. With a list that nothing passes libnice offers every address: hence the checks of
 * cardea_conf_finish and check_rtp_address (facts/janus 7.1).
 */
static void add_nat(GString *out, const struct cardea_conf *conf)
{
	g_string_append(out, "nat: {\n"
	                     "\tfull_trickle = true\n"
	                     "\tignore_mdns = true\n");
	if (*conf->rtp_address != '\0') {
		add_string(out, "ice_enforce_list", conf->rtp_address);
	}
	if (*conf->public_address != '\0') {
		add_string(out, "nat_1_1_mapping", conf->public_address);
	}
	g_string_append(out, "}\n");
}

/*
 * session_timeout: cardead ends sessions itself. reclaim_session_timeout: the calls of a gateway
 * that was killed wait for it to claim them (DESIGN 7).
 */
char *cardea_janus_conf_core(const struct cardea_janus_conf_input *input)
{
	const struct cardea_conf *conf = input->conf;
	GString *out = g_string_new(HEADER "general: {\n");

	add_path(out, "configs_folder", conf, "janus");
	add_path(out, "plugins_folder", conf, "janus/plugins");
	add_string(out, "server_name", conf->node);
	add_string(out, "api_secret", input->api_secret);
	add_string(out, "admin_secret", input->admin_secret);
	g_string_append_printf(out,
	                       "\tdebug_level = 4\n"
	                       "\tdebug_timestamps = true\n"
	                       "\tdebug_colors = false\n"
	                       "\tsession_timeout = 0\n"
	                       "\treclaim_session_timeout = 120\n"
	                       "\tevent_loops = %" G_GINT64_FORMAT "\n"
	                       "\tallow_loop_indication = true\n"
	                       "}\n"
	                       "media: {\n"
	                       "\trtp_port_range = \"%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "\"\n"
	                       "\tmin_nack_queue = %d\n"
	                       "\tipv6 = %s\n"
	                       "\tipv6_linklocal = false\n"
	                       "}\n",
	                       or_cores(conf->event_loops, input), conf->rtp_port_min,
	                       conf->rtp_port_max, NACK_QUEUE_MS, conf->ipv6 ? "true" : "false");
	add_nat(out, conf);
	g_string_append(out, "transports: {\n"
	                     "\tdisable = \"" OTHER_TRANSPORTS "\"\n"
	                     "}\n"
	                     "loggers: {\n"
	                     "\tdisable = \"libjanus_jsonlog.so\"\n"
	                     "}\n"
	                     "events: {\n"
	                     "\tbroadcast = false\n"
	                     "}\n");
	return g_string_free(out, FALSE);
}

char *cardea_janus_conf_websockets(const struct cardea_janus_conf_input *input)
{
	GString *out = g_string_new(HEADER "general: {\n"
	                                   "\tjson = \"compact\"\n"
	                                   "\tws = true\n");

	add_string(out, "ws_unix", input->conf->api_socket);
	g_string_append(out, "\twss = false\n"
	                     "}\n"
	                     "admin: {\n"
	                     "\tadmin_ws = true\n");
	add_string(out, "admin_ws_unix", input->conf->admin_socket);
	g_string_append(out, "\tadmin_wss = false\n"
	                     "}\n");
	return g_string_free(out, FALSE);
}

char *cardea_janus_conf_plugin(const struct cardea_janus_conf_input *input)
{
	GString *out = g_string_new(HEADER "general: {\n");

	add_string(out, "node", input->conf->node);
	add_path(out, "control_secret_file", input->conf, "keys/control.secret");
	if (input->conf->workers > 0) {
		g_string_append_printf(out, "\tworkers = %" G_GINT64_FORMAT "\n", input->conf->workers);
	}
	g_string_append(out, "}\n");
	return g_string_free(out, FALSE);
}

static int check_rtp_address(const char *address, char **error)
{
	char **list = *address != '\0' ? cardea_own_addresses(true) : NULL;
	int err = 0;

	if (*address == '\0') {
		return 0;
	}
	if (list == NULL) {
		*error = g_strdup_printf("addresses of this machine: %s", g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	if (!g_strv_contains((const char *const *)list, address)) {
		*error =
		        g_strdup_printf("media.rtp_address: %s is on no network interface of this machine; "
		                        "Janus would offer every address instead",
		                        address);
		err = CARDEA_E_INVALID;
	}
	g_strfreev(list);
	return err;
}

/*
 * A folder of our own with one link: Janus loads every .so of its plugin folder. A missing plugin
 * is no reason not to start: /readyz tells, and the link leads to it once it is there.
 */
static int link_plugin(const struct cardea_conf *conf, char **error)
{
	g_autofree char *plugin = g_build_filename(conf->plugin_dir, PLUGIN, NULL);
	g_autofree char *folder = cardea_conf_path(conf, "janus/plugins");
	g_autofree char *name = g_build_filename(folder, PLUGIN, NULL);
	g_autofree char *now = g_file_read_link(name, NULL);

	if (access(plugin, R_OK) != 0) {
		cardea_log(CARDEA_LOG_WARNING, "conf", "event=plugin_missing path=%s error=\"%s\"", plugin,
		           g_strerror(errno));
	}
	if (cardea_file_folder(folder, 0700) != 0) {
		*error = g_strdup_printf("%s: %s", folder, g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	if (now != NULL && strcmp(now, plugin) == 0) {
		return 0;
	}
	(void)unlink(name);
	if (symlink(plugin, name) != 0) {
		*error = g_strdup_printf("%s: %s", name, g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	return 0;
}

/* Takes @content, which may hold secrets. */
static int write_file(const struct cardea_conf *conf, const char *name, char *content, char **error)
{
	g_autofree char *path = cardea_conf_path(conf, name);
	char *old = NULL;
	size_t len = 0;
	int err = 0;

	if (cardea_file_read(path, MAX_FILE, &old, &len) != 0 || strcmp(old, content) != 0) {
		err = cardea_file_replace(path, content, strlen(content), 0600);
	}
	if (err != 0) {
		*error = g_strdup_printf("%s: %s", path, g_strerror(errno));
	}
	if (old != NULL) {
		explicit_bzero(old, len);
		g_free(old);
	}
	explicit_bzero(content, strlen(content));
	g_free(content);
	return err;
}

static int write_files(const struct cardea_janus_conf_input *input, char **error)
{
	const struct cardea_conf *conf = input->conf;
	int err = write_file(conf, "janus/janus.jcfg", cardea_janus_conf_core(input), error);

	if (err == 0) {
		err = write_file(conf, "janus/janus.transport.websockets.jcfg",
		                 cardea_janus_conf_websockets(input), error);
	}
	if (err == 0) {
		err = write_file(conf, "janus/janus.plugin.cardea.jcfg", cardea_janus_conf_plugin(input),
		                 error);
	}
	return err;
}

int cardea_janus_conf_write(const struct cardea_conf *conf, char **error)
{
	char *api_secret = NULL, *admin_secret = NULL;
	int err = check_rtp_address(conf->rtp_address, error);

	if (err == 0) {
		err = link_plugin(conf, error);
	}
	if (err == 0) {
		err = cardea_keys_secret(conf->state_dir, "keys/janus-api.secret", &api_secret, error);
	}
	if (err == 0) {
		err = cardea_keys_secret(conf->state_dir, "keys/janus-admin.secret", &admin_secret, error);
	}
	if (err == 0) {
		struct cardea_janus_conf_input input = {
		        .conf = conf,
		        .api_secret = api_secret,
		        .admin_secret = admin_secret,
		        .cores = (int64_t)g_get_num_processors(),
		};

		err = write_files(&input, error);
	}
	if (api_secret != NULL) {
		explicit_bzero(api_secret, strlen(api_secret));
	}
	if (admin_secret != NULL) {
		explicit_bzero(admin_secret, strlen(admin_secret));
	}
	g_free(api_secret);
	g_free(admin_secret);
	return err;
}
