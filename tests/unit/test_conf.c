/* The option table and what derives from it; log_safe; first start and key loading. */
#include "config.h"
#include "unit.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/conf.h"
#include "conf/file.h"
#include "conf/first_start.h"
#include "conf/keys.h"
#include "conf/quote.h"

/* A fresh folder, removed with what is in it by drop_folder. */
static char *new_folder(void)
{
	char *folder = g_dir_make_tmp("cardea-conf-XXXXXX", NULL);

	assert_non_null(folder);
	return folder;
}

static void drop_folder(char *folder)
{
	const char *const names[] = {"keys", "janus", "log", "turn"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *sub = g_build_filename(folder, names[i], NULL);
		GDir *dir = g_dir_open(sub, 0, NULL);
		const char *name;

		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
			g_autofree char *path = g_build_filename(sub, name, NULL);

			(void)g_remove(path);
		}
		if (dir != NULL) {
			g_dir_close(dir);
		}
		(void)g_rmdir(sub);
	}
	(void)g_rmdir(folder);
	g_free(folder);
}

/* Loads @text as a file: the error, its folder cut off, or NULL. */
static char *load_text(struct cardea_conf *conf, const char *text)
{
	char *folder = new_folder(), *error = NULL, *shown = NULL;
	g_autofree char *path = g_build_filename(folder, "f", NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	if (cardea_conf_load(conf, path, &error) != 0) {
		assert_non_null(error);
		assert_true(g_str_has_prefix(error, path));
		shown = g_strdup(error + strlen(path));
	}
	g_free(error);
	(void)g_remove(path);
	drop_folder(folder);
	return shown;
}

static void expect_load_error(const char *text, const char *expected)
{
	struct cardea_conf *conf = cardea_conf_new();
	char *error = load_text(conf, text);

	assert_non_null(error);
	assert_string_equal(error, expected);
	g_free(error);
	cardea_conf_free(conf);
}

static void test_defaults(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();

	(void)state;
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		const struct cardea_conf_option *option = &cardea_conf_table[i];

		assert_int_equal(cardea_conf_set(conf, option->name, option->def, NULL), 0);
		assert_non_null(option->description);
		assert_true(g_str_has_suffix(option->description, "."));
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(option->name, cardea_conf_table[k].name);
			assert_int_not_equal(option->offset, cardea_conf_table[k].offset);
		}
	}
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	cardea_conf_free(conf);
}

static void test_file(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();
	char *error =
	        load_text(conf, "general: { log_level = \"debug\" dev_mode = true }\n"
	                        "http: { port = 0 public_url = \"https://a.example//\" }\n"
	                        "turn: { urls = [ \"turn:a\", \"turn:b\" ] secrets = [ \"s1\" ] }\n");

	(void)state;
	assert_null(error);
	assert_int_equal(cardea_conf_finish(conf, &error), 0);
	assert_int_equal(cardea_conf_log_level(conf), CARDEA_LOG_DEBUG);
	assert_true(conf->dev_mode);
	assert_int_equal(conf->port, 0);
	assert_string_equal(conf->public_url, "https://a.example");
	assert_string_equal(conf->turn_urls[1], "turn:b");
	assert_null(conf->turn_urls[2]);
	assert_string_equal(conf->turn_secrets[0], "s1");
	cardea_conf_free(conf);
}

static void test_file_errors(void **state)
{
	(void)state;
	expect_load_error("http: {\n prot = 80\n}\n", ":2: http.prot: no such option");
	expect_load_error("http: {\n\n port = \"80\" }\n", ":3: http.port must not be a string");
	expect_load_error("http: { port = 65536 }\n",
	                  ":1: http.port must be a whole number from 0 to 65535");
	expect_load_error("general: { log_level = \"loud\" }\n",
	                  ":1: general.log_level must be one of error|warning|info|debug");
	expect_load_error("general: { dev_mode = 1 }\n", ":1: general.dev_mode must not be a number");
	expect_load_error("general: { gateway = true }\n",
	                  ":1: general.gateway must not be true or false");
	expect_load_error("general: { gateway = 1.5 }\n",
	                  ":1: general.gateway has a value of an unknown kind");
	expect_load_error("general: { gateway = [ \"a\" ] }\n",
	                  ":1: general.gateway must not be a list");
	expect_load_error("turn: { urls = [ 1 ] }\n", ":1: turn.urls must be a list of strings");
	expect_load_error("port = 80\n", ":1: port: options belong into a group");
	expect_load_error("http: {\n", ":2: syntax error");
}

