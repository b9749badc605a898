/*
 * http_client: requests over real sockets to receivers of this process, through names and public
 * addresses that the test makes up; and the sender of webhooks on top of it.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "conf/log.h"
#include "fake_internet.h"
#include "jobs/http_client.h"
#include "jobs/webhooks.h"
#include "net/http.h"
#include "net/loop.h"
#include "tls_receiver.h"

#define DEADLINE_MS 20000
/* Of clients that are to give up; the others have the default. */
#define TIMEOUT_MS  1000
#define MAX_RESULTS 200

struct world {
	struct cardea_loop *loop;
	struct cardea_timer *deadline, *tick;
	struct cardea_http_server *server;
	struct cardea_http_client *client;
	int port;
	/* What came to the server, and what it says. */
	GString *seen;
	int requests;
	int status;
	size_t answer_len;
	bool silent;
	GPtrArray *held; /* requests without an answer */
	/* What the client told. */
	struct cardea_http_result results[MAX_RESULTS];
	int done, awaited;
	int64_t last_tick, longest_gap_ms;
};

static struct world world;

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

/* ---- the receiver ---- */

static void on_request(struct cardea_http_request *request, void *arg)
{
	static const char *const names[] = {"Content-Type", "User-Agent", "X-Test", "Cookie",
	                                    "X-Eyeson-Signature"};
	size_t len;
	const char *body = cardea_http_body(request, &len);
	g_autofree char *answer = g_strnfill(world.answer_len, 'x');

	(void)arg;
	world.requests++;
	g_string_append_printf(world.seen, "%s %s %.*s", cardea_http_method_name(request),
	                       cardea_http_path(request), (int)len, body);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = cardea_http_header(request, names[i]);

		if (value) {
			g_string_append_printf(world.seen, " %s=%s", names[i], value);
		}
	}
	g_string_append_c(world.seen, '\n');
	if (world.silent) {
		g_ptr_array_add(world.held, request);
		return;
	}
	if (world.status == 302) {
		cardea_http_add_header(request, "Location", "/elsewhere");
	}
	cardea_http_add_header(request, "Set-Cookie", "a=b");
	cardea_http_reply(request, world.status, "text/plain", answer, world.answer_len);
}

static char *error_body(const char *path, int status, const char *text, void *arg)
{
	(void)path;
	(void)status;
	(void)text;
	(void)arg;
	return g_strdup("{}");
}

/* A listening TCP socket; @port 0: any. -1 if there is no such family here. */
static int listener(int family, int port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0 && family == AF_INET6) {
		return -1;
	}
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		if (bind(fd, (struct sockaddr *)&v6, sizeof(v6)) < 0) {
			close(fd);
			return -1;
		}
	} else {
		assert_int_equal(bind(fd, (struct sockaddr *)&v4, sizeof(v4)), 0);
	}
	assert_int_equal(listen(fd, 256), 0);
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin_port);
}

/* Takes what has connected to @fd; how many that were. */
static int accept_all(int fd)
{
	int count = 0, peer;

	while (fd >= 0 && (peer = accept(fd, NULL, NULL)) >= 0) {
		close(peer);
		count++;
	}
	assert_true(fd < 0 || errno == EAGAIN);
	return count;
}

/* ---- set-up ---- */

static void on_deadline(void *arg)
{
	(void)arg;
	fail_msg("nothing happened in time");
}

static void on_tick(void *arg)
{
	int64_t now = now_ms();

	(void)arg;
	world.longest_gap_ms = MAX(world.longest_gap_ms, now - world.last_tick);
	world.last_tick = now;
	cardea_timer_start(world.tick, 10);
}

static struct cardea_http_client *new_client(struct cardea_http_client_options options)
{
	struct cardea_http_client *client = NULL;

	options.loop = world.loop;
	assert_int_equal(cardea_http_client_new(&options, &client), 0);
	return client;
}

static void use_client(struct cardea_http_client_options options)
{
	cardea_http_client_free(world.client);
	world.client = new_client(options);
}

