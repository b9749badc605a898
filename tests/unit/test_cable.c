/* cable: what its callbacks may do and when they come, over a unix socket in a folder of its own.
 */
#include "unit.h"

#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "cardea_error.h"
#include "cardea_limits.h"
#include "conf/log.h"
#include "net/cable.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/ws.h"

#define DEADLINE_MS 10000
#define PROTOCOL    "actioncable-v1-json"
#define WELCOME     "{\"type\":\"welcome\"}\n"
#define ROOM        "\"{\\\"channel\\\":\\\"Room\\\"}\""
#define SUBSCRIBE   "{\"command\":\"subscribe\",\"identifier\":" ROOM "}"
#define PERFORM     "{\"command\":\"message\",\"identifier\":" ROOM ",\"data\":\"{}\"}"
#define CONFIRMED   "{\"identifier\":" ROOM ",\"type\":\"confirm_subscription\"}\n"
#define EVENT(text) "{\"identifier\":" ROOM ",\"message\":" text "}\n"
#define REMOTE      "{\"type\":\"disconnect\",\"reason\":\"remote\",\"reconnect\":false}\n"

struct world {
	char *folder, *path;
	struct cardea_loop *loop;
	struct cardea_http_server *server;
	struct cardea_timer *deadline;
	struct cardea_cables *cables;
	struct cardea_cable *cable;
	struct cardea_ws *client;
	GString *heard; /* by the client: each frame and a newline */
	GString *calls; /* of our callbacks */
	const char *end_in;
	bool client_closed;
	int client_code;
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

/* ---- the server's side ---- */

/* Notes the call; true if the socket is to end here. */
static bool note(struct cardea_cable *cable, const char *call)
{
	assert_ptr_equal(cable, world.cable);
	g_string_append_printf(world.calls, "%s ", call);
	if (g_strcmp0(world.end_in, call) != 0)
		return false;
	cardea_cable_end(cable, "remote", false);
	cardea_cable_end(cable, "server_restart", true); /* once is enough */
	return true;
}

static bool on_subscribe(struct cardea_cable *cable, const char *channel, const json_t *params,
                         void *arg)
{
	(void)arg;
	assert_string_equal(json_string_value(json_object_get(params, "channel")), channel);
	assert_false(cardea_cable_has(cable, channel));
	assert_int_equal(cardea_cable_send(cable, channel, "{\"early\":1}", 11), 0);
	note(cable, "subscribe");
	return true;
}

static void on_subscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	(void)arg;
	assert_true(cardea_cable_has(cable, channel));
	note(cable, "subscribed");
	cardea_cable_send(cable, channel, "{\"n\":1}", 7);
}

static void on_unsubscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	(void)arg;
	assert_false(cardea_cable_has(cable, channel));
	note(cable, "unsubscribed");
}

static void on_perform(struct cardea_cable *cable, const char *channel, const json_t *data,
                       void *arg)
{
	(void)arg;
	assert_true(cardea_cable_has(cable, channel));
	assert_int_equal(json_object_size(data), 0);
	note(cable, "perform");
	cardea_cable_send(cable, channel, "{\"n\":2}", 7);
}

static void on_cable_closed(struct cardea_cable *cable, void *arg)
{
	assert_ptr_equal(arg, &world);
	note(cable, "closed");
	world.cable = NULL;
}

static void on_request(struct cardea_http_request *request, void *arg)
{
	static const struct cardea_cable_callbacks callbacks = {
	        on_subscribe, on_subscribed, on_unsubscribed, on_perform, on_cable_closed};

	(void)arg;
	assert_int_equal(
	        cardea_cable_accept(world.cables, request, NULL, &callbacks, &world, &world.cable), 0);
}

static char *error_body(const char *path, int status, const char *text, void *arg)
{
	(void)path;
	(void)status;
	(void)arg;
	return g_strdup_printf("{\"error\":\"%s\"}", text);
}

/* ---- the client's ---- */

static void on_open(struct cardea_ws *ws, void *arg)
{
	(void)ws;
	(void)arg;
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	(void)ws;
	(void)arg;
	if (len < 200 && !strstr(text, "\"ping\""))
		g_string_append_printf(world.heard, "%s\n", text);
}