static void test_missing_file(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();
	char *error = NULL;

	(void)state;
	assert_int_equal(cardea_conf_load(conf, "/nonexistent/f", &error), CARDEA_E_INVALID);
	assert_string_equal(error, "/nonexistent/f: No such file or directory");
	g_free(error);
	cardea_conf_free(conf);
}

/* One option set to a bad value makes finish fail with a text that has @part in it. */
static void expect_finish_error(const char *name, const char *value, const char *part)
{
	struct cardea_conf *conf = cardea_conf_new();
	char *error = NULL;

	assert_int_equal(cardea_conf_set(conf, name, value, NULL), 0);
	assert_int_not_equal(cardea_conf_finish(conf, &error), 0);
	assert_non_null(error);
	assert_non_null(strstr(error, part));
	g_free(error);
	cardea_conf_free(conf);
}

static void test_finish_errors(void **state)
{
	char path[108];

	(void)state;
	expect_finish_error("http.listen", "localhost", "http.listen must be a numeric");
	expect_finish_error("media.rtp_address", "eth0", "media.rtp_address must be a numeric");
	expect_finish_error("media.rtp_address", "127.0.0.1", "cannot use loopback");
	expect_finish_error("media.rtp_address", "::1", "cannot use loopback");
	expect_finish_error("media.public_address", "x", "media.public_address must be a numeric");
	expect_finish_error("media.rtp_port_max", "20000", "media.rtp_port_min must be below");
	expect_finish_error("media.node", "a/b", "media.node");
	expect_finish_error("media.node", "", "media.node");
	expect_finish_error("general.gateway", "a b", "general.gateway");
	expect_finish_error("tokens.issuer", "", "tokens.issuer");
	expect_finish_error("http.public_url", "example.org", "http.public_url");
	expect_finish_error("pages.design_hosts", "https://a.example", "pages.design_hosts");
	expect_finish_error("pages.design_hosts", "a.example;", "pages.design_hosts");
	expect_finish_error("pages.design_hosts", "a.example,*", "pages.design_hosts");
	expect_finish_error("pages.design_hosts", "a.example:", "pages.design_hosts");
	expect_finish_error("pages.embed_origins", "a.example", "pages.embed_origins");
	expect_finish_error("pages.embed_origins", "https://a.example/x", "pages.embed_origins");
	expect_finish_error("pages.embed_origins", "ftp://a.example", "pages.embed_origins");
	expect_finish_error("media.public_address", "auto", "needs turn.stun_urls");
	expect_finish_error("turn.urls", "turn:a", "turn.urls needs turn.secrets");
	expect_finish_error("turn.listen", "eth0", "turn.listen must be numeric");
	expect_finish_error("turn.host", "a/b", "turn.host must be a name");
	expect_finish_error("turn.realm", "a b", "turn.realm");
	expect_finish_error("turn.realm", "a\nno-auth", "turn.realm");
	expect_finish_error("turn.relay_port_max", "25000", "turn.relay_port_min must be below");
	expect_finish_error("turn.tls_key", "/k", "need each other");
	expect_finish_error("turn.tls_certificate", "/c", "need each other");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[91] = '\0';
	expect_finish_error("general.state_dir", path, "a unix socket's path may have 107");
}

static void test_hosts_of_pages(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();

	(void)state;
	assert_int_equal(cardea_conf_set(conf, "pages.design_hosts", "a.example,b.example:8443", NULL),
	                 0);
	assert_int_equal(cardea_conf_set(conf, "pages.embed_origins", "http://localhost:3000", NULL),
	                 0);
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	assert_string_equal(conf->design_hosts[1], "b.example:8443");
	cardea_conf_free(conf);
}

static void test_longest_state_dir(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();
	char path[91];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[90] = '\0';
	assert_int_equal(cardea_conf_set(conf, "general.state_dir", path, NULL), 0);
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	assert_int_equal(strlen(conf->admin_socket), 107);
	cardea_conf_free(conf);
}

static char *dump(void (*write)(FILE *out, void *arg), void *arg)
{
	char *text = NULL, *copy;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	write(out, arg);
	assert_int_equal(fclose(out), 0);
	copy = g_strndup(text, len);
	free(text);
	return copy;
}

static void write_values(FILE *out, void *conf)
{
	cardea_conf_dump(conf, out);
}

static void write_sample(FILE *out, void *arg)
{
	(void)arg;
	cardea_conf_sample(out);
}

