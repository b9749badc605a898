/* The pages for people: which address has which, and the settings beside them. */
#include "unit.h"
#include <glib/gstdio.h>
#include "api/pages.h"
#include "cardea_error.h"
#include "fake_request.h"

static const char *const files[] = {"index.html", "room/index.html", "account/index.html",
                                    "settings.json"};
static char *folder;

static int set_up(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("cardea-pages-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(folder, files[i], NULL);
		g_autofree char *dir = g_path_get_dirname(path);

		assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
		assert_true(g_file_set_contents(path, files[i], -1, NULL));
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(folder, files[i], NULL);
		g_autofree char *dir = g_path_get_dirname(path);

		g_remove(path);
		g_rmdir(dir);
	}
	g_free(folder);
	return 0;
}

static struct cardea_static *load(const char *const *hosts)
{
	struct cardea_static_policy policy = {.design_hosts = hosts};
	struct cardea_static *pages;

	assert_int_equal(cardea_pages_load(folder, &policy, &pages), 0);
	return pages;
}

static void assert_page(struct cardea_static *pages, const char *path, const char *route,
                        const char *body)
{
	assert_true(cardea_pages_reply(pages, fake_request(CARDEA_HTTP_GET, path)));
	assert_int_equal(fake_answer()->status, 200);
	assert_string_equal(fake_answer()->route, route);
	assert_int_equal(fake_answer()->len, strlen(body));
	assert_memory_equal(fake_answer()->body, body, strlen(body));
}

static void each_address_has_its_page(void **state)
{
	struct cardea_static *pages = load(NULL);

	(void)state;
	assert_page(pages, "/", "/index.html", "index.html");
	/* An alias is no secret, but it names a meeting: the log has the template only. */
	assert_page(pages, "/room/aB-_56789x", "/room/{alias}", "room/index.html");
	assert_page(pages, "/account", "/account", "account/index.html");
	assert_page(pages, "/account/", "/account/index.html", "account/index.html");
	assert_true(cardea_pages_reply(pages, fake_request(CARDEA_HTTP_HEAD, "/room/x")));
	cardea_static_free(pages);
}

static void the_rest_is_left_to_others(void **state)
{
	static const char *const paths[] = {"/rooms/x", "/room/a/b", "/room", "/accounts"};
	struct cardea_static *pages = load(NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		assert_false(cardea_pages_reply(pages, fake_request(CARDEA_HTTP_GET, paths[i])));
	}
	/* Another dialect's calls (spec/plugnmeet N10). */
	assert_false(cardea_pages_reply(pages, fake_request(CARDEA_HTTP_POST, "/room/getJoinToken")));
	assert_true(cardea_pages_reply(pages, fake_request(CARDEA_HTTP_GET, "/room/getJoinToken")));
	cardea_static_free(pages);
}

static void the_settings_are_the_operators(void **state)
{
	static const char *const hosts[] = {"a.example", "b.example:8443", NULL};
	struct cardea_static *pages = load(hosts);

	(void)state;
	assert_page(pages, "/settings.json", "/settings.json",
	            "{\"gateway\":\"\",\"design_hosts\":[\"a.example\",\"b.example:8443\"]}");
	assert_string_equal(fake_answer()->type, "application/json");
	cardea_static_free(pages);
	pages = load(NULL);
	assert_page(pages, "/settings.json", "/settings.json",
	            "{\"gateway\":\"\",\"design_hosts\":[]}");
	cardea_static_free(pages);
}

static void no_folder_no_pages(void **state)
{
	struct cardea_static_policy policy = {0};
	struct cardea_static *pages;

	(void)state;
	assert_int_equal(cardea_pages_load("/nonexistent", &policy, &pages), CARDEA_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("each address has its page", each_address_has_its_page),
	        TEST("the rest is left to others", the_rest_is_left_to_others),
	        TEST("the settings are the operator's", the_settings_are_the_operators),
	        TEST("without a folder there are no pages", no_folder_no_pages),
	};

	return cmocka_run_group_tests_name("pages", tests, set_up, tear_down);
}
