/* coturn's configuration as we render it, and what clients are told of it. */
#include "config.h"
#include "unit.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/first_start.h"
#include "conf/turn_clients.h"
#include "conf/turn_conf.h"
#include "conf/turn_port.h"

static char *folder;

/* The defaults with "name", "value" pairs over them, finished. */
static struct cardea_conf *new_conf(const char *const *pairs)
{
	struct cardea_conf *conf = cardea_conf_new();

	assert_int_equal(cardea_conf_set(conf, "general.state_dir", folder, NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "turn.server", "unit", NULL), 0);
	for (; *pairs != NULL; pairs += 2) {
		assert_int_equal(cardea_conf_set(conf, pairs[0], pairs[1], NULL), 0);
	}
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	return conf;
}

/* The lines of the configuration with two addresses. */
static char **lines_of(const char *const *pairs, const char *const *secrets)
{
	static const char *const listen[] = {"10.0.0.9", "2001:db8::9", NULL};
	struct cardea_conf *conf = new_conf(pairs);
	struct cardea_turn_conf_input input = {
	        .conf = conf,
	        .port = 3490,
	        .listen = listen,
	        .peers = listen,
	        .static_secrets = secrets,
	};
	char *text = NULL, **lines;

	assert_int_equal(cardea_turn_conf_text(&input, &text, NULL), 0);
	lines = g_strsplit(text, "\n", -1);
	g_free(text);
	cardea_conf_free(conf);
	return lines;
}

static bool has(char **lines, const char *line)
{
	return g_strv_contains((const char *const *)lines, line);
}

static bool has_option(char **lines, const char *name)
{
	for (; *lines != NULL; lines++) {
		if (g_str_has_prefix(*lines, name)) {
			return true;
		}
	}
	return false;
}

#define NONE ((const char *const[]){NULL})