static void on_client_closed(struct cardea_ws *ws, int code, void *arg)
{
	(void)ws;
	(void)arg;
	world.client_closed = true;
	world.client_code = code;
}

static bool has_welcome(void)
{
	return g_str_has_prefix(world.heard->str, WELCOME);
}

static void connect_client(const char *subprotocol)
{
	static const struct cardea_ws_callbacks callbacks = {on_open, on_message, NULL,
	                                                     on_client_closed};

	assert_int_equal(cardea_ws_connect_unix(world.loop, world.path, subprotocol, &callbacks, NULL,
	                                        &world.client),
	                 0);
	run_until(has_welcome);
}

static void client_says(const char *text)
{
	assert_int_equal(cardea_ws_send(world.client, text, strlen(text)), 0);
}

/* ---- setting up ---- */

static int unix_listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static int set_up(void **state)
{
	static const struct cardea_http_callbacks http = {.request = on_request,
	                                                  .error_body = error_body};

	(void)state;
	memset(&world, 0, sizeof(world));
	world.heard = g_string_new(NULL);
	world.calls = g_string_new(NULL);
	world.folder = g_dir_make_tmp("cardea-cable-XXXXXX", NULL);
	world.path = g_build_filename(world.folder, "socket", NULL);
	world.loop = cardea_loop_new();
	world.deadline = cardea_timer_new(world.loop, on_deadline, NULL);
	world.cables = cardea_cables_new(world.loop);
	assert_int_equal(cardea_http_server_new(world.loop, &http, &world.server), 0);
	assert_int_equal(cardea_http_server_listen(world.server, unix_listener(world.path)), 0);
	return 0;
}

static bool all_closed(void)
{
	return world.client_closed && !world.cable;
}

static int tear_down(void **state)
{
	(void)state;
	if (!world.client_closed)
		cardea_ws_close(world.client, 1000, NULL);
	run_until(all_closed);
	cardea_http_server_free(world.server);
	cardea_cables_free(world.cables);
	cardea_timer_free(world.deadline);
	cardea_loop_free(world.loop);
	g_string_free(world.heard, TRUE);
	g_string_free(world.calls, TRUE);
	g_unlink(world.path);
	g_rmdir(world.folder);
	g_free(world.path);
	g_free(world.folder);
	return 0;
}

/* ---- tests ---- */

static bool has_answer_to_perform(void)
{
	return g_str_has_suffix(world.heard->str, EVENT("{\"n\":2}"));
}

static void nothing_goes_to_a_channel_before_its_confirmation(void **state)
{
	(void)state;
	connect_client(PROTOCOL);
	client_says(PERFORM); /* without a subscription nobody is asked */
	client_says(SUBSCRIBE);
	client_says(SUBSCRIBE);
	client_says(PERFORM);
	run_until(has_answer_to_perform);
	assert_string_equal(world.heard->str,
	                    WELCOME CONFIRMED EVENT("{\"n\":1}") CONFIRMED EVENT("{\"n\":2}"));
	assert_string_equal(world.calls->str, "subscribe subscribed perform ");
	assert_false(cardea_cable_has(world.cable, "User"));
	assert_int_equal(cardea_cable_send(world.cable, "User", "{}", 2), 0);
}

static bool has_rejection(void)
{
	return strstr(world.heard->str, "reject_subscription") != NULL;
}

static void a_socket_has_a_few_subscriptions_at_most(void **state)
{
	g_autoptr(GString) calls = g_string_new(NULL);

	(void)state;
	connect_client(PROTOCOL);
	for (int i = 0; i <= CARDEA_MAX_CABLE_SUBSCRIPTIONS; i++) {
		g_autofree char *text = g_strdup_printf(
		        "{\"command\":\"subscribe\",\"identifier\":\"{\\\"channel\\\":\\\"R%d\\\"}\"}", i);

		client_says(text);
		if (i < CARDEA_MAX_CABLE_SUBSCRIPTIONS)
			g_string_append(calls, "subscribe subscribed ");
	}
	run_until(has_rejection);
	assert_string_equal(world.calls->str, calls->str);
	assert_true(cardea_cable_has(world.cable, "R0"));
	assert_false(cardea_cable_has(world.cable, "R" G_STRINGIFY(CARDEA_MAX_CABLE_SUBSCRIPTIONS)));
}

