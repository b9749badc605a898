/* The recogniser of HTTP requests: what it admits, what it refuses, and that one mutation decides.
 */
#include "unit.h"
#include "cardea_limits.h"
#include "net/http_guard.h"
#include "net/http_text.h"

#define GET          "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define HEAD(fields) "POST /a HTTP/1.1\r\nHost: x\r\n" fields "\r\n"

struct outcome {
	enum cardea_http_verdict verdict;
	int status;
	size_t used;
};

static struct outcome feed_all(struct cardea_http_guard *guard, const char *data, size_t len,
                               size_t step)
{
	struct outcome out = {CARDEA_GUARD_MORE, 0, 0};

	while (out.used < len && out.verdict <= CARDEA_GUARD_HEAD) {
		size_t used;

		out.verdict =
		        cardea_http_guard_feed(guard, data + out.used, MIN(step, len - out.used), &used);
		out.used += used;
	}
	out.status = cardea_http_guard_refusal(guard, NULL);
	return out;
}

/* The verdict on @text, in one read and in reads of one byte, which must agree. */
static struct outcome outcome_of(const char *text, size_t len)
{
	struct cardea_http_guard *guard = cardea_http_guard_new();
	struct outcome whole = feed_all(guard, text, len, len);
	struct outcome cut;

	cardea_http_guard_next(guard);
	cut = feed_all(guard, text, len, 1);
	assert_int_equal(whole.verdict, cut.verdict);
	assert_int_equal(whole.status, cut.status);
	cardea_http_guard_free(guard);
	return whole;
}

static void assert_done(const char *text)
{
	struct outcome out = outcome_of(text, strlen(text));

	assert_int_equal(out.status, 0);
	assert_int_equal(out.verdict, CARDEA_GUARD_DONE);
	assert_int_equal(out.used, strlen(text));
}

static void assert_refused(int status, const char *text)
{
	struct outcome out = outcome_of(text, strlen(text));

	if (out.status != status)
		print_error("%s\n", text);
	assert_int_equal(out.verdict, CARDEA_GUARD_REFUSED);
	assert_int_equal(out.status, status);
}

static void reports_the_parts_of_a_request(void **state)
{
	static const char text[] =
	        "POST /a%2Fb?x=1&y HTTP/1.1\r\nHost: x\r\nX-Two:  a b \r\nx-two: c\r\n"
	        "Content-Length: 5\r\n\r\nhelloGET";
	struct cardea_http_guard *guard = cardea_http_guard_new();
	struct outcome out = feed_all(guard, text, strlen(text), strlen(text));
	size_t len;

	(void)state;
	assert_int_equal(out.verdict, CARDEA_GUARD_DONE);
	assert_int_equal(out.used, strlen(text) - 3);
	assert_int_equal(cardea_http_guard_method(guard), CARDEA_HTTP_POST);
	assert_string_equal(cardea_http_guard_method_name(guard), "POST");
	assert_string_equal(cardea_http_guard_path(guard), "/a%2Fb");
	assert_string_equal(cardea_http_guard_query(guard), "x=1&y");
	assert_string_equal(cardea_http_guard_field(guard, "X-TWO", 0), "a b");
	assert_string_equal(cardea_http_guard_field(guard, "X-TWO", 1), "c");
	assert_null(cardea_http_guard_field(guard, "X-TWO", 2));
	assert_string_equal(cardea_http_guard_body(guard, &len), "hello");
	assert_int_equal(len, 5);
	assert_true(cardea_http_guard_keeps_alive(guard));
	cardea_http_guard_free(guard);
}