static void test_walls(void **state)
{
	static const char *const wanted[] = {
	        "use-auth-secret",
	        "no-tcp-relay",
	        "no-multicast-peers",
	        "no-cli",
	        "fingerprint",
	        "no-software-attribute",
	        "no-rfc5780",
	        "no-tls",
	        "no-dtls",
	        "stale-nonce=600",
	        "user-quota=48",
	        "total-quota=4000",
	        "no-dynamic-ip-list",
	        "no-dynamic-realms",
	        "denied-peer-ip=0.0.0.0-255.255.255.255",
	        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	        "allowed-peer-ip=10.0.0.9",
	        "allowed-peer-ip=2001:db8::9"};
	static const char *const unwanted[] = {
	        "no-auth\n", "lt-cred-mech",       "user=",    "web-admin",    "allow-loopback-peers",
	        "cli-",      "static-auth-secret", "mobility", "server-relay", "external-ip"};
	char **lines = lines_of(NONE, NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		assert_true(has(lines, wanted[i]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(unwanted); i++) {
		assert_false(has_option(lines, unwanted[i]));
	}
	assert_true(has_option(lines, "userdb="));
	g_strfreev(lines);
}

static void test_network(void **state)
{
	char **lines = lines_of((const char *const[]){"media.public_address", "192.0.2.1",
	                                              "turn.relay_port_min", "30000",
	                                              "turn.relay_port_max", "30100", NULL},
	                        NULL);

	(void)state;
	assert_true(has(lines, "listening-ip=10.0.0.9"));
	assert_true(has(lines, "listening-ip=2001:db8::9"));
	assert_true(has(lines, "relay-ip=2001:db8::9"));
	assert_true(has(lines, "listening-port=3490"));
	assert_true(has(lines, "min-port=30000"));
	assert_true(has(lines, "max-port=30100"));
	assert_true(has(lines, "external-ip=192.0.2.1/10.0.0.9"));
	assert_true(has(lines, "allowed-peer-ip=192.0.2.1"));
	g_strfreev(lines);
}

static void test_tls(void **state)
{
	char **lines =
	        lines_of((const char *const[]){"turn.tls_certificate", "/etc/c c.pem", "turn.tls_key",
	                                       "/etc/k.pem", "turn.tls_port", "443", NULL},
	                 NULL);

	(void)state;
	assert_false(has(lines, "no-tls"));
	assert_true(has(lines, "tls-listening-port=443"));
	assert_true(has(lines, "cert=\"/etc/c c.pem\""));
	assert_true(has(lines, "pkey=\"/etc/k.pem\""));
	assert_true(has(lines, "no-tlsv1_1"));
	g_strfreev(lines);
}

static void test_static_secrets(void **state)
{
	char **lines = lines_of(NONE, (const char *const[]){"new", "old", NULL});

	(void)state;
	assert_true(has(lines, "static-auth-secret=new"));
	assert_true(has(lines, "static-auth-secret=old"));
	g_strfreev(lines);
}

/* A line of its own in a path would be an option of its own. */
static void test_bad_paths(void **state)
{
	static const char *const paths[] = {"/a\nno-auth", "/a\"b"};
	static const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		struct cardea_conf *conf = new_conf((const char *const[]){"turn.tls_certificate", paths[i],
		                                                          "turn.tls_key", "/k", NULL});
		struct cardea_turn_conf_input input = {
		        .conf = conf, .port = 1, .listen = none, .peers = none};
		char *text = NULL, *error = NULL;

		assert_int_equal(cardea_turn_conf_text(&input, &text, &error), CARDEA_E_INVALID);
		assert_null(text);
		assert_non_null(strstr(error, "quotes or line ends"));
		g_free(error);
		cardea_conf_free(conf);
	}
}

static void test_is_own(void **state)
{
	struct cardea_conf *conf =
	        new_conf((const char *const[]){"turn.server", "auto", "turn.binary", "/bin/sh", NULL});

	(void)state;
	assert_true(cardea_turn_conf_is_own(conf));
	assert_int_equal(cardea_conf_set(conf, "turn.binary", "/nonexistent", NULL), 0);
	assert_false(cardea_turn_conf_is_own(conf));
	assert_int_equal(cardea_conf_set(conf, "turn.binary", "/bin/sh", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "turn.urls", "turn:a", NULL), 0);
	assert_false(cardea_turn_conf_is_own(conf));
	assert_int_equal(cardea_conf_set(conf, "turn.urls", "", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "turn.server", "off", NULL), 0);
	assert_false(cardea_turn_conf_is_own(conf));
	cardea_conf_free(conf);
}

/* The first TURN URL that clients get with these settings. */
static char *first_url(const char *const *pairs)
{
	struct cardea_conf *conf = new_conf(pairs);
	struct cardea_turn_clients clients;
	char *url;

	assert_int_equal(cardea_turn_port_choose(conf), 0);
	assert_int_equal(cardea_turn_clients_load(conf, &clients, NULL), 0);
	url = g_strdup(clients.urls[0]);
	cardea_turn_clients_clear(&clients);
	cardea_conf_free(conf);
	return url;
}

static void expect_url(const char *expected, const char *const *pairs)
{
	g_autofree char *url = first_url(pairs);

	assert_string_equal(url, expected);
}

static void test_host(void **state)
{
	(void)state;
	expect_url("turn:t.example:3490",
	           (const char *const[]){"turn.host", "t.example", "media.public_address", "192.0.2.1",
	                                 "http.public_url", "https://g.example:8443", NULL});
	expect_url("turn:192.0.2.1:3490",
	           (const char *const[]){"media.public_address", "192.0.2.1", "http.public_url",
	                                 "https://g.example:8443", NULL});
	expect_url("turn:g.example:3490",
	           (const char *const[]){"http.public_url", "https://g.example:8443",
	                                 "media.rtp_address", "10.0.0.9", NULL});
	expect_url("turn:10.0.0.9:3490",
	           (const char *const[]){"http.public_url", "https://127.0.0.1:8443",
	                                 "media.rtp_address", "10.0.0.9", NULL});
	expect_url("turn:[2001:db8::9]:3490",
	           (const char *const[]){"media.rtp_address", "2001:db8::9", NULL});
	expect_url("turn:10.0.0.7:3490", (const char *const[]){"turn.listen", "10.0.0.7", NULL});
}

static void test_urls(void **state)
{
	struct cardea_conf *conf = new_conf((const char *const[]){
	        "turn.host", "t", "turn.tls_certificate", "/c", "turn.tls_key", "/k", "turn.tls_port",
	        "443", "turn.stun_urls", "stun:other", NULL});
	struct cardea_turn_clients clients;

	(void)state;
	assert_int_equal(cardea_turn_port_choose(conf), 0);
	assert_int_equal(cardea_turn_clients_load(conf, &clients, NULL), 0);
	assert_string_equal(clients.urls[0], "turn:t:3490");
	assert_string_equal(clients.urls[1], "turn:t:3490?transport=tcp");
	assert_string_equal(clients.urls[2], "turns:t:443?transport=tcp");
	assert_null(clients.urls[3]);
	assert_string_equal(clients.stun_urls[0], "stun:other");
	assert_string_equal(clients.stun_urls[1], "stun:t:3490");
	assert_int_equal(strlen(clients.secrets[0]), 43); /* of keys/turn.secret */
	cardea_turn_clients_clear(&clients);
	assert_int_equal(cardea_conf_set(conf, "turn.secrets", "new,old", NULL), 0);
	assert_int_equal(cardea_turn_clients_load(conf, &clients, NULL), 0);
	assert_string_equal(clients.secrets[0], "new");
	assert_string_equal(clients.secrets[1], "old");
	cardea_turn_clients_clear(&clients);
	cardea_conf_free(conf);
}

static void test_foreign(void **state)
{
	struct cardea_conf *conf = new_conf((const char *const[]){
	        "turn.server", "auto", "turn.urls", "turn:a,turns:b", "turn.secrets", "s", NULL});
	struct cardea_turn_clients clients;

	(void)state;
	assert_int_equal(cardea_turn_clients_load(conf, &clients, NULL), 0);
	assert_string_equal(clients.urls[1], "turns:b");
	assert_string_equal(clients.secrets[0], "s");
	assert_null(clients.stun_urls[0]);
	cardea_turn_clients_clear(&clients);
	cardea_conf_free(conf);
}

/* A UDP socket that shares its port, as coturn's do. */
static int shared_socket(uint16_t port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
	                                    .sin_port = htons(port),
	                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void test_port(void **state)
{
	struct cardea_conf *conf =
	        new_conf((const char *const[]){"turn.server", "auto", "turn.port", "0", NULL});
	uint16_t first, second;
	int fd;

	(void)state;
	assert_int_equal(cardea_turn_port_choose(conf), 0);
	first = cardea_turn_port(conf);
	assert_true(first > 0);
	assert_true(cardea_turn_port_is_free(first));
	assert_int_equal(cardea_turn_port_choose(conf), 0);
	assert_int_equal(cardea_turn_port(conf), first);
	fd = shared_socket(first);
	assert_false(cardea_turn_port_is_free(first));
	assert_int_equal(cardea_turn_port_choose(conf), 0);
	second = cardea_turn_port(conf);
	assert_int_not_equal(second, first);
	(void)close(fd);
	cardea_conf_free(conf);
}

static void test_write(void **state)
{
	struct cardea_conf *conf =
	        new_conf((const char *const[]){"media.rtp_address", "10.0.0.9", NULL});
	g_autofree char *path = cardea_conf_path(conf, CARDEA_TURN_CONF_FILE);
	g_autofree char *text = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(cardea_turn_conf_write(conf, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(strstr(text, "\nlistening-ip=10.0.0.9\n"));
	assert_non_null(strstr(text, "\nallowed-peer-ip=10.0.0.9\n"));
	cardea_conf_free(conf);
}

/* The lines of @text that say something, without those that name our folders and log. */
static char **settings_of(const char *text)
{
	GPtrArray *list = g_ptr_array_new();
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		if (**line != '\0' && **line != '#' && !g_str_has_prefix(*line, "userdb=") &&
		    !g_str_has_prefix(*line, "pidfile=") && !g_str_has_prefix(*line, "log-file=")) {
			g_ptr_array_add(list, g_strdup(*line));
		}
	}
	g_strfreev(lines);
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

/* conf/turnserver.conf is what we make, for another machine. */
static void test_sample(void **state)
{
	static const char *const listen[] = {"192.0.2.10", NULL}, *const peers[] = {"192.0.2.20", NULL};
	static const char *const secrets[] = {"replace-this-by-32-random-characters",
	                                      "and-this-by-the-one-of-before-or-delete-it", NULL};
	const char *source = g_getenv("srcdir") != NULL ? g_getenv("srcdir") : ".";
	struct cardea_conf *conf = new_conf((const char *const[]){
	        "turn.tls_certificate", "/etc/turnserver/fullchain.pem", "turn.tls_key",
	        "/etc/turnserver/privkey.pem", "turn.tls_port", "443", NULL});
	struct cardea_turn_conf_input input = {.conf = conf,
	                                       .port = 3478,
	                                       .listen = listen,
	                                       .peers = peers,
	                                       .static_secrets = secrets};
	g_autofree char *path = g_build_filename(source, "conf/turnserver.conf", NULL);
	g_autofree char *text = NULL, *made = NULL;
	char **sample, **ours;

	(void)state;
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_int_equal(cardea_turn_conf_text(&input, &made, NULL), 0);
	sample = settings_of(text);
	ours = settings_of(made);
	for (size_t i = 0; ours[i] != NULL; i++) {
		assert_true(has(sample, ours[i]));
	}
	assert_int_equal(g_strv_length(sample), g_strv_length(ours));
	g_strfreev(sample);
	g_strfreev(ours);
	cardea_conf_free(conf);
}

static int make_folder(void **state)
{
	char *error = NULL;

	(void)state;
	folder = g_dir_make_tmp("cardea-turn-XXXXXX", NULL);
	return folder == NULL ? 1 : cardea_first_start(folder, &error);
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
	        TEST("relaying is denied but to the media node, and what is unneeded is off",
	             test_walls),
	        TEST("addresses, ports and the public address are told", test_network),
	        TEST("a certificate turns TLS on", test_tls),
	        TEST("secrets can stand in the file, newest first", test_static_secrets),
	        TEST("a path cannot bring options of its own", test_bad_paths),
	        TEST("our own server is there unless the settings name another", test_is_own),
	        TEST("clients are told the first host that is known", test_host),
	        TEST("clients get UDP, TCP and TLS and the secrets in force", test_urls),
	        TEST("other servers are handed on as they are named", test_foreign),
	        TEST("port 0 is a free one, kept while it is free", test_port),
	        TEST("the file is private", test_write),
	        TEST("the sample says what we make", test_sample),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
