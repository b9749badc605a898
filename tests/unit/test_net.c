/*
 * The loop, the HTTP server and both sides of WebSocket together, over a unix socket in a folder of
 * its own.
 */
#include "unit.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "cardea_error.h"
#include "cardea_limits.h"
#include "conf/log.h"
#include "net/http.h"
#include "net/http_conn.h"
#include "net/loop.h"
#include "net/ws.h"

#define DEADLINE_MS 10000

/* One end of a WebSocket and what happened to it. */
struct end {
	struct cardea_ws *ws;
	GString *heard; /* each message and a newline */
	bool opened, closed;
	int code, drained;
};

struct world {
	char *folder, *path;
	struct cardea_loop *loop;
	struct cardea_http_server *server;
	struct cardea_timer *deadline;
	struct cardea_http_request *held; /* a request that is not answered yet */
	struct end client, peer;          /* peer: the server's side */
	bool hold, echo;
};

static struct world world;

/* ---- running until something has happened ---- */

static void on_deadline(void *arg)
{
	(void)arg;
	fail_msg("nothing happened in time");
}

static bool (*awaited)(void);

static void poll_awaited(void *arg)
{
	(void)arg;
	if (awaited())
		cardea_loop_stop(world.loop);
	else
		cardea_loop_post(world.loop, poll_awaited, NULL);
}

static void run_until(bool (*condition)(void))
{
	awaited = condition;
	cardea_timer_start(world.deadline, DEADLINE_MS);
	cardea_loop_post(world.loop, poll_awaited, NULL);
	assert_int_equal(cardea_loop_run(world.loop), 0);
	cardea_timer_stop(world.deadline);
}

/* ---- the two ends ---- */

static void on_open(struct cardea_ws *ws, void *arg)
{
	struct end *end = arg;

	assert_ptr_equal(ws, end->ws);
	end->opened = true;
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	struct end *end = arg;

	assert_int_equal(text[len], '\0');
	if (len > 100)
		g_string_append_printf(end->heard, "%zu\n", len);
	else
		g_string_append_printf(end->heard, "%s\n", text);
	if (end == &world.peer && world.echo)
		cardea_ws_send(ws, text, len);
}

static void on_drained(struct cardea_ws *ws, void *arg)
{
	(void)ws;
	((struct end *)arg)->drained++;
}

static void on_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct end *end = arg;

	assert_false(end->closed);
	assert_ptr_equal(ws, end->ws);
	end->closed = true;
	end->code = code;
}

static const struct cardea_ws_callbacks callbacks = {on_open, on_message, on_drained, on_closed};

static void on_request(struct cardea_http_request *request, void *arg)
{
	(void)arg;
	if (world.hold) {
		world.held = request;
	} else if (cardea_ws_is_upgrade(request)) {
		const char *protocol = cardea_ws_offers(request, "known") ? "known" : NULL;
		assert_int_equal(
		        cardea_ws_upgrade(request, protocol, &callbacks, &world.peer, &world.peer.ws), 0);
	} else {
		cardea_http_reply(request, 200, "text/plain", "hi", 2);
	}
}

static void prepare(struct cardea_http_request *request, void *arg)
{
	const char *path = cardea_http_path(request);

	(void)arg;
	cardea_http_add_header(request, "X-Seen", path ? path : "none");
}

static char *error_body(const char *path, int status, const char *text, void *arg)
{
	(void)path;
	(void)status;
	(void)arg;
	return g_strdup_printf("{\"error\":\"%s\"}", text);
}

static int unix_listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

static int set_up(void **state)
{
	static const struct cardea_http_callbacks http = {
	        .request = on_request, .error_body = error_body, .prepare = prepare};

	(void)state;
	memset(&world, 0, sizeof(world));
	world.echo = true;
	world.client.heard = g_string_new(NULL);
	world.peer.heard = g_string_new(NULL);
	world.folder = g_dir_make_tmp("cardea-net-XXXXXX", NULL);
	world.path = g_build_filename(world.folder, "socket", NULL);
	world.loop = cardea_loop_new();
	world.deadline = cardea_timer_new(world.loop, on_deadline, NULL);
	assert_int_equal(cardea_http_server_new(world.loop, &http, &world.server), 0);
	assert_int_equal(cardea_http_server_listen(world.server, unix_listener(world.path)), 0);
	return 0;
}

