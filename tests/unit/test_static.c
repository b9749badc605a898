/* Static files: what of a folder gets into the table, and how it is answered. */
#include "unit.h"
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "fake_request.h"
#include "net/static.h"

static char *folder;
static struct cardea_static *table;

static void put(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void put_link(const char *name, const char *target)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_int_equal(symlink(target, path), 0);
}

static int set_up(void **state)
{
	g_autofree char *fifo = NULL;

	(void)state;
	folder = g_dir_make_tmp("cardea-static-XXXXXX", NULL);
	assert_non_null(folder);
	put("index.html", "<p>home");
	put("sub/index.html", "<p>sub");
	put("assets/app-1234.js", "let a");
	put("empty.css", "");
	put(".hidden", "no");
	put(".git/config", "no");
	put("with blank.txt", "no");
	put_link("link.txt", "/etc/passwd");
	put_link("linked", "/etc");
	fifo = g_build_filename(folder, "fifo", NULL);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(cardea_static_new(folder, NULL, &table), 0);
	return 0;
}

static void remove_tree(const char *path)
{
	GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *inside = g_build_filename(path, name, NULL);
		remove_tree(inside);
	}
	if (dir)
		g_dir_close(dir);
	g_remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	cardea_static_free(table);
	remove_tree(folder);
	g_free(folder);
	return 0;
}

static void assert_file(const char *path, const char *type, const char *body)
{
	assert_true(cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, path)));
	assert_int_equal(fake_answer()->status, 200);
	assert_string_equal(fake_answer()->type, type);
	assert_int_equal(fake_answer()->len, strlen(body));
	assert_memory_equal(fake_answer()->body, body, strlen(body));
}

static void answers_files_by_their_path(void **state)
{
	(void)state;
	assert_int_equal(cardea_static_count(table), 4);
	assert_file("/", "text/html; charset=utf-8", "<p>home");
	assert_file("/index.html", "text/html; charset=utf-8", "<p>home");
	assert_file("/sub/", "text/html; charset=utf-8", "<p>sub");
	assert_file("/assets/app-1234.js", "text/javascript; charset=utf-8", "let a");
	assert_file("/empty.css", "text/css; charset=utf-8", "");
}

static void knows_nothing_outside_the_table(void **state)
{
	static const char *const paths[] = {
	        "/sub",
	        "/.hidden",
	        "/.git/config",
	        "/with blank.txt",
	        "/link.txt",
	        "/linked/passwd",
	        "/fifo",
	        "/../etc/passwd",
	        "/sub/../",
	        "/./index.html",
	        "//index.html",
	        "/sub/%2e%2e/index.html",
	        "/index.html/",
	        "/INDEX.HTML",
	        "/%69ndex.html",
	        "/assets/",
	        "",
	        "*",
	        "/with%20blank.txt",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		assert_false(cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, paths[i])));
		assert_int_equal(fake_answer()->status, 0);
	}
}

static void sets_the_security_headers(void **state)
{
	static const char *const names[] = {"Content-Security-Policy", "Permissions-Policy",
	                                    "Referrer-Policy", "Cross-Origin-Opener-Policy"};

	(void)state;
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/"));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		assert_non_null(fake_answer_header(names[i]));
	assert_non_null(strstr(fake_answer_header("Content-Security-Policy"), "script-src 'self';"));
	assert_null(strstr(fake_answer_header("Content-Security-Policy"), "unsafe"));
	assert_string_equal(fake_answer_header("Referrer-Policy"), "no-referrer");
}