static void tells_the_stages_of_a_request(void **state)
{
	struct cardea_http_guard *guard = cardea_http_guard_new();

	(void)state;
	assert_int_equal(cardea_http_guard_stage(guard), CARDEA_GUARD_IDLE);
	feed_all(guard, "GET / HT", 8, 8);
	assert_int_equal(cardea_http_guard_stage(guard), CARDEA_GUARD_IN_HEAD);
	cardea_http_guard_next(guard);
	feed_all(guard, HEAD("Content-Length: 2\r\n"), strlen(HEAD("Content-Length: 2\r\n")), 99);
	assert_int_equal(cardea_http_guard_stage(guard), CARDEA_GUARD_IN_BODY);
	feed_all(guard, "ab", 2, 2);
	assert_int_equal(cardea_http_guard_stage(guard), CARDEA_GUARD_ENDED);
	cardea_http_guard_next(guard);
	assert_int_equal(cardea_http_guard_stage(guard), CARDEA_GUARD_IDLE);
	cardea_http_guard_free(guard);
}

static void announces_the_head_once_if_a_body_follows(void **state)
{
	static const char head[] = HEAD("Expect: 100-continue\r\nContent-Length: 2\r\n");
	struct cardea_http_guard *guard = cardea_http_guard_new();
	size_t used;

	(void)state;
	assert_int_equal(cardea_http_guard_feed(guard, head, strlen(head), &used), CARDEA_GUARD_HEAD);
	assert_true(cardea_http_guard_wants_continue(guard));
	assert_int_equal(cardea_http_guard_feed(guard, "a", 1, &used), CARDEA_GUARD_MORE);
	assert_int_equal(cardea_http_guard_feed(guard, "b", 1, &used), CARDEA_GUARD_DONE);
	cardea_http_guard_free(guard);
}

static void refuses_each_mutation_of_a_request_line(void **state)
{
	(void)state;
	assert_done(GET);
	assert_done("\r\n" GET);
	assert_refused(400, "\r\n\r\n" GET);
	assert_refused(400, "\n" GET);
	assert_refused(400, "GET  / HTTP/1.1\r\n");
	assert_refused(400, "GET /  HTTP/1.1\r\n");
	assert_refused(400, "GET / HTTP/1.1 \r\n");
	assert_refused(400, "GET\t/ HTTP/1.1\r\n");
	assert_refused(400, "GET / HTTP/1.1\n");
	assert_refused(400, "GET / HTTP/11\r\n");
	assert_refused(505, "GET / HTTP/2.0\r\n");
	assert_refused(505, "GET / HTTP/1.2\r\n");
	assert_refused(501, "get / HTTP/1.1\r\n");
	assert_refused(501, "TRACE / HTTP/1.1\r\n");
	assert_refused(400, "G(T / HTTP/1.1\r\n");
	assert_refused(400, "GET a HTTP/1.1\r\n");
	assert_refused(400, "GET /a#b HTTP/1.1\r\n");
	assert_refused(400, "GET /%0 HTTP/1.1\r\n");
	assert_refused(400, "GET /%00 HTTP/1.1\r\n");
	assert_refused(400, "\x16\x03\x01");
}

static void takes_absolute_and_asterisk_targets(void **state)
{
	(void)state;
	assert_done("GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_done("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_refused(400, "GET * HTTP/1.1\r\n");
	assert_refused(400, "GET http://u@x/a HTTP/1.1\r\n");
	assert_refused(400, "GET http:///a HTTP/1.1\r\n");
}

static void refuses_each_mutation_of_a_field(void **state)
{
	(void)state;
	assert_done(HEAD("X: y\r\n"));
	assert_refused(400, HEAD("X : y\r\n"));
	assert_refused(400, HEAD(": y\r\n"));
	assert_refused(400, HEAD("X\r\n"));
	assert_refused(400, HEAD("X: y\r\n z\r\n"));
	assert_refused(400, HEAD("X: y\n"));
	assert_refused(400, HEAD("X: y\rz\r\n"));
	assert_refused(400, HEAD("X: \x01\r\n"));
	assert_refused(400, HEAD("X: \x7f\r\n"));
	assert_refused(400, HEAD("Authorization: a\r\nAuthorization: a\r\n"));
	assert_done(HEAD("X-API-Key: a\r\n"));
	assert_refused(400, HEAD("X-API-Key: a\r\nx-api-key: b\r\n"));
}

static void never_admits_a_nul_byte(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\nX: yy\r\n\r\n";

	(void)state;
	assert_done(text);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		char bad[sizeof(text)];

		memcpy(bad, text, sizeof(text));
		bad[i] = '\0';
		assert_int_not_equal(outcome_of(bad, sizeof(text) - 1).verdict, CARDEA_GUARD_DONE);
	}
}