static bool all_closed(void)
{
	return (!world.client.ws || world.client.closed) && (!world.peer.ws || world.peer.closed);
}

static int tear_down(void **state)
{
	(void)state;
	if (world.client.ws && !world.client.closed)
		cardea_ws_close(world.client.ws, 1001, NULL);
	if (world.peer.ws && !world.peer.closed)
		cardea_ws_close(world.peer.ws, 1001, NULL);
	run_until(all_closed);
	cardea_timer_free(world.deadline);
	cardea_http_server_stop(world.server);
	cardea_http_server_free(world.server);
	cardea_loop_free(world.loop);
	g_string_free(world.client.heard, TRUE);
	g_string_free(world.peer.heard, TRUE);
	g_unlink(world.path);
	g_rmdir(world.folder);
	g_free(world.path);
	g_free(world.folder);
	return 0;
}

static void connect_client(const char *subprotocol)
{
	assert_int_equal(cardea_ws_connect_unix(world.loop, world.path, subprotocol, &callbacks,
	                                        &world.client, &world.client.ws),
	                 0);
}

static bool is_open(void)
{
	return world.client.opened;
}

static bool client_closed(void)
{
	return world.client.closed;
}

static bool client_heard(void)
{
	return world.client.heard->len > 0;
}

static bool peer_heard(void)
{
	return world.peer.heard->len > 0;
}

/* ---- loop ---- */

static GString *order;

static void note_post(void *arg)
{
	g_string_append_printf(order, "%d ", GPOINTER_TO_INT(arg));
	if (GPOINTER_TO_INT(arg) == 3)
		cardea_loop_stop(world.loop);
}

static void *post_three(void *arg)
{
	(void)arg;
	for (int i = 1; i <= 3; i++)
		cardea_loop_post(world.loop, note_post, GINT_TO_POINTER(i));
	return NULL;
}

static void runs_posts_of_another_thread_in_order(void **state)
{
	pthread_t thread;

	(void)state;
	order = g_string_new(NULL);
	assert_int_equal(pthread_create(&thread, NULL, post_three, NULL), 0);
	assert_int_equal(cardea_loop_run(world.loop), 0);
	pthread_join(thread, NULL);
	assert_string_equal(order->str, "1 2 3 ");
	g_string_free(order, TRUE);
}

static struct cardea_timer *timer;

static void free_own_timer(void *arg)
{
	(void)arg;
	cardea_timer_free(timer);
	cardea_loop_stop(world.loop);
}

static void a_timer_may_free_itself(void **state)
{
	(void)state;
	timer = cardea_timer_new(world.loop, free_own_timer, NULL);
	cardea_timer_start(timer, 1);
	assert_int_equal(cardea_loop_run(world.loop), 0);
}

static void stop_on_signal(void *arg)
{
	(void)arg;
	cardea_loop_stop(world.loop);
}

