/* The router: which handler a raw path reaches, with which parameters. */
#include "unit.h"
#include "fake_request.h"
#include "net/router.h"

static GString *seen; /* "handler p1 p2" of the last dispatch */

static void note(const char *name, const struct cardea_route_params *params)
{
	g_string_assign(seen, name);
	for (int i = 0; i < params->count; i++)
		g_string_append_printf(seen, " %s", params->value[i]);
}

#define HANDLER(name)                                                                              \
	static void name(struct cardea_http_request *request,                                          \
	                 const struct cardea_route_params *params, void *arg)                          \
	{                                                                                              \
		(void)arg;                                                                                 \
		note(#name, params);                                                                       \
		cardea_http_reply(request, 200, NULL, NULL, 0);                                            \
	}
HANDLER(root)
HANDLER(list)
HANDLER(create)
HANDLER(get)
HANDLER(search)
HANDLER(drop)
HANDLER(deep)
HANDLER(cors)

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/", root},
        {CARDEA_HTTP_GET, "/rooms", list},
        {CARDEA_HTTP_POST, "/rooms", create},
        {CARDEA_HTTP_GET, "/rooms/{id}", get},
        {CARDEA_HTTP_DELETE, "/rooms/{id}", drop},
        {CARDEA_HTTP_POST, "/rooms/search", search},
        {CARDEA_HTTP_PUT, "/a/{b}/c/{d}/{e}", deep},
        {CARDEA_HTTP_OPTIONS, "/cors", cors},
};

static const char *dispatch(enum cardea_http_method method, const char *path)
{
	struct cardea_router *router = cardea_router_new();

	cardea_router_add(router, routes, G_N_ELEMENTS(routes), NULL);
	g_string_assign(seen, "");
	cardea_router_dispatch(router, fake_request(method, path));
	cardea_router_free(router);
	return seen->str;
}

static void assert_status(int status, enum cardea_http_method method, const char *path)
{
	assert_string_equal(dispatch(method, path), "");
	assert_int_equal(fake_answer()->status, status);
}

static void finds_the_handler_and_its_parameters(void **state)
{
	(void)state;
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/"), "root");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms"), "list");
	assert_string_equal(dispatch(CARDEA_HTTP_POST, "/rooms"), "create");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/7"), "get 7");
	assert_string_equal(fake_answer()->route, "/rooms/{id}");
	assert_string_equal(dispatch(CARDEA_HTTP_PUT, "/a/1/c/2/3"), "deep 1 2 3");
	assert_string_equal(dispatch(CARDEA_HTTP_HEAD, "/rooms/7"), "get 7");
	assert_string_equal(dispatch(CARDEA_HTTP_OPTIONS, "/cors"), "cors");
}

static void prefers_a_fixed_text_to_a_parameter(void **state)
{
	(void)state;
	assert_string_equal(dispatch(CARDEA_HTTP_POST, "/rooms/search"), "search");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/search"), "get search");
	assert_string_equal(fake_answer()->route, "/rooms/{id}");
}

static void decodes_each_segment_once(void **state)
{
	(void)state;
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/a%2Fb"), "get a/b");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/..%2F.."), "get ../..");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/%2541"), "get %41");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/%E2%82%AC"), "get \xe2\x82\xac");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms/a+b"), "get a+b");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/%72ooms"), "list");
}

static void matches_nothing_that_does_not_decode(void **state)
{
	(void)state;
	assert_status(404, CARDEA_HTTP_GET, "/rooms/%00");
	assert_status(404, CARDEA_HTTP_GET, "/rooms/%ff");
	assert_status(404, CARDEA_HTTP_GET, "/rooms/%");
	assert_status(404, CARDEA_HTTP_GET, "/rooms/%2");
	assert_status(404, CARDEA_HTTP_GET, "/rooms/%zz");
	assert_status(404, CARDEA_HTTP_GET, "/rooms/");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "//rooms"), "list");
	assert_string_equal(dispatch(CARDEA_HTTP_GET, "/rooms///a"), "get a");
	assert_status(404, CARDEA_HTTP_GET, "/a%2F");
	assert_status(404, CARDEA_HTTP_GET, "*");
}

static void answers_404_for_unknown_paths(void **state)
{
	(void)state;
	assert_status(404, CARDEA_HTTP_GET, "/nothing");
	assert_null(fake_answer()->route);
	assert_status(404, CARDEA_HTTP_GET, "/rooms/7/8");
	assert_status(404, CARDEA_HTTP_PUT, "/a/1/c/2");
	assert_status(404, CARDEA_HTTP_GET, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t");
	assert_status(404, CARDEA_HTTP_OPTIONS, "/nothing");
}

static void answers_405_with_allow(void **state)
{
	(void)state;
	assert_status(405, CARDEA_HTTP_PATCH, "/rooms/7");
	assert_string_equal(fake_answer_header("Allow"), "GET, HEAD, DELETE, OPTIONS");
	assert_string_equal(fake_answer()->route, "/rooms/{id}");
	assert_status(405, CARDEA_HTTP_PUT, "/rooms/search");
	assert_string_equal(fake_answer_header("Allow"), "GET, HEAD, POST, DELETE, OPTIONS");
	assert_string_equal(fake_answer()->route, "/rooms/search");
}

static void answers_options_by_itself(void **state)
{
	(void)state;
	assert_status(204, CARDEA_HTTP_OPTIONS, "/rooms");
	assert_string_equal(fake_answer_header("Allow"), "GET, HEAD, POST, OPTIONS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the handler and its parameters", finds_the_handler_and_its_parameters),
	        TEST("a fixed text goes before a parameter", prefers_a_fixed_text_to_a_parameter),
	        TEST("each segment is decoded once", decodes_each_segment_once),
	        TEST("what does not decode matches nothing", matches_nothing_that_does_not_decode),
	        TEST("404 for unknown paths", answers_404_for_unknown_paths),
	        TEST("405 with Allow", answers_405_with_allow),
	        TEST("OPTIONS is answered", answers_options_by_itself),
	};
	int failed;

	seen = g_string_new(NULL);
	failed = cmocka_run_group_tests_name("router", tests, NULL, NULL);
	g_string_free(seen, TRUE);
	return failed;
}