static void test_dump_reads_back(void **state)
{
	struct cardea_conf *conf = cardea_conf_new(), *copy = cardea_conf_new();
	char *text, *again;

	(void)state;
	assert_int_equal(cardea_conf_set(conf, "tokens.issuer", "a\"b\\c\x01", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "turn.stun_urls", "stun:a,stun:b", NULL), 0);
	text = dump(write_values, conf);
	assert_null(load_text(copy, text));
	again = dump(write_values, copy);
	assert_string_equal(copy->issuer, "a\"b\\c\x01");
	assert_string_equal(text, again);
	g_free(text);
	g_free(again);
	cardea_conf_free(conf);
	cardea_conf_free(copy);
}

static void test_dump_masks(void **state)
{
	struct cardea_conf *conf = cardea_conf_new();
	char *text;

	(void)state;
	assert_int_equal(cardea_conf_set(conf, "turn.secrets", "hunter2,hunter3", NULL), 0);
	text = dump(write_values, conf);
	assert_null(strstr(text, "hunter"));
	assert_non_null(strstr(text, "secrets = [ \"***\", \"***\" ]"));
	g_free(text);
	cardea_conf_free(conf);
}

/* With every # of an option removed, the sample means the defaults. */
static void test_sample(void **state)
{
	struct cardea_conf *conf = cardea_conf_new(), *defaults = cardea_conf_new();
	char *sample = dump(write_sample, NULL), *from_sample, *expected;

	(void)state;
	for (char *p = strstr(sample, "\t#"); p != NULL; p = strstr(p + 1, "\t#")) {
		if (p[2] != ' ') {
			p[1] = ' ';
		}
	}
	assert_null(load_text(conf, sample));
	from_sample = dump(write_values, conf);
	expected = dump(write_values, defaults);
	assert_string_equal(from_sample, expected);
	g_free(sample);
	g_free(from_sample);
	g_free(expected);
	cardea_conf_free(conf);
	cardea_conf_free(defaults);
}