static int set_up(void **state)
{
	static const struct cardea_http_callbacks http = {.request = on_request,
	                                                  .error_body = error_body};
	int fd = listener(AF_INET, 0);

	(void)state;
	memset(&world, 0, sizeof(world));
	fake_internet_reset();
	world.status = 200;
	world.seen = g_string_new(NULL);
	world.held = g_ptr_array_new();
	world.loop = cardea_loop_new();
	world.deadline = cardea_timer_new(world.loop, on_deadline, NULL);
	world.tick = cardea_timer_new(world.loop, on_tick, NULL);
	world.port = port_of(fd);
	assert_int_equal(cardea_http_server_new(world.loop, &http, &world.server), 0);
	assert_int_equal(cardea_http_server_listen(world.server, fd), 0);
	use_client((struct cardea_http_client_options){.allow_http = true, .allow_private = true});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_internet_release();
	cardea_http_client_free(world.client);
	for (guint i = 0; i < world.held->len; i++) {
		cardea_http_reply(g_ptr_array_index(world.held, i), 200, NULL, NULL, 0);
	}
	g_ptr_array_free(world.held, TRUE);
	cardea_http_server_free(world.server);
	cardea_timer_free(world.tick);
	cardea_timer_free(world.deadline);
	cardea_loop_free(world.loop);
	g_string_free(world.seen, TRUE);
	return 0;
}

/* ---- posting ---- */

static void on_result(const struct cardea_http_result *result, void *arg)
{
	world.results[GPOINTER_TO_INT(arg)] = *result;
	if (++world.done == world.awaited) {
		cardea_loop_stop(world.loop);
	}
}

static struct cardea_http_call *start(int index, const char *url)
{
	static const char *const headers[] = {"Content-Type: application/json", "X-Test: 1", NULL};
	const struct cardea_http_post post = {url, headers, "{\"a\":1}", 7};
	struct cardea_http_call *call = NULL;

	assert_int_equal(
	        cardea_http_client_post(world.client, &post, on_result, GINT_TO_POINTER(index), &call),
	        0);
	assert_non_null(call);
	return call;
}

/* Runs the loop until @count calls more are over. */
static void await(int count)
{
	world.awaited = world.done + count;
	cardea_timer_start(world.deadline, DEADLINE_MS);
	assert_int_equal(cardea_loop_run(world.loop), 0);
	cardea_timer_stop(world.deadline);
}

static const struct cardea_http_result *post_to(const char *url)
{
	start(0, url);
	await(1);
	return &world.results[0];
}

/* http://@host:port/hook, port that of the receiver. */
static const struct cardea_http_result *post_to_host(const char *host)
{
	g_autofree char *url = g_strdup_printf("http://%s:%d/hook", host, world.port);

	return post_to(url);
}

static void assert_result(const struct cardea_http_result *result, int err, int status)
{
	if (result->err != err || result->status != status) {
		fail_msg("%s, status %d: %s", cardea_error_code(result->err), result->status, result->why);
	}
}

/* ---- tests ---- */

static void posts(void **state)
{
	(void)state;
	assert_result(post_to_host("127.0.0.1"), 0, 200);
	assert_string_equal(world.seen->str, "POST /hook {\"a\":1} Content-Type=application/json "
	                                     "User-Agent=cardea X-Test=1\n");
	for (int i = 0; i < 100; i++) {
		g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/%d", world.port, i);

		start(i, url);
	}
	await(100);
	for (int i = 0; i < 100; i++) {
		assert_result(&world.results[i], 0, 200);
	}
	assert_int_equal(world.requests, 101);
	assert_null(strstr(world.seen->str, "Cookie"));
}

static void statuses(void **state)
{
	(void)state;
	world.status = 503;
	assert_result(post_to_host("127.0.0.1"), 0, 503);
	world.status = 204;
	assert_result(post_to_host("127.0.0.1"), 0, 204);
	world.status = 302;
	assert_result(post_to_host("127.0.0.1"), 0, 302);
	assert_int_equal(world.requests, 3); /* not followed */
}

/* Promises a lot, sends 100 KB of it and then waits for the client to leave. */
static void *send_without_end(void *arg)
{
	static const char head[] = "HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n";
	g_autofree char *body = g_strnfill(100000, 'x');
	int fd = accept(GPOINTER_TO_INT(arg), NULL, NULL);

	if (write(fd, head, sizeof(head) - 1) > 0 && write(fd, body, 100000) > 0) {
		while (read(fd, body, 100000) > 0) {
			;
		}
	}
	close(fd);
	return NULL;
}

