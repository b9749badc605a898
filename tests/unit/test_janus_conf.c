/* Janus' configuration as we render it. */
#include "config.h"
#include "unit.h"
#include <glib/gstdio.h>
#include <libconfig.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/first_start.h"
#include "conf/janus_conf.h"

static struct cardea_conf *new_conf(const char *rtp_address)
{
	struct cardea_conf *conf = cardea_conf_new();

	assert_int_equal(cardea_conf_set(conf, "general.state_dir", "/var/lib/c \"x", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.rtp_address", rtp_address, NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.rtp_port_min", "21000", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.rtp_port_max", "21999", NULL), 0);
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	return conf;
}

static struct cardea_janus_conf_input input_of(const struct cardea_conf *conf)
{
	return (struct cardea_janus_conf_input){
	        .conf = conf, .api_secret = "api", .admin_secret = "adm\"in", .cores = 6};
}

/* Takes @text and reads it as Janus does. */
static void parse(config_t *out, char *text)
{
	config_init(out);
	assert_int_equal(config_read_string(out, text), CONFIG_TRUE);
	g_free(text);
}

static void assert_string(const config_t *config, const char *path, const char *expected)
{
	const char *value = NULL;

	assert_int_equal(config_lookup_string(config, path, &value), CONFIG_TRUE);
	assert_string_equal(value, expected);
}

static void assert_integer(const config_t *config, const char *path, int expected)
{
	int value = -1;

	assert_int_equal(config_lookup_int(config, path, &value), CONFIG_TRUE);
	assert_int_equal(value, expected);
}

static void assert_true_at(const config_t *config, const char *path)
{
	int value = 0;

	assert_int_equal(config_lookup_bool(config, path, &value), CONFIG_TRUE);
	assert_true(value);
}

static void test_core(void **state)
{
	struct cardea_conf *conf = new_conf("10.0.0.9");
	struct cardea_janus_conf_input input = input_of(conf);
	config_t config;

	(void)state;
	parse(&config, cardea_janus_conf_core(&input));
	assert_string(&config, "general.configs_folder", "/var/lib/c \"x/janus");
	assert_string(&config, "general.plugins_folder", "/var/lib/c \"x/janus/plugins");
	assert_string(&config, "general.api_secret", "api");
	assert_string(&config, "general.admin_secret", "adm\"in");
	assert_integer(&config, "general.session_timeout", 0);
	assert_integer(&config, "general.reclaim_session_timeout", 120);
	assert_integer(&config, "general.event_loops", 6);
	assert_true_at(&config, "general.allow_loop_indication");
	assert_string(&config, "media.rtp_port_range", "21000-21999");
	assert_integer(&config, "media.min_nack_queue", 500);
	assert_true_at(&config, "media.ipv6");
	assert_true_at(&config, "nat.full_trickle");
	assert_true_at(&config, "nat.ignore_mdns");
	assert_string(&config, "nat.ice_enforce_list", "10.0.0.9");
	config_destroy(&config);
	cardea_conf_free(conf);
}

static void test_core_without_address(void **state)
{
	struct cardea_conf *conf = new_conf("");
	struct cardea_janus_conf_input input = input_of(conf);
	config_t config;

	(void)state;
	parse(&config, cardea_janus_conf_core(&input));
	assert_null(config_lookup(&config, "nat.ice_enforce_list"));
	assert_null(config_lookup(&config, "nat.nat_1_1_mapping"));
	config_destroy(&config);
	cardea_conf_free(conf);
}

static void test_websockets(void **state)
{
	struct cardea_conf *conf = new_conf("");
	struct cardea_janus_conf_input input = input_of(conf);
	config_t config;

	(void)state;
	parse(&config, cardea_janus_conf_websockets(&input));
	assert_true_at(&config, "general.ws");
	assert_string(&config, "general.ws_unix", "/var/lib/c \"x/janus/api.sock");
	assert_true_at(&config, "admin.admin_ws");
	assert_string(&config, "admin.admin_ws_unix", "/var/lib/c \"x/janus/admin.sock");
	assert_null(config_lookup(&config, "general.ws_port"));
	assert_null(config_lookup(&config, "admin.admin_ws_port"));
	config_destroy(&config);
	cardea_conf_free(conf);
}

static void test_plugin(void **state)
{
	struct cardea_conf *conf = new_conf("");
	struct cardea_janus_conf_input input = input_of(conf);
	config_t config;

	(void)state;
	parse(&config, cardea_janus_conf_plugin(&input));
	assert_string(&config, "general.node", "n1");
	assert_string(&config, "general.control_secret_file", "/var/lib/c \"x/keys/control.secret");
	/* Left to the plugin, which knows its least number. */
	assert_null(config_lookup(&config, "general.workers"));
	config_destroy(&config);
	cardea_conf_free(conf);
	conf = new_conf("");
	conf->workers = 3;
	input = input_of(conf);
	parse(&config, cardea_janus_conf_plugin(&input));
	assert_integer(&config, "general.workers", 3);
	config_destroy(&config);
	cardea_conf_free(conf);
}

static char *folder;

static struct cardea_conf *conf_in_folder(const char *rtp_address)
{
	struct cardea_conf *conf = cardea_conf_new();

	assert_int_equal(cardea_conf_set(conf, "general.state_dir", folder, NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.plugin_dir", "/nonexistent", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.rtp_address", rtp_address, NULL), 0);
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	return conf;
}

static void test_write(void **state)
{
	struct cardea_conf *conf = conf_in_folder("");
	g_autofree char *core = g_build_filename(folder, "janus/janus.jcfg", NULL);
	g_autofree char *link = g_build_filename(folder, "janus/plugins/libjanus_cardea.so", NULL);
	g_autofree char *target = NULL;
	char *error = NULL;
	struct stat first, second;

	(void)state;
	assert_int_equal(cardea_first_start(folder, &error), 0);
	assert_int_equal(cardea_janus_conf_write(conf, &error), 0);
	assert_int_equal(stat(core, &first), 0);
	assert_int_equal(first.st_mode & 07777, 0600);
	target = g_file_read_link(link, NULL);
	assert_string_equal(target, "/nonexistent/libjanus_cardea.so");
	/* The same settings leave the file alone. */
	assert_int_equal(cardea_janus_conf_write(conf, &error), 0);
	assert_int_equal(stat(core, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	cardea_conf_free(conf);
}

static void test_foreign_address(void **state)
{
	struct cardea_conf *conf = conf_in_folder("192.0.2.77");
	char *error = NULL;

	(void)state;
	assert_int_equal(cardea_janus_conf_write(conf, &error), CARDEA_E_INVALID);
	assert_non_null(strstr(error, "192.0.2.77 is on no network interface"));
	g_free(error);
	cardea_conf_free(conf);
}

static int make_folder(void **state)
{
	(void)state;
	cardea_log_set_level(CARDEA_LOG_ERROR);
	folder = g_dir_make_tmp("cardea-janus-XXXXXX", NULL);
	return folder == NULL;
}

static int drop_folder(void **state)
{
	const char *const argv[] = {"rm", "-rf", folder, NULL};

	(void)state;
	(void)g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
	                   NULL);
	g_free(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("janus.jcfg has our limits, secrets and folders", test_core),
	        TEST("without an address nothing is enforced", test_core_without_address),
	        TEST("Janus listens on unix sockets only", test_websockets),
	        TEST("the plugin gets node, secret file and threads", test_plugin),
	        TEST("files are private and rewritten only when they change", test_write),
	        TEST("an address that no interface has is refused", test_foreign_address),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