/* Ends the socket inside the callback @call; what the client has heard then is @heard. */
static void check_end_in(const char *call, const char *subprotocol, const char *heard)
{
	world.end_in = call;
	connect_client(subprotocol);
	client_says(SUBSCRIBE);
	client_says(PERFORM);
	client_says("{\"command\":\"unsubscribe\",\"identifier\":" ROOM "}");
	run_until(all_closed);
	assert_string_equal(world.heard->str, heard);
	assert_int_equal(world.client_code, 1000);
	assert_true(g_str_has_suffix(world.calls->str, " closed "));
}

static void a_socket_may_end_while_it_is_asked_for_a_subscription(void **state)
{
	(void)state;
	check_end_in("subscribe", PROTOCOL, WELCOME REMOTE);
	assert_string_equal(world.calls->str, "subscribe closed ");
}

static void a_socket_may_end_when_subscribed(void **state)
{
	(void)state;
	check_end_in("subscribed", PROTOCOL, WELCOME CONFIRMED REMOTE);
	assert_string_equal(world.calls->str, "subscribe subscribed closed ");
}

static void a_socket_may_end_in_a_request(void **state)
{
	(void)state;
	check_end_in("perform", NULL, WELCOME CONFIRMED EVENT("{\"n\":1}"));
	assert_string_equal(world.calls->str, "subscribe subscribed perform closed ");
}

static void a_socket_may_end_when_unsubscribed(void **state)
{
	(void)state;
	check_end_in("unsubscribed", PROTOCOL,
	             WELCOME CONFIRMED EVENT("{\"n\":1}") EVENT("{\"n\":2}") REMOTE);
	assert_string_equal(world.calls->str, "subscribe subscribed perform unsubscribed closed ");
}

static bool is_subscribed(void)
{
	return cardea_cable_has(world.cable, "Room");
}

static void a_client_that_does_not_read_is_closed(void **state)
{
	g_autofree char *padding = g_strnfill(100000, 'x');
	g_autofree char *text = g_strdup_printf("{\"x\":\"%s\"}", padding);
	int err = 0, sent;

	(void)state;
	connect_client(PROTOCOL);
	client_says(SUBSCRIBE);
	run_until(is_subscribed);
	cardea_ws_pause(world.client, true);
	for (sent = 0; sent < 100 && err == 0; sent++)
		err = cardea_cable_send(world.cable, "Room", text, strlen(text));
	assert_int_equal(err, CARDEA_E_QUEUE_FULL);
	assert_true((size_t)sent > CARDEA_MAX_WS_QUEUE / 100000);
	assert_int_equal(cardea_cable_send(world.cable, "Room", text, 2), CARDEA_E_INVALID);
	cardea_ws_pause(world.client, false);
	run_until(all_closed);
}

static void all_sockets_can_be_ended(void **state)
{
	(void)state;
	connect_client(PROTOCOL);
	cardea_cables_end(world.cables, "server_restart", true);
	run_until(all_closed);
	assert_string_equal(world.heard->str, WELCOME "{\"type\":\"disconnect\",\"reason\":\"server_"
	                                              "restart\",\"reconnect\":true}\n");
	assert_int_equal(world.client_code, 1002); /* wslay does not know 1012 when it is received */
	assert_string_equal(world.calls->str, "closed ");
}

#define CABLE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CABLE_TEST(nothing_goes_to_a_channel_before_its_confirmation),
	        CABLE_TEST(a_socket_has_a_few_subscriptions_at_most),
	        CABLE_TEST(a_socket_may_end_while_it_is_asked_for_a_subscription),
	        CABLE_TEST(a_socket_may_end_when_subscribed),
	        CABLE_TEST(a_socket_may_end_in_a_request),
	        CABLE_TEST(a_socket_may_end_when_unsubscribed),
	        CABLE_TEST(a_client_that_does_not_read_is_closed),
	        CABLE_TEST(all_sockets_can_be_ended),
	};

	cardea_log_set_level(CARDEA_LOG_ERROR);
	return cmocka_run_group_tests_name("cable", tests, NULL, NULL);
}