static void long_answers(void **state)
{
	int fd = listener(AF_INET, 0);
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", port_of(fd));
	GThread *thread;

	(void)state;
	world.answer_len = 60000;
	assert_result(post_to_host("127.0.0.1"), 0, 200);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0); /* blocking */
	thread = g_thread_new("receiver", send_without_end, GINT_TO_POINTER(fd));
	assert_result(post_to(url), 0, 201);
	g_thread_join(thread);
	close(fd);
}

static void no_receiver(void **state)
{
	int fd = listener(AF_INET, 0);
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", port_of(fd));

	(void)state;
	close(fd);
	assert_result(post_to(url), CARDEA_E_SYSTEM, 0);
	assert_result(post_to_host("unknown.test"), CARDEA_E_SYSTEM, 0);
}

static void silent_receiver(void **state)
{
	int64_t before = now_ms();

	(void)state;
	use_client((struct cardea_http_client_options){
	        .allow_http = true, .allow_private = true, .timeout_ms = TIMEOUT_MS});
	world.silent = true;
	assert_result(post_to_host("127.0.0.1"), CARDEA_E_SYSTEM, 0);
	assert_in_range(now_ms() - before, TIMEOUT_MS - 50, TIMEOUT_MS * 5);
	assert_int_equal(world.requests, 1);
}

static void bad_urls(void **state)
{
	static const char *const urls[] = {
	        "",
	        "https://",
	        "file:///etc/passwd",
	        "ftp://127.0.0.1/",
	        "gopher://127.0.0.1/",
	        "ldap://127.0.0.1/",
	        "smtp://127.0.0.1/",
	        "https://user@public.test/",
	        "https://user:secret@public.test/",
	        "https://public.test:99999/",
	        "https://a b/",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		if (post_to(urls[i])->err != CARDEA_E_INVALID) {
			fail_msg("%s: %s", urls[i], world.results[0].why);
		}
	}
	use_client((struct cardea_http_client_options){.allow_private = true});
	assert_result(post_to_host("127.0.0.1"), CARDEA_E_INVALID, 0); /* http */
	assert_int_equal(world.requests, 0);
}

/* A host and whether a client that may reach private addresses would reach the canary with it. */
static const struct {
	const char *host;
	bool reaches;
} forbidden[] = {
        {"127.0.0.1", true},
        {"127.1", true},
        {"127.0.1", true},
        {"2130706433", true},
        {"0x7f000001", true},
        {"0x7F.1", true},
        {"0177.0.0.1", true},
        {"017700000001", true},
        {"127.0.0.1.", false},
        {"127.255.255.254", true},
        {"127.8.8.8", true},
        {"0", true},
        {"0.0.0.0", true},
        {"0x0", true},
        {"localhost", true},
        {"LOCALHOST", true},
        {"localhost.", false},
        {"x.localhost", true},
        {"%31%32%37.0.0.1", true},
        {"127%2e0%2e0%2e1", false},
        {"\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1", false}, /* digits in circles */
        {"127\xe3\x80\x82"
         "0\xe3\x80\x82"
         "0\xe3\x80\x82"
         "1",
         false}, /* ideographic stops */
        {"[::1]", false},
        {"[0:0:0:0:0:0:0:1]", false},
        {"[0000::0001]", false},
        {"[::]", false},
        {"[::ffff:127.0.0.1]", true},
        {"[::ffff:7f00:1]", true},
        {"[::FFFF:0.0.0.0]", false},
        {"[::127.0.0.1]", false},
        {"[::7f00:1]", false},
        {"[64:ff9b::127.0.0.1]", false},
        {"[64:ff9b:1::1]", false},
        {"[2002:7f00:1::]", false},
        {"[2001:0:7f00:1::]", false},
        {"[2001:db8::1]", false},
        {"[fe80::1]", false},
        {"[fe80::1%25lo]", false},
        {"[fec0::1]", false},
        {"[fc00::1]", false},
        {"[fd12:3456::1]", false},
        {"[ff02::1]", false},
        {"[100::1]", false},
        {"10.0.0.1", false},
        {"10.1", false},
        {"012.0.0.1", false},
        {"172.16.0.1", false},
        {"172.31.255.254", false},
        {"192.168.0.1", false},
        {"192.168.257", false},
        {"100.64.0.1", false},
        {"169.254.169.254", false},
        {"0xa9fea9fe", false},
        {"2852039166", false},
        {"0251.0376.0251.0376", false},
        {"192.0.0.1", false},
        {"192.0.2.1", false},
        {"198.18.0.1", false},
        {"198.51.100.1", false},
        {"203.0.113.1", false},
        {"192.88.99.1", false},
        {"224.0.0.1", false},
        {"239.255.255.255", false},
        {"240.0.0.1", false},
        {"255.255.255.255", false},
        {"private.test", true},
        {"mapped.test", true},
        {"mixed.test", true},
        {"metadata.test", false},
};

