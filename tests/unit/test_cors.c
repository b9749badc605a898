/*
 * cors: which answers a page of another origin may read, and preflights.
 */
#include "unit.h"

#include "api/cors.h"
#include "fake_request.h"

static const char *origin_for(const char *path)
{
	cardea_cors_prepare(fake_request(CARDEA_HTTP_GET, path), NULL);
	assert_null(fake_answer_header("Access-Control-Allow-Credentials"));
	assert_int_equal(fake_answer()->status, 0);
	return fake_answer_header("Access-Control-Allow-Origin");
}

static void open_paths(void **state)
{
	static const char *const paths[] = {
	        "/rooms",      "/rooms/x",     "/rooms/x/users/a%2Fb", "/guests/x",    "/permalink",
	        "/permalink/", "/recordings/", "/snapshots/x",         "/webhooks",    "/webhooks/x",
	        "/rt",         "/api/v1",      "/api/v1/rooms",        "/api/v1/enter"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		assert_string_equal(origin_for(paths[i]), "*");
		assert_string_equal(fake_answer_header("Access-Control-Expose-Headers"),
		                    "X-Request-ID, Retry-After");
	}
}

static void closed_paths(void **state)
{
	static const char *const paths[] = {"/",     "/room/x",  "/roomsx",    "/rtx",     "/janus/n1",
	                                    "/call", "/healthz", "/api/v10/x", "/x/rooms", "/Rooms"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		assert_null(origin_for(paths[i]));
	}
	assert_null(origin_for(NULL)); /* a request line that could not be read */
}

static void caching(void **state)
{
	(void)state;
	origin_for("/rooms/x");
	assert_string_equal(fake_answer_header("Cache-Control"), "no-store");
	origin_for("/api/v1/rooms/x");
	assert_null(fake_answer_header("Cache-Control"));
}

static bool preflight(enum cardea_http_method method, const char *path, const char *origin,
                      const char *wanted)
{
	struct cardea_http_request *request = fake_request(method, path);

	if (origin) {
		fake_request_set_header("Origin", origin);
	}
	if (wanted) {
		fake_request_set_header("Access-Control-Request-Method", wanted);
	}
	cardea_cors_prepare(request, NULL);
	return cardea_cors_preflight(request);
}

static void preflights(void **state)
{
	(void)state;
	assert_true(preflight(CARDEA_HTTP_OPTIONS, "/rooms/SECRET/users/u", "https://a", "DELETE"));
	assert_int_equal(fake_answer()->status, 204);
	assert_string_equal(fake_answer()->route, "OPTIONS /rooms/*");
	assert_string_equal(fake_answer_header("Access-Control-Allow-Origin"), "*");
	assert_string_equal(fake_answer_header("Access-Control-Allow-Methods"),
	                    "GET, POST, PUT, DELETE, OPTIONS");
	assert_string_equal(fake_answer_header("Access-Control-Allow-Headers"),
	                    "Authorization, Content-Type");
	assert_true(preflight(CARDEA_HTTP_OPTIONS, "/api/v1/rooms", "https://a", "PATCH"));
	assert_string_equal(fake_answer_header("Access-Control-Allow-Methods"),
	                    "GET, POST, PUT, PATCH, DELETE");
}

static void no_preflights(void **state)
{
	(void)state;
	assert_false(preflight(CARDEA_HTTP_GET, "/rooms", "https://a", "DELETE"));
	assert_false(preflight(CARDEA_HTTP_OPTIONS, "/rooms", NULL, "DELETE"));
	assert_false(preflight(CARDEA_HTTP_OPTIONS, "/rooms", "https://a", NULL));
	assert_false(preflight(CARDEA_HTTP_OPTIONS, "/healthz", "https://a", "DELETE"));
	assert_int_equal(fake_answer()->status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("answers of the API may be read from everywhere", open_paths),
	        TEST("other paths stay closed", closed_paths),
	        TEST("answers of the meetings dialect are never kept", caching),
	        TEST("a preflight is answered", preflights),
	        TEST("what is no preflight goes on", no_preflights),
	};

	return cmocka_run_group_tests_name("cors", tests, NULL, NULL);
}