static void demands_one_valid_host(void **state)
{
	(void)state;
	assert_refused(400, "GET / HTTP/1.1\r\n\r\n");
	assert_refused(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n");
	assert_refused(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n");
	assert_refused(400, "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n");
	assert_done("GET / HTTP/1.0\r\n\r\n");
}

static void frames_a_body_in_one_way_only(void **state)
{
	(void)state;
	assert_done(HEAD("Content-Length: 2\r\n") "ab");
	assert_done(HEAD("Transfer-Encoding: chunked\r\n") "2\r\nab\r\n0\r\n\r\n");
	assert_refused(400, HEAD("Content-Length: 2\r\nContent-Length: 2\r\n"));
	assert_refused(400, HEAD("Content-Length: 2, 2\r\n"));
	assert_refused(400, HEAD("Content-Length: +2\r\n"));
	assert_refused(400, HEAD("Content-Length:\r\n"));
	assert_refused(400, HEAD("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"));
	assert_refused(400, HEAD("Transfer-Encoding: gzip, chunked\r\n"));
	assert_refused(400, HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"));
	assert_refused(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
	assert_refused(413, HEAD("Content-Length: 131073\r\n"));
	assert_refused(413, HEAD("Content-Length: 18446744073709551617\r\n"));
}

static void checks_every_part_of_a_chunk(void **state)
{
#define CHUNKED HEAD("Transfer-Encoding: chunked\r\n")
	(void)state;
	assert_done(CHUNKED "2;a=\"b\"\r\nab\r\n0\r\nX: y\r\n\r\n");
	assert_refused(400, CHUNKED "\r\n");
	assert_refused(400, CHUNKED "2 \r\nab\r\n");
	assert_refused(400, CHUNKED "0x2\r\nab\r\n");
	assert_refused(400, CHUNKED "2\nab\r\n");
	assert_refused(400, CHUNKED "2;\r\nab\r\n");
	assert_refused(400, CHUNKED "2\r\nabc\r\n");
	assert_refused(400, CHUNKED "2\r\nab\n");
	assert_refused(400, CHUNKED "10000000000000002\r\nab\r\n");
	assert_refused(413, CHUNKED "20001\r\n");
	assert_refused(413, CHUNKED "ffffffffffffffff\r\n");
	assert_refused(400, CHUNKED "0\r\nX : y\r\n\r\n");
}

static void bounds_the_head(void **state)
{
	g_autoptr(GString) text = g_string_new("GET / HTTP/1.1\r\nHost: x\r\nX: ");

	(void)state;
	while (text->len < CARDEA_MAX_HTTP_HEAD - 4)
		g_string_append_c(text, 'a');
	g_string_append(text, "\r\n\r\n");
	assert_done(text->str);
	g_string_insert_c(text, 40, 'a');
	assert_refused(431, text->str);
	g_string_assign(text, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (int i = 1; i < CARDEA_MAX_HTTP_FIELDS; i++)
		g_string_append(text, "X: y\r\n");
	g_string_append(text, "\r\n");
	assert_done(text->str);
	g_string_insert(text, 25, "X: y\r\n");
	assert_refused(431, text->str);
}

static void bounds_the_target(void **state)
{
	g_autoptr(GString) text = g_string_new("GET /");

	(void)state;
	while (text->len < 4 + CARDEA_MAX_HTTP_TARGET)
		g_string_append_c(text, 'a');
	g_string_append(text, " HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_done(text->str);
	g_string_insert_c(text, 10, 'a');
	assert_refused(414, text->str);
}

static void bounds_chunk_extensions_and_trailers(void **state)
{
	g_autoptr(GString) text = g_string_new(CHUNKED);

	(void)state;
	for (int i = 0; i < 100; i++)
		g_string_append(text, "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n");
	assert_refused(400, text->str);
	g_string_assign(text, CHUNKED "0\r\n");
	for (int i = 0; i <= CARDEA_MAX_HTTP_FIELDS; i++)
		g_string_append(text, "X: y\r\n");
	assert_refused(431, text->str);
}

static void knows_when_a_connection_is_kept(void **state)
{
	static const struct {
		const char *text;
		bool kept;
	} cases[] = {
	        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
	        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n", false},
	        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a, close\r\n\r\n", false},
	        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: close\r\n\r\n", false},
	        {"GET / HTTP/1.0\r\n\r\n", false},
	        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
	        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct cardea_http_guard *guard = cardea_http_guard_new();

		feed_all(guard, cases[i].text, strlen(cases[i].text), 99);
		assert_int_equal(cardea_http_guard_keeps_alive(guard), cases[i].kept);
		cardea_http_guard_free(guard);
	}
}

static void refuses_unknown_expectations(void **state)
{
	(void)state;
	assert_done(HEAD("Expect: 100-Continue\r\n"));
	assert_refused(417, HEAD("Expect: 100-continue, x\r\n"));
	assert_done("GET / HTTP/1.0\r\nExpect: x\r\n\r\n");
}

static void reads_hosts(void **state)
{
	static const char *const good[] = {"x",          "x:1",   "x:",      "a.b-c_d",
	                                   "1.2.3.4:80", "[::1]", "[::1]:80"};
	static const char *const bad[] = {"",  ":1", "x:a",  "x:123456", "a b",    "a/b", "u@x",
	                                  "[", "[]", "[::1", "[::1]x",   "[g::1]", "a%2", "x:1:2"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		assert_true(cardea_http_is_host(good[i], strlen(good[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_false(cardea_http_is_host(bad[i], strlen(bad[i])));
}

static void finds_tokens_in_lists(void **state)
{
	(void)state;
	assert_true(cardea_http_list_has("a, B ,c", "b"));
	assert_true(cardea_http_list_has(",, b", "b"));
	assert_false(cardea_http_list_has("ab, bc", "b"));
	assert_false(cardea_http_list_has("", "b"));
	assert_false(cardea_http_list_has("b c", "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the parts of a request are reported", reports_the_parts_of_a_request),
	        TEST("the stages of a request are told", tells_the_stages_of_a_request),
	        TEST("the head is announced once", announces_the_head_once_if_a_body_follows),
	        TEST("request line: each mutation is refused", refuses_each_mutation_of_a_request_line),
	        TEST("absolute and asterisk targets", takes_absolute_and_asterisk_targets),
	        TEST("field: each mutation is refused", refuses_each_mutation_of_a_field),
	        TEST("a NUL byte is never admitted", never_admits_a_nul_byte),
	        TEST("exactly one valid host", demands_one_valid_host),
	        TEST("a body is framed in one way only", frames_a_body_in_one_way_only),
	        TEST("every part of a chunk is checked", checks_every_part_of_a_chunk),
	        TEST("the head is bounded", bounds_the_head),
	        TEST("the target is bounded", bounds_the_target),
	        TEST("extensions and trailers are bounded", bounds_chunk_extensions_and_trailers),
	        TEST("when a connection is kept", knows_when_a_connection_is_kept),
	        TEST("unknown expectations are refused", refuses_unknown_expectations),
	        TEST("hosts", reads_hosts),
	        TEST("lists", finds_tokens_in_lists),
	};

	return cmocka_run_group_tests_name("http_guard", tests, NULL, NULL);
}