static void set_names(void)
{
	fake_internet_set("public.test", PUBLIC_ADDRESS);
	fake_internet_set("private.test", "127.0.0.1");
	fake_internet_set("mapped.test", "::ffff:127.0.0.1");
	fake_internet_set("mixed.test", DEAD_ADDRESS " 127.0.0.1");
	fake_internet_set("metadata.test", "169.254.169.254 fe80::1");
}

/* Whether that can be demanded here: some machines have no IPv6. */
static bool must_reach(size_t index, bool has_ipv6)
{
	const char *host = forbidden[index].host;
	bool needs_ipv6 = host[0] == '[' || strcmp(host, "mapped.test") == 0;

	return forbidden[index].reaches && (has_ipv6 || !needs_ipv6);
}

/* Everything at once to the canary's port. */
static void post_to_forbidden(int port)
{
	for (size_t i = 0; i < G_N_ELEMENTS(forbidden); i++) {
		g_autofree char *url = g_strdup_printf("http://%s:%d/", forbidden[i].host, port);

		start((int)i, url);
	}
	await(G_N_ELEMENTS(forbidden));
}

static void forbidden_addresses(void **state)
{
	int canary = listener(AF_INET, 0);
	int port = port_of(canary);
	int canary6 = listener(AF_INET6, port);
	int reaching = 0, forbidden_count = 0;

	(void)state;
	set_names();
	use_client(
	        (struct cardea_http_client_options){.allow_http = true, .timeout_ms = 2 * TIMEOUT_MS});
	post_to_forbidden(port);
	assert_int_equal(accept_all(canary) + accept_all(canary6), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(forbidden); i++) {
		int err = world.results[i].err;

		if (err == 0 || (must_reach(i, canary6 >= 0) && err != CARDEA_E_FORBIDDEN)) {
			fail_msg("%s: %s", forbidden[i].host, cardea_error_code(err));
		}
		reaching += must_reach(i, canary6 >= 0);
		forbidden_count += err == CARDEA_E_FORBIDDEN;
	}
	print_message("%d of %zu refused by address, the others go nowhere\n", forbidden_count,
	              G_N_ELEMENTS(forbidden));
	/* The same requests by a client that may: the canary sings. */
	use_client((struct cardea_http_client_options){
	        .allow_http = true, .allow_private = true, .timeout_ms = 2 * TIMEOUT_MS});
	post_to_forbidden(port);
	assert_true(accept_all(canary) + accept_all(canary6) >= reaching);
	close(canary);
	if (canary6 >= 0) {
		close(canary6);
	}
}

static void rebinding(void **state)
{
	(void)state;
	use_client((struct cardea_http_client_options){.allow_http = true});
	fake_internet_set("moves.test", PUBLIC_ADDRESS);
	assert_result(post_to_host("moves.test"), 0, 200);
	assert_int_equal(world.requests, 1);
	/* A new client has forgotten the address and the connection. */
	use_client((struct cardea_http_client_options){.allow_http = true});
	fake_internet_set("moves.test", "127.0.0.1");
	assert_result(post_to_host("moves.test"), CARDEA_E_FORBIDDEN, 0);
	assert_int_equal(world.requests, 1);
}