static void reports_a_signal(void **state)
{
	(void)state;
	assert_int_equal(cardea_loop_on_signal(world.loop, SIGUSR1, stop_on_signal, NULL), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(cardea_loop_run(world.loop), 0);
}

/* ---- WebSocket ---- */

static void echoes_between_both_sides(void **state)
{
	(void)state;
	connect_client(NULL);
	run_until(is_open);
	assert_int_equal(cardea_ws_send(world.client.ws, "hello", 5), 0);
	run_until(client_heard);
	assert_string_equal(world.client.heard->str, "hello\n");
	assert_string_equal(world.peer.heard->str, "hello\n");
}

static void opens_with_the_subprotocol_it_asked_for(void **state)
{
	(void)state;
	connect_client("known");
	run_until(is_open);
}

static void fails_without_the_subprotocol_it_asked_for(void **state)
{
	(void)state;
	connect_client("unknown");
	run_until(client_closed);
	assert_false(world.client.opened);
	assert_int_equal(world.client.code, 0);
}

static void reports_a_server_that_is_not_there(void **state)
{
	struct end *end = &world.client;
	g_autofree char *none = g_strconcat(world.path, "-none", NULL);

	(void)state;
	assert_int_equal(cardea_ws_connect_unix(world.loop, none, NULL, &callbacks, end, &end->ws), 0);
	assert_false(end->closed); /* never before the caller has the socket */
	run_until(client_closed);
	assert_int_equal(end->code, 0);
}

static void refuses_a_path_that_is_too_long(void **state)
{
	char path[300];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(cardea_ws_connect_unix(world.loop, path, NULL, &callbacks, &world.client,
	                                        &world.client.ws),
	                 CARDEA_E_TOO_LONG);
}

static void closes_with_a_code_on_both_sides(void **state)
{
	(void)state;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_close(world.client.ws, 4001, "enough");
	assert_int_equal(cardea_ws_send(world.client.ws, "late", 4), CARDEA_E_INVALID);
	assert_false(world.client.closed);
	run_until(all_closed);
	assert_int_equal(world.client.code, 4001);
	assert_int_equal(world.peer.code, 4001);
	assert_string_equal(world.peer.heard->str, "");
}

static void closes_while_connecting(void **state)
{
	(void)state;
	connect_client(NULL);
	cardea_ws_close(world.client.ws, 1000, NULL);
	run_until(client_closed);
	assert_int_equal(world.client.code, 0);
}

static void carries_messages_up_to_the_limit(void **state)
{
	g_autofree char *text = g_strnfill(CARDEA_MAX_WS_MESSAGE, 'a');

	(void)state;
	connect_client(NULL);
	run_until(is_open);
	assert_int_equal(cardea_ws_send(world.client.ws, text, CARDEA_MAX_WS_MESSAGE), 0);
	run_until(client_heard);
	assert_string_equal(world.client.heard->str, "262144\n");
}

static bool peer_closed(void)
{
	return world.peer.closed;
}

static void refuses_messages_over_a_limit_of_its_own(void **state)
{
	(void)state;
	world.echo = false;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_limit_message(world.peer.ws, 10);
	assert_int_equal(cardea_ws_send(world.client.ws, "0123456789", 10), 0);
	assert_int_equal(cardea_ws_send(world.client.ws, "0123456789a", 11), 0);
	run_until(all_closed);
	assert_string_equal(world.peer.heard->str, "0123456789\n");
	assert_int_equal(world.peer.code, 1009);
	assert_int_equal(world.client.code, 1009);
}

static void fills_the_queue_of_a_peer_that_does_not_read(void **state)
{
	g_autofree char *text = g_strnfill(100000, 'a');
	int err = 0;

	(void)state;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_pause(world.client.ws, true);
	for (int i = 0; i < 20 && err == 0; i++)
		err = cardea_ws_send(world.peer.ws, text, 100000);
	assert_int_equal(err, CARDEA_E_QUEUE_FULL);
	assert_true(cardea_ws_queued(world.peer.ws) <= CARDEA_MAX_WS_QUEUE + 64);
	assert_int_equal(cardea_ws_send(world.peer.ws, text, 1), CARDEA_E_INVALID);
	cardea_ws_pause(world.client.ws, false);
	run_until(all_closed);
	assert_int_equal(world.peer.code, 1013);
	assert_int_equal(world.client.code, 1002); /* wslay does not know 1013 when it is received */
}

static bool peer_drained(void)
{
	return world.peer.drained > 0;
}

static void tells_when_the_queue_has_drained(void **state)
{
	g_autofree char *text = g_strnfill(200000, 'a');

	(void)state;
	connect_client(NULL);
	run_until(is_open);
	for (int i = 0; i < 4; i++)
		assert_int_equal(cardea_ws_send(world.peer.ws, text, 200000), 0);
	assert_int_equal(world.peer.drained, 0);
	run_until(peer_drained);
	assert_int_equal(world.peer.drained, 1);
	assert_true(cardea_ws_queued(world.peer.ws) <= CARDEA_MAX_WS_QUEUE / 4);
}

static bool a_while_has_passed(void)
{
	static int turns;

	return ++turns % 50 == 0;
}

static void hears_nothing_while_paused(void **state)
{
	(void)state;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_pause(world.client.ws, true);
	cardea_ws_send(world.peer.ws, "hello", 5);
	run_until(a_while_has_passed);
	assert_string_equal(world.client.heard->str, "");
	cardea_ws_pause(world.client.ws, false);
	run_until(client_heard);
	assert_string_equal(world.client.heard->str, "hello\n");
}

static void keeps_a_peer_that_answers_pings(void **state)
{
	(void)state;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_keepalive(world.peer.ws, 5, 2);
	g_usleep(30000);
	run_until(a_while_has_passed);
	cardea_ws_keepalive(world.peer.ws, 0, 2);
	cardea_ws_send(world.client.ws, "alive", 5);
	run_until(peer_heard);
	assert_false(world.peer.closed);
}

static void drops_a_peer_that_does_not_answer_pings(void **state)
{
	(void)state;
	connect_client(NULL);
	run_until(is_open);
	cardea_ws_pause(world.client.ws, true);
	cardea_ws_keepalive(world.peer.ws, 20, 2);
	run_until(peer_closed);
	assert_int_equal(world.peer.code, 1006);
	cardea_ws_pause(world.client.ws, false);
	run_until(client_closed);
	assert_int_equal(world.client.code, 1006);
}

/* ---- HTTP ---- */

static int raw_client(const char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, world.path, sizeof(address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static bool request_is_held(void)
{
	return world.held != NULL;
}

static int answer_fd;
static char answer[4096];

static bool has_answer(void)
{
	size_t len = strlen(answer);
	ssize_t got = read(answer_fd, answer + len, sizeof(answer) - 1 - len);

	assert_true(got >= 0 || errno == EAGAIN);
	return got == 0;
}

static void answers_later_and_in_order(void **state)
{
	const char *first, *second;

	(void)state;
	world.hold = true;
	memset(answer, 0, sizeof(answer));
	answer_fd = raw_client("GET /1 HTTP/1.1\r\nHost: x\r\nX-Request-ID: given.1\r\n\r\n"
	                       "GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	run_until(request_is_held);
	assert_string_equal(cardea_http_path(world.held), "/1");
	assert_string_equal(cardea_http_peer(world.held), "unix");
	assert_string_equal(cardea_http_request_id(world.held), "given.1");
	world.hold = false;
	cardea_http_add_header(world.held, "X-Bad", "a\r\nX-Worse: b");
	cardea_http_reply(world.held, 201, "text/plain", "one", 3);
	run_until(has_answer);
	first = strstr(answer, "HTTP/1.1 201 Created\r\n");
	second = strstr(answer, "HTTP/1.1 200 OK\r\n");
	assert_true(first && second && first < second);
	assert_null(strstr(answer, "X-Worse"));
	assert_non_null(strstr(answer, "X-Request-ID: given.1\r\n"));
	close(answer_fd);
}

/* Sends @text and demands that the answer begins with @status and has X-Seen: @seen. */
static void assert_prepared(const char *text, const char *status, const char *seen)
{
	g_autofree char *field = g_strdup_printf("\r\nX-Seen: %s\r\n", seen);

	memset(answer, 0, sizeof(answer));
	answer_fd = raw_client(text);
	run_until(has_answer);
	assert_true(g_str_has_prefix(answer, status));
	assert_non_null(strstr(answer, field));
	close(answer_fd);
}

static void prepares_every_answer(void **state)
{
	(void)state;
	assert_prepared("GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200",
	                "/a");
	assert_prepared("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n",
	                "HTTP/1.1 413", "/b");
	assert_prepared("GET /c HTTP/1.1\r\n\r\n", "HTTP/1.1 400", "/c");
	assert_prepared("GET\r\n\r\n", "HTTP/1.1 400", "none");
}

static bool request_is_gone(void)
{
	return cardea_http_is_gone(world.held);
}

static void drops_the_answer_for_a_client_that_is_gone(void **state)
{
	int fd;

	(void)state;
	world.hold = true;
	fd = raw_client("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
	run_until(request_is_held);
	close(fd);
	cardea_http_reply(world.held, 200, NULL, "x", 1);
	run_until(a_while_has_passed);
}

static void a_held_request_outlives_its_server(void **state)
{
	static const struct cardea_http_callbacks http = {.request = on_request,
	                                                  .error_body = error_body};
	int fd;

	(void)state;
	world.hold = true;
	fd = raw_client("GET /1?a=b%20c&a=d&e HTTP/1.1\r\nHost: x\r\n\r\n");
	run_until(request_is_held);
	cardea_http_server_free(world.server);
	assert_true(request_is_gone());
	assert_string_equal(cardea_http_path(world.held), "/1");
	cardea_http_reply_error(world.held, 503, "stopped");
	assert_int_equal(cardea_http_server_new(world.loop, &http, &world.server), 0);
	close(fd);
}

static void lists_the_offered_subprotocols(void **state)
{
	g_autoptr(GString) request = g_string_new("GET /1 HTTP/1.1\r\nHost: x\r\n");
	g_auto(GStrv) entries = NULL;
	g_autofree char *joined = NULL;
	int fd;

	(void)state;
	world.hold = true;
	g_string_append(request, "Sec-WebSocket-Protocol: one ,two.2,, bad entry,\t three\r\n"
	                         "Sec-WebSocket-Protocol:\r\nSec-WebSocket-Protocol: \"four\", five\r\n"
	                         "Sec-WebSocket-Protocol: six");
	for (int i = 7; i < 30; i++)
		g_string_append_printf(request, ",%d", i);
	g_string_append(request, "\r\n\r\n");
	fd = raw_client(request->str);
	run_until(request_is_held);
	entries = cardea_ws_offered(world.held);
	joined = g_strjoinv(" ", entries);
	assert_string_equal(joined, "one two.2 three five six 7 8 9 10 11 12 13 14 15 16 17");
	cardea_http_reply(world.held, 204, NULL, NULL, 0);
	close(fd);
}

static void lists_nothing_when_nothing_is_offered(void **state)
{
	g_auto(GStrv) entries = NULL;
	int fd;

	(void)state;
	world.hold = true;
	fd = raw_client("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
	run_until(request_is_held);
	entries = cardea_ws_offered(world.held);
	assert_null(entries[0]);
	cardea_http_reply(world.held, 204, NULL, NULL, 0);
	close(fd);
}

static void reads_query_values(void **state)
{
	g_autofree char *a = NULL, *e = NULL, *f = NULL, *g = NULL, *h = NULL;
	int fd;

	(void)state;
	world.hold = true;
	fd = raw_client("GET /1?a=b%20c+d&a=x&e&f%20g=1&h=%ff HTTP/1.1\r\nHost: x\r\n\r\n");
	run_until(request_is_held);
	a = cardea_http_query_value(world.held, "a");
	e = cardea_http_query_value(world.held, "e");
	f = cardea_http_query_value(world.held, "f g");
	g = cardea_http_query_value(world.held, "g");
	h = cardea_http_query_value(world.held, "h");
	assert_string_equal(a, "b c d");
	assert_string_equal(e, "");
	assert_string_equal(f, "1");
	assert_null(g);
	assert_null(h);
	cardea_http_reply(world.held, 204, NULL, NULL, 0);
	close(fd);
}

static void stopping_ends_idle_connections_and_finishes_the_others(void **state)
{
	int idle, busy;

	(void)state;
	world.hold = true;
	memset(answer, 0, sizeof(answer));
	idle = raw_client("GET");
	busy = raw_client("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
	run_until(request_is_held);
	cardea_http_server_stop(world.server);
	answer_fd = idle;
	run_until(has_answer);
	assert_string_equal(answer, "");
	cardea_http_reply(world.held, 200, "text/plain", "done", 4);
	answer_fd = busy;
	run_until(has_answer);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	assert_non_null(strstr(answer, "\r\n\r\ndone"));
	close(idle);
	close(busy);
}

#define NET_TEST(sentence, function)                                                               \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = set_up,                         \
		.teardown_func = tear_down                                                                 \
	}

/* A tunnel has a second socket; whatever the limit, both must fit below it. */
static void leaves_descriptors_for_tunnels(void **state)
{
	static const uint64_t fds[] = {0, 1, 64, 128, 256, 257, 384, 1024, 65536, 1048576};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
		unsigned conns = cardea_http_connection_limit(fds[i]);

		assert_true(conns >= 1);
		assert_true(conns == 1 || 2 * (uint64_t)conns + 32 <= fds[i]);
	}
	assert_int_equal(cardea_http_connection_limit(1024), 448);
	assert_int_equal(cardea_http_connection_limit(UINT64_MAX), 1000000); /* RLIM_INFINITY */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        NET_TEST("loop: posts of another thread run in order",
	                 runs_posts_of_another_thread_in_order),
	        NET_TEST("loop: a timer may free itself", a_timer_may_free_itself),
	        NET_TEST("loop: a signal is reported", reports_a_signal),
	        NET_TEST("ws: both sides echo", echoes_between_both_sides),
	        NET_TEST("ws: the subprotocol asked for", opens_with_the_subprotocol_it_asked_for),
	        NET_TEST("ws: without that subprotocol it fails",
	                 fails_without_the_subprotocol_it_asked_for),
	        NET_TEST("ws: a missing server is reported", reports_a_server_that_is_not_there),
	        NET_TEST("ws: a path that is too long", refuses_a_path_that_is_too_long),
	        NET_TEST("ws: a close code reaches both sides", closes_with_a_code_on_both_sides),
	        NET_TEST("ws: closing while connecting", closes_while_connecting),
	        NET_TEST("ws: a message of the largest size", carries_messages_up_to_the_limit),
	        NET_TEST("ws: a message over a limit of the socket",
	                 refuses_messages_over_a_limit_of_its_own),
	        NET_TEST("ws: a full queue closes with 1013",
	                 fills_the_queue_of_a_peer_that_does_not_read),
	        NET_TEST("ws: drained is told once", tells_when_the_queue_has_drained),
	        NET_TEST("ws: a paused socket hears nothing", hears_nothing_while_paused),
	        NET_TEST("ws: a peer that answers pings stays", keeps_a_peer_that_answers_pings),
	        NET_TEST("ws: a peer that does not is dropped",
	                 drops_a_peer_that_does_not_answer_pings),
	        NET_TEST("ws: the offered subprotocols, 16 at most", lists_the_offered_subprotocols),
	        NET_TEST("ws: none is offered", lists_nothing_when_nothing_is_offered),
	        NET_TEST("http: late answers keep their order", answers_later_and_in_order),
	        NET_TEST("http: refused requests are prepared too", prepares_every_answer),
	        NET_TEST("http: an answer to nobody is dropped",
	                 drops_the_answer_for_a_client_that_is_gone),
	        NET_TEST("http: a held request outlives its server",
	                 a_held_request_outlives_its_server),
	        TEST("http: a connection counts twice, for its tunnel", leaves_descriptors_for_tunnels),
	        NET_TEST("http: query values", reads_query_values),
	        NET_TEST("http: stopping", stopping_ends_idle_connections_and_finishes_the_others),
	};

	cardea_log_set_level(CARDEA_LOG_ERROR);
	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