static void test_log_safe(void **state)
{
	char buf[CARDEA_LOG_SAFE_SIZE], longest[300];

	(void)state;
	assert_string_equal(cardea_log_safe(NULL, buf), "-");
	assert_string_equal(cardea_log_safe("plain-1", buf), "plain-1");
	assert_string_equal(cardea_log_safe("a b=\"\n\\\xff", buf), "a\\x20b=\\x22\\x0a\\x5c\\xff");
	memset(longest, '\n', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(strlen(cardea_log_safe(longest, buf)), 4 * 128);
}

static mode_t mode_of(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_first_start(void **state)
{
	char *folder = new_folder(), *error = NULL;
	struct cardea_keys keys, again;

	(void)state;
	assert_int_equal(cardea_first_start(folder, &error), 0);
	assert_int_equal(mode_of(folder, "keys"), 0700);
	assert_int_equal(mode_of(folder, "keys/join.jwk"), 0600);
	assert_int_equal(mode_of(folder, "keys/seal.key"), 0600);
	assert_int_equal(mode_of(folder, "keys/control.secret"), 0600);
	assert_int_equal(cardea_keys_load(folder, &keys, &error), 0);
	assert_int_equal(cardea_jwk_alg(keys.join), CARDEA_JWS_ES256);
	assert_int_equal(strlen(keys.control_secret), 43);
	assert_string_not_equal(keys.janus_api_secret, keys.janus_admin_secret);
	/* A second start changes nothing. */
	assert_int_equal(cardea_first_start(folder, &error), 0);
	assert_int_equal(cardea_keys_load(folder, &again, &error), 0);
	assert_string_equal(cardea_jwk_kid(keys.join), cardea_jwk_kid(again.join));
	assert_string_equal(keys.control_secret, again.control_secret);
	cardea_keys_clear(&keys);
	cardea_keys_clear(&again);
	drop_folder(folder);
}

static void expect_keys_error(const char *folder, const char *part)
{
	struct cardea_keys keys = {0};
	char *error = NULL;

	assert_int_not_equal(cardea_keys_load(folder, &keys, &error), 0);
	assert_null(keys.join);
	assert_non_null(strstr(error, part));
	g_free(error);
}

static void test_bad_keys(void **state)
{
	char *folder = new_folder(), *error = NULL;
	g_autofree char *join = g_build_filename(folder, "keys/join.jwk", NULL);
	g_autofree char *access = g_build_filename(folder, "keys/access.jwk", NULL);
	g_autofree char *seal = g_build_filename(folder, "keys/seal.key", NULL);

	(void)state;
	assert_int_equal(cardea_first_start(folder, &error), 0);
	assert_int_equal(chmod(join, 0640), 0);
	expect_keys_error(folder, "must be closed to others");
	assert_int_equal(chmod(join, 0600), 0);
	/* An HS256 secret where the ES256 key belongs. */
	assert_int_equal(rename(access, join), 0);
	expect_keys_error(folder, "join.jwk: is not a JWK of the right algorithm");
	assert_int_equal(unlink(join), 0);
	expect_keys_error(folder, "join.jwk: not found");
	assert_int_equal(cardea_first_start(folder, &error), 0); /* makes the two that are missing */
	assert_int_equal(cardea_file_replace(seal, "1 short\n", 8, 0600), 0);
	expect_keys_error(folder, "seal.key: has a line");
	assert_int_equal(cardea_file_replace(seal, "", 0, 0600), 0);
	expect_keys_error(folder, "seal.key: has a line");
	drop_folder(folder);
}

static void test_secret_lines(void **state)
{
	const char two[] = "new-0123456789012345678901234567\nold-0123456789012345678901234567 \n";
	char *folder = new_folder(), *error = NULL, **list = NULL;
	g_autofree char *path = g_build_filename(folder, "keys/turn.secret", NULL);

	(void)state;
	assert_int_equal(cardea_first_start(folder, &error), 0);
	assert_int_equal(cardea_keys_secrets(folder, "keys/turn.secret", &list, &error), 0);
	assert_int_equal(g_strv_length(list), 1);
	assert_int_equal(strlen(list[0]), 43);
	g_strfreev(list);
	assert_int_equal(cardea_file_replace(path, two, strlen(two), 0600), 0);
	assert_int_equal(cardea_keys_secrets(folder, "keys/turn.secret", &list, &error), 0);
	assert_int_equal(g_strv_length(list), 2);
	assert_string_equal(list[0], "new-0123456789012345678901234567");
	assert_string_equal(list[1], "old-0123456789012345678901234567");
	g_strfreev(list);
	/* One line shorter than what cannot be guessed; none at all. */
	assert_int_equal(cardea_file_replace(path, two, 40, 0600), 0);
	assert_int_equal(cardea_keys_secrets(folder, "keys/turn.secret", &list, &error),
	                 CARDEA_E_INVALID);
	g_clear_pointer(&error, g_free);
	assert_int_equal(cardea_file_replace(path, "\n", 1, 0600), 0);
	assert_int_equal(cardea_keys_secrets(folder, "keys/turn.secret", &list, &error),
	                 CARDEA_E_INVALID);
	assert_non_null(strstr(error, "less than 32 characters"));
	g_free(error);
	drop_folder(folder);
}

static void test_open_state_folder(void **state)
{
	char *folder = new_folder(), *error = NULL;

	(void)state;
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(cardea_first_start(folder, &error), CARDEA_E_FORBIDDEN);
	assert_non_null(strstr(error, "closed to others"));
	g_free(error);
	drop_folder(folder);
}

static void test_create_never_replaces(void **state)
{
	char *folder = new_folder(), *text = NULL;
	g_autofree char *path = g_build_filename(folder, "log", NULL);
	size_t len = 0;

	(void)state;
	assert_int_equal(cardea_file_create(path, "first", 5, 0600), 0);
	assert_int_equal(cardea_file_create(path, "second", 6, 0600), CARDEA_E_STORE_CONFLICT);
	assert_int_equal(cardea_file_read(path, 5, &text, &len), 0);
	assert_string_equal(text, "first");
	g_free(text);
	assert_int_equal(cardea_file_read(path, 4, &text, &len), CARDEA_E_TOO_LONG);
	assert_int_equal(cardea_file_replace(path, "third", 5, 0600), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(cardea_file_read(path, 4, &text, &len), CARDEA_E_NOT_FOUND);
	drop_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("every default is allowed, every name and field is used once", test_defaults),
	        TEST("a file's values are taken", test_file),
	        TEST("a wrong file is refused with its line and the option's name", test_file_errors),
	        TEST("a missing file is named", test_missing_file),
	        TEST("values that do not fit together are refused by name", test_finish_errors),
	        TEST("the longest state folder leaves room for the sockets", test_longest_state_dir),
	        TEST("the pages' hosts and origins", test_hosts_of_pages),
	        TEST("a dump is a file that means the same", test_dump_reads_back),
	        TEST("a dump shows no secret", test_dump_masks),
	        TEST("the sample means the defaults", test_sample),
	        TEST("what is logged from outside has no blanks or controls", test_log_safe),
	        TEST("a first start makes all keys, a second none", test_first_start),
	        TEST("key files that are open, wrong or missing are refused", test_bad_keys),
	        TEST("a file of secrets has one in each line", test_secret_lines),
	        TEST("a state folder open to others is refused", test_open_state_folder),
	        TEST("creating a file never replaces one", test_create_never_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