static void no_proxy(void **state)
{
	static const char *const variables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
	                                        "ALL_PROXY"};
	int proxy = listener(AF_INET, 0);
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", port_of(proxy));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		g_setenv(variables[i], url, TRUE);
	}
	set_names();
	use_client((struct cardea_http_client_options){.allow_http = true});
	assert_result(post_to_host("public.test"), 0, 200);
	assert_result(post_to_host("private.test"), CARDEA_E_FORBIDDEN, 0);
	assert_int_equal(accept_all(proxy), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		g_unsetenv(variables[i]);
	}
	close(proxy);
}

/* The loop's thread must never wait for a name server. */
static void slow_names(void **state)
{
	int64_t before;

	(void)state;
	set_names();
	use_client((struct cardea_http_client_options){
	        .allow_http = true, .allow_private = true, .timeout_ms = TIMEOUT_MS});
	world.last_tick = now_ms();
	on_tick(NULL);
	start(1, "http://slow.test/");
	start(2, "http://slow.test/");
	assert_result(post_to_host("public.test"), 0, 200);
	assert_int_equal(world.done, 1); /* before the others */
	await(2);
	assert_result(&world.results[1], CARDEA_E_SYSTEM, 0);
	assert_result(&world.results[2], CARDEA_E_SYSTEM, 0);
	start(1, "http://slow.test/");
	world.awaited = -1;
	assert_result(post_to_host("public.test"), 0, 200);
	before = now_ms();
	cardea_http_client_free(g_steal_pointer(&world.client));
	world.longest_gap_ms = MAX(world.longest_gap_ms, now_ms() - before);
	print_message("the loop stood still for at most %d ms\n", (int)world.longest_gap_ms);
	assert_in_range(world.longest_gap_ms, 0, 2000);
}

static void cancels(void **state)
{
	struct cardea_http_call *call;

	(void)state;
	use_client((struct cardea_http_client_options){
	        .allow_http = true, .allow_private = true, .timeout_ms = TIMEOUT_MS});
	world.silent = true;
	call = start(1, "http://slow.test/");
	cardea_http_call_cancel(call);
	{
		g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", world.port);

		call = start(2, url);
		start(3, url);
	}
	cardea_http_call_cancel(call);
	await(1);
	assert_int_equal(world.done, 1);
	assert_result(&world.results[3], CARDEA_E_SYSTEM, 0);
	start(4, "http://127.0.0.1:1/"); /* tear_down frees the client with this one */
}

static void certificates(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("cardea-tls-XXXXXX", NULL);
	g_autofree char *ca = g_build_filename(folder, "ca.pem", NULL);
	struct tls_receiver *receiver = tls_receiver_new("receiver.test", ca);
	g_autofree char *url =
	        g_strdup_printf("https://receiver.test:%d/hook", tls_receiver_port(receiver));
	g_autofree char *other =
	        g_strdup_printf("https://other.test:%d/hook", tls_receiver_port(receiver));

	(void)state;
	fake_internet_set("receiver.test", PUBLIC_ADDRESS);
	fake_internet_set("other.test", PUBLIC_ADDRESS);
	use_client((struct cardea_http_client_options){0});
	assert_result(post_to(url), CARDEA_E_SYSTEM, 0); /* an authority nobody knows */
	use_client((struct cardea_http_client_options){.ca_file = ca});
	assert_result(post_to(other), CARDEA_E_SYSTEM, 0); /* another name */
	assert_int_equal(tls_receiver_requests(receiver), 0);
	assert_result(post_to(url), 0, 200);
	assert_int_equal(tls_receiver_requests(receiver), 1);
	tls_receiver_free(receiver);
	g_unlink(ca);
	g_rmdir(folder);
}

/* ---- webhooks over the wire ---- */

static struct feed {
	struct cardea_webhooks *webhooks;
	char *good_url, *dead_url;
	int64_t told, dead_told;
	cardea_webhook_next_h next;
	cardea_webhook_stored_h stored;
} feed;

struct answer {
	const char *id;
	cardea_webhook_next_h next;
	cardea_webhook_stored_h stored;
	void *arg;
};