static void allows_what_the_operator_named(void **state)
{
	static const char *const hosts[] = {"one.example", "two.example:8443", NULL};
	static const char *const embedders[] = {"https://app.example", NULL};
	static const struct cardea_static_policy policy = {hosts, embedders};
	struct cardea_static *open;
	const char *rules;

	(void)state;
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/"));
	rules = fake_answer_header("Content-Security-Policy");
	assert_non_null(strstr(rules, "style-src 'self'; font-src 'self';"));
	assert_true(g_str_has_suffix(rules, "frame-ancestors 'none'"));
	assert_int_equal(cardea_static_new(folder, &policy, &open), 0);
	cardea_static_reply(open, fake_request(CARDEA_HTTP_GET, "/"));
	rules = fake_answer_header("Content-Security-Policy");
	assert_non_null(
	        strstr(rules, "style-src 'self' https://one.example https://two.example:8443;"));
	assert_non_null(strstr(rules, "font-src 'self' https://one.example"));
	assert_non_null(strstr(rules, "script-src 'self';"));
	assert_true(g_str_has_suffix(rules, "frame-ancestors https://app.example"));
	cardea_static_free(open);
}

static void lets_only_assets_be_kept(void **state)
{
	(void)state;
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/"));
	assert_string_equal(fake_answer_header("Cache-Control"), "no-cache");
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/assets/app-1234.js"));
	assert_string_equal(fake_answer_header("Cache-Control"), "public, max-age=31536000, immutable");
}

static int status_if_none_match(const char *value)
{
	struct cardea_http_request *request = fake_request(CARDEA_HTTP_GET, "/");

	fake_request_set_header("If-None-Match", value);
	cardea_static_reply(table, request);
	return fake_answer()->status;
}

static void answers_304_for_a_known_tag(void **state)
{
	g_autofree char *tag = NULL, *weak = NULL, *list = NULL;

	(void)state;
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/"));
	tag = g_strdup(fake_answer_header("ETag"));
	assert_int_equal(strlen(tag), 34);
	weak = g_strconcat("W/", tag, NULL);
	list = g_strconcat("\"x\", ", tag, NULL);
	assert_int_equal(status_if_none_match(tag), 304);
	assert_int_equal(status_if_none_match(weak), 304);
	assert_int_equal(status_if_none_match(list), 304);
	assert_int_equal(status_if_none_match("*"), 304);
	assert_int_equal(status_if_none_match("\"x\""), 200);
	cardea_static_reply(table, fake_request(CARDEA_HTTP_GET, "/sub/"));
	assert_string_not_equal(fake_answer_header("ETag"), tag);
}

static void refuses_other_methods(void **state)
{
	(void)state;
	assert_true(cardea_static_reply(table, fake_request(CARDEA_HTTP_POST, "/")));
	assert_int_equal(fake_answer()->status, 405);
	assert_string_equal(fake_answer_header("Allow"), "GET, HEAD");
	assert_true(cardea_static_reply(table, fake_request(CARDEA_HTTP_HEAD, "/")));
	assert_int_equal(fake_answer()->status, 200);
}

static void answers_a_page_at_another_address(void **state)
{
	struct cardea_http_request *request = fake_request(CARDEA_HTTP_GET, "/room/secret-alias");

	(void)state;
	assert_true(cardea_static_reply_with(table, request, "/index.html", "/room/{alias}"));
	assert_int_equal(fake_answer()->status, 200);
	assert_string_equal(fake_answer()->route, "/room/{alias}");
	assert_false(cardea_static_reply_with(table, request, "/none.html", "/room/{alias}"));
}

static void fails_without_a_folder(void **state)
{
	struct cardea_static *none;

	(void)state;
	assert_int_equal(cardea_static_new("/nonexistent", NULL, &none), CARDEA_E_NOT_FOUND);
	assert_int_equal(cardea_static_new("/etc/passwd", NULL, &none), CARDEA_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("files are answered by their path", answers_files_by_their_path),
	        TEST("nothing outside the table is known", knows_nothing_outside_the_table),
	        TEST("security headers", sets_the_security_headers),
	        TEST("the operator's hosts are allowed", allows_what_the_operator_named),
	        TEST("only assets may be kept", lets_only_assets_be_kept),
	        TEST("304 for a known tag", answers_304_for_a_known_tag),
	        TEST("other methods are refused", refuses_other_methods),
	        TEST("a page at another address", answers_a_page_at_another_address),
	        TEST("a missing folder is an error", fails_without_a_folder),
	};

	return cmocka_run_group_tests_name("static", tests, set_up, tear_down);
}