static void answer(void *arg)
{
	struct answer *waiting = arg;
	bool good = strcmp(waiting->id, "good") == 0;
	const struct cardea_webhook_event event = {
	        .room = "r",
	        .seq = feed.told + 1,
	        .at_ms = cardea_clock_wall_ms(&cardea_clock_system),
	        .url = good ? feed.good_url : feed.dead_url,
	        .key = "Jefe",
	        .body = "what do ya want for nothing?",
	        .len = 28,
	};

	if (waiting->next) {
		waiting->next(0, good && feed.told == 3 ? NULL : &event, waiting->arg);
	} else {
		waiting->stored(0, waiting->arg);
	}
	g_free(waiting);
	if (feed.told == 3) {
		cardea_loop_stop(world.loop);
	}
}

static int feed_next(void *arg, const char *id, cardea_webhook_next_h done, void *done_arg)
{
	struct answer *waiting = g_new0(struct answer, 1);

	(void)arg;
	*waiting = (struct answer){.id = id, .next = done, .arg = done_arg};
	cardea_loop_post(world.loop, answer, waiting);
	return 0;
}

static int feed_report(void *arg, const char *id, const struct cardea_webhook_report *report,
                       cardea_webhook_stored_h done, void *done_arg)
{
	struct answer *waiting = g_new0(struct answer, 1);

	(void)arg;
	if (report->outcome == CARDEA_WEBHOOK_DELIVERED) {
		assert_string_equal(id, "good");
		feed.told++;
	} else {
		world.status = 200; /* the second time the good one takes it */
	}
	*waiting = (struct answer){.id = id, .stored = done, .arg = done_arg};
	cardea_loop_post(world.loop, answer, waiting);
	return 0;
}

static void stop_loop(void *arg)
{
	(void)arg;
	cardea_loop_stop(world.loop);
}

static void delivers_webhooks(void **state)
{
	const struct cardea_webhooks_options options = {
	        .loop = world.loop,
	        .client = world.client,
	        .clock = &cardea_clock_system,
	        .feed = {.next = feed_next, .report = feed_report},
	};
	int dead = listener(AF_INET, 0); /* connects, never answers */

	(void)state;
	memset(&feed, 0, sizeof(feed));
	feed.good_url = g_strdup_printf("http://127.0.0.1:%d/hook", world.port);
	feed.dead_url = g_strdup_printf("http://127.0.0.1:%d/hook", port_of(dead));
	world.status = 500;
	feed.webhooks = cardea_webhooks_new(&options);
	cardea_webhooks_wake(feed.webhooks, "dead");
	cardea_webhooks_wake(feed.webhooks, "good");
	cardea_timer_start(world.deadline, DEADLINE_MS);
	assert_int_equal(cardea_loop_run(world.loop), 0);
	assert_int_equal(world.requests, 4); /* one of the three twice */
	assert_non_null(strstr(world.seen->str,
	                       "POST /hook what do ya want for nothing? Content-Type=application/json "
	                       "User-Agent=cardea X-Eyeson-Signature="
	                       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\n"));
	cardea_webhooks_stop(feed.webhooks);
	cardea_loop_post(world.loop, stop_loop, NULL); /* behind the feed's last answers */
	assert_int_equal(cardea_loop_run(world.loop), 0);
	cardea_webhooks_free(feed.webhooks);
	g_free(feed.good_url);
	g_free(feed.dead_url);
	close(dead);
}

#define CLIENT_TEST(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = set_up,                         \
		.teardown_func = tear_down                                                                 \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CLIENT_TEST("requests are sent as they are", posts),
	        CLIENT_TEST("the status is told, a redirect is not followed", statuses),
	        CLIENT_TEST("a long answer is cut off", long_answers),
	        CLIENT_TEST("a receiver that is not there", no_receiver),
	        CLIENT_TEST("a receiver that does not answer", silent_receiver),
	        CLIENT_TEST("URLs that are none of ours", bad_urls),
	        CLIENT_TEST("no spelling reaches a private address", forbidden_addresses),
	        CLIENT_TEST("a name that moves to a private address", rebinding),
	        CLIENT_TEST("proxies of the environment are not used", no_proxy),
	        CLIENT_TEST("a slow name server stops nobody", slow_names),
	        CLIENT_TEST("calls are cancelled", cancels),
	        CLIENT_TEST("certificates are verified", certificates),
	        CLIENT_TEST("webhooks are delivered beside a dead receiver", delivers_webhooks),
	};

	cardea_log_set_level(CARDEA_LOG_ERROR);
	return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
