/*
 * worker: wires the gateway together and takes it apart again.
 *
 * The stop has two stages, because sockets close only while the loop runs: first nothing new is
 * accepted and the tunnels are closed; when they are gone, the connections to the nodes. What the
 * loop does not run any more, the store finishes when it is closed.
 */
#include "worker.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include "api/cors.h"
#include "api/dialect.h"
#include "api/participants_ws.h"
#include "api/pages.h"
#include "api/reply.h"
#include "api/rt.h"
#include "api/webhook_json.h"
#include "cardea_error.h"
#include "dev_mode.h"
#include "jobs/passwords.h"
#include "jobs/sweeper.h"
#include "jobs/webhook_delivery.h"
#include "lifeline.h"
#include "media/node_pool.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/ratelimit.h"
#include "net/router.h"
#include "net/static.h"
#include "session/feed.h"
#include "session/reaper.h"
#include "session/tunnel.h"
#include "store/store.h"

#define DEFAULT_ACCESS_LIFE_S  3600
#define DEFAULT_REFRESH_LIFE_S 604800
#define STOP_POLL_MS           20
#define STOP_TUNNELS_MS        3000
#define STOP_NODES_MS          100
#define WATCH_STORE_MS         1000
#define TICKET_PERIOD_S        2 /* spec/native 1 */

struct worker {
	const struct cardea_worker_options *options;
	struct cardea_loop *loop;
	struct cardea_store *store;
	struct cardea_domain *domain;
	struct cardea_node_pool *pool;
	struct cardea_feed *feed;
	struct cardea_rt *rt;
	struct cardea_participants_ws *ws;
	struct cardea_sweeper *sweeper;
	struct cardea_passwords *passwords;
	struct cardea_webhook_delivery *webhooks;
	struct cardea_reaper *reaper;
	struct cardea_tunnels *tunnels;
	struct cardea_ratelimit *failures, *enters, *tickets, *messages, *of_key, *of_address, *logins;
	struct cardea_static *pages;
	struct cardea_api api;
	struct cardea_router *router, *admin_router;
	struct cardea_http_server *server, *admin_server;
	struct cardea_lifeline *lifeline;
	struct cardea_dev_mode *dev;
	struct cardea_timer *stop_timer, *watch_timer;
	int64_t stop_deadline; /* monotonic ms; 0 = not stopping */
	bool nodes_stopped;
	bool has_tenant; /* the first one, or it is being made */
	int result;
};

/* ---- requests ---- */

/* All but the tunnel and the operator's looks. */
static bool uses_store(const char *path)
{
	return path && !g_str_has_prefix(path, "/janus/") && strcmp(path, "/healthz") != 0 &&
	       strcmp(path, "/readyz") != 0;
}

static void handle_public(struct cardea_http_request *request, void *arg)
{
	struct worker *worker = arg;

	if (cardea_cors_preflight(request)) {
		return;
	}
	if (worker->pages && cardea_pages_reply(worker->pages, request)) {
		return;
	}
	if (uses_store(cardea_http_path(request)) && cardea_store_is_full(worker->store)) {
		cardea_http_add_header(request, "Retry-After", "1");
		cardea_http_reply_error(request, 503, cardea_error_text(CARDEA_E_STORE_BUSY));
		return;
	}
	if (uses_store(cardea_http_path(request)) &&
	    cardea_reply_over_limit(request, worker->of_key, worker->of_address)) {
		return;
	}
	cardea_router_dispatch(worker->router, request);
}

static void handle_admin(struct cardea_http_request *request, void *arg)
{
	struct worker *worker = arg;

	cardea_router_dispatch(worker->admin_router, request);
}

/* ---- stop ---- */

static void stop_step(void *arg)
{
	struct worker *worker = arg;
	bool late = cardea_clock_mono_ms(&cardea_clock_system) >= worker->stop_deadline;

	if (worker->nodes_stopped) {
		cardea_loop_stop(worker->loop);
	} else if (cardea_tunnels_count(worker->tunnels) == 0 || late) {
		cardea_node_pool_stop(worker->pool);
		worker->nodes_stopped = true;
		cardea_timer_start(worker->stop_timer, STOP_NODES_MS);
	} else {
		cardea_timer_start(worker->stop_timer, STOP_POLL_MS);
	}
}

static void stop(struct worker *worker, const char *reason)
{
	if (worker->stop_deadline) {
		return;
	}
	cardea_log(CARDEA_LOG_INFO, "worker", "event=stopping reason=%s", reason);
	worker->stop_deadline = cardea_clock_mono_ms(&cardea_clock_system) + STOP_TUNNELS_MS;
	cardea_timer_stop(worker->watch_timer);
	cardea_http_server_stop(worker->server);
	if (worker->admin_server) {
		cardea_http_server_stop(worker->admin_server);
	}
	cardea_rt_stop(worker->rt);
	cardea_participants_ws_stop(worker->ws);
	cardea_webhook_delivery_stop(worker->webhooks);
	cardea_tunnels_stop(worker->tunnels);
	stop_step(worker);
}

static void on_signal(void *arg)
{
	stop(arg, "signal");
}

static void on_supervisor_gone(void *arg)
{
	stop(arg, "supervisor_gone");
}

static void tenant_made(int err, const struct cardea_first_tenant *tenant, void *arg)
{
	struct worker *worker = arg;

	if (!tenant) {
		worker->has_tenant = false; /* again with the next look at the store */
		cardea_log(CARDEA_LOG_ERROR, "worker", "event=no_tenant error=%s", cardea_error_code(err));
	} else if (tenant->created) {
		cardea_log(CARDEA_LOG_INFO, "worker", "event=tenant_made tenant=%s", tenant->id);
	}
}

/* The installation's first tenant, before anybody can ask for it. */
static void make_tenant(struct worker *worker)
{
	int err;

	if (worker->has_tenant) {
		return;
	}
	worker->has_tenant = true;
	err = cardea_domain_first_tenant(worker->domain, tenant_made, worker);
	if (err) {
		tenant_made(err, NULL, worker);
	}
}

/* What could not be synced may be lost, and a retry may lie: end, so that the next worker starts
 * from what is on the disk (facts/reliability 14). */
static void watch_store(void *arg)
{
	struct worker *worker = arg;

	if (cardea_store_is_failed(worker->store)) {
		worker->result = CARDEA_E_STORE;
		stop(worker, "store_failed");
		return;
	}
	make_tenant(worker);
	cardea_timer_start(worker->watch_timer, WATCH_STORE_MS);
}

/* ---- start ---- */

static void on_nodes_changed(void *arg)
{
	struct worker *worker = arg;

	for (size_t i = 0; worker->dev && i < cardea_node_pool_count(worker->pool); i++) {
		if (cardea_node_pool_state(worker->pool, i) == CARDEA_NODE_READY) {
			cardea_dev_mode_ready(worker->dev);
		}
	}
}

static void on_revoked(const struct cardea_revocation *revocation, void *arg)
{
	struct worker *worker = arg;

	cardea_tunnels_remove(worker->tunnels, revocation->seat);
}

static void on_moved(const struct cardea_move *move, void *arg)
{
	struct worker *worker = arg;
	struct cardea_media_session to = {.gen = move->to_gen};

	memcpy(to.seat, move->to_seat, sizeof(to.seat));
	memcpy(to.room, move->to_room, sizeof(to.room));
	cardea_tunnels_move(worker->tunnels, move->seat, &to);
}

static void on_child(const char *name, pid_t pid, void *arg)
{
	struct worker *worker = arg;

	if (worker->dev) {
		cardea_dev_mode_child(worker->dev, name, pid);
	}
}

/* Before there is a feed nobody follows anything. */
static void on_logged(const char *room, void *arg)
{
	struct worker *worker = arg;

	cardea_feed_wake(worker->feed, room);
}

static void on_owed(const char *webhook, void *arg)
{
	struct worker *worker = arg;

	cardea_webhook_delivery_wake(worker->webhooks, webhook);
}

static int start_store(struct worker *worker)
{
	struct cardea_store_options options = {
	        .engine = &cardea_engine_sqlite,
	        .location = worker->options->database_path,
	        .clock = &cardea_clock_system,
	        .random = &cardea_random_kernel,
	        .loop = worker->loop,
	        .logged = on_logged,
	        .logged_arg = worker,
	        .owed = on_owed,
	        .owed_arg = worker,
	};

	return cardea_store_open(&options, &worker->store);
}

static int start_nodes(struct worker *worker)
{
	const struct cardea_worker_options *options = worker->options;
	struct cardea_control_options control = {
	        .loop = worker->loop,
	        .clock = &cardea_clock_system,
	        .gateway = options->gateway,
	        .node = options->node,
	        .path = options->janus_socket,
	        .api_secret = options->janus_api_secret,
	        .control_secret = options->control_secret,
	        .issuer = options->issuer,
	        .join_keys = options->join_keys,
	        .ice = &options->ice,
	        .changed = on_nodes_changed,
	        .arg = worker,
	};

	worker->pool = cardea_node_pool_new();
	return cardea_node_pool_add(worker->pool, &control);
}

static int start_domain(struct worker *worker)
{
	const struct cardea_worker_options *options = worker->options;
	struct cardea_domain_options domain = {
	        .store = worker->store,
	        .clock = &cardea_clock_system,
	        .keys = options->keys,
	        .media = cardea_node_pool_port(worker->pool),
	        .passwords = cardea_passwords_port(worker->passwords),
	        .issuer = options->issuer,
	        .access_token_life_s = options->access_token_life_s > 0 ? options->access_token_life_s
	                                                                : DEFAULT_ACCESS_LIFE_S,
	        .refresh_token_life_s = options->refresh_token_life_s > 0
	                                        ? options->refresh_token_life_s
	                                        : DEFAULT_REFRESH_LIFE_S,
	        .meeting_empty_timeout_ms = options->meetings.empty_timeout_s * 1000,
	};

	return cardea_domain_new(&domain, &worker->domain);
}

static int start_pages(struct worker *worker)
{
	int err;

	if (!worker->options->pages_dir) {
		return 0;
	}
	err = cardea_pages_load(worker->options->pages_dir, &worker->options->pages_policy,
	                        &worker->pages);
	if (err == CARDEA_E_NOT_FOUND) {
		cardea_log(CARDEA_LOG_WARNING, "worker", "event=no_pages");
		return 0;
	}
	return err;
}

static bool is_followed(const char *session, void *arg)
{
	struct worker *worker = arg;

	return cardea_rt_holds(worker->rt, session);
}

static void make_routes(struct worker *worker)
{
	static const struct cardea_route tunnel_route = {CARDEA_HTTP_GET, "/janus/{node}",
	                                                 cardea_tunnels_handle};

	worker->api = (struct cardea_api){
	        .domain = worker->domain,
	        .pool = worker->pool,
	        .clock = &cardea_clock_system,
	        .ice = &worker->options->ice,
	        .failures = worker->failures,
	        .enters = worker->enters,
	        .tickets = worker->tickets,
	        .messages = worker->messages,
	        .logins = worker->logins,
	        .public_url = worker->options->public_url,
	        .pages_url = worker->options->meetings.pages_url,
	        .pages = worker->pages,
	        .meeting_turn_life_s = worker->options->meetings.turn_life_s,
	        .webhooks_allow_http = worker->options->webhooks.allow_http,
	};
	worker->router = cardea_router_new();
	cardea_participants_add(worker->router, &worker->api);
	cardea_meetings_add(worker->router, &worker->api);
	cardea_meeting_webhooks_add(worker->router, &worker->api);
	cardea_meetings_missing_add(worker->router, &worker->api);
	cardea_native_events_add(worker->router, &worker->api);
	cardea_permalinks_add(worker->router, &worker->api);
	cardea_native_add(worker->router, &worker->api);
	cardea_native_moderation_add(worker->router, &worker->api);
	cardea_native_move_add(worker->router, &worker->api);
	cardea_native_waiting_add(worker->router, &worker->api);
	cardea_native_why_add(worker->router, &worker->api);
	cardea_plugnmeet_add(worker->router, &worker->api);
	cardea_plugnmeet_api_add(worker->router, &worker->api);
	cardea_plugnmeet_missing_add(worker->router, &worker->api);
	cardea_spaces_add(worker->router, &worker->api);
	cardea_spaces_missing_add(worker->router, &worker->api);
	cardea_spaces_oauth_add(worker->router, &worker->api);
	cardea_space_rooms_add(worker->router, &worker->api);
	cardea_health_add(worker->router, &worker->api);
	worker->rt = cardea_rt_new(&worker->api, worker->feed, worker->loop);
	cardea_rt_add(worker->router, worker->rt);
	worker->ws = cardea_participants_ws_new(&worker->api, worker->feed);
	cardea_participants_ws_add(worker->router, worker->ws);
	worker->sweeper = cardea_sweeper_new(worker->loop, worker->domain, is_followed, worker);
	cardea_router_add(worker->router, &tunnel_route, 1, worker->tunnels);
	worker->admin_router = cardea_router_new();
	cardea_admin_add(worker->admin_router, &worker->api);
	cardea_admin_accounts_add(worker->admin_router, &worker->api);
	cardea_health_add(worker->admin_router, &worker->api);
}

static void start_sessions(struct worker *worker)
{
	struct cardea_tunnels_options options = {
	        .loop = worker->loop,
	        .clock = &cardea_clock_system,
	        .domain = worker->domain,
	        .pool = worker->pool,
	        .failures = worker->failures,
	        .allowed_origins = worker->options->allowed_origins,
	};

	worker->reaper = cardea_reaper_new(worker->loop, worker->pool, worker->domain);
	options.reaper = worker->reaper;
	worker->tunnels = cardea_tunnels_new(&options);
	cardea_node_pool_on_change(worker->pool, on_revoked, on_moved, worker);
	cardea_reaper_sweep(worker->reaper, worker->options->node);
}

static int start_server(struct worker *worker, const struct cardea_http_callbacks *callbacks,
                        const int *fds, size_t count, struct cardea_http_server **out)
{
	int err = cardea_http_server_new(worker->loop, callbacks, out);

	for (size_t i = 0; !err && i < count; i++) {
		err = cardea_http_server_listen(*out, fds[i]);
	}
	return err;
}

static int start_servers(struct worker *worker)
{
	const struct cardea_worker_options *options = worker->options;
	const struct cardea_http_callbacks public = {
	        .prepare = cardea_cors_prepare,
	        .request = handle_public,
	        .error_body = cardea_reply_error_body,
	        .arg = worker,
	};
	const struct cardea_http_callbacks admin = {
	        .request = handle_admin,
	        .error_body = cardea_reply_error_body,
	        .arg = worker,
	};
	int err = start_server(worker, &public, options->listen_fds, options->listen_count,
	                       &worker->server);

	if (!err && options->admin_fd >= 0) {
		err = start_server(worker, &admin, &options->admin_fd, 1, &worker->admin_server);
	}
	return err;
}

static int start_lifeline(struct worker *worker)
{
	struct cardea_lifeline_callbacks callbacks = {
	        .child = on_child,
	        .gone = on_supervisor_gone,
	        .arg = worker,
	};

	if (worker->options->lifeline_fd < 0) {
		return 0;
	}
	return cardea_lifeline_new(worker->loop, worker->options->lifeline_fd, &callbacks,
	                           &worker->lifeline);
}

static int start_loop(struct worker *worker)
{
	int err;

	worker->loop = cardea_loop_new();
	if (!worker->loop) {
		return CARDEA_E_SYSTEM;
	}
	worker->stop_timer = cardea_timer_new(worker->loop, stop_step, worker);
	worker->watch_timer = cardea_timer_new(worker->loop, watch_store, worker);
	err = cardea_loop_on_signal(worker->loop, SIGTERM, on_signal, worker);
	return err ? err : cardea_loop_on_signal(worker->loop, SIGINT, on_signal, worker);
}

static int new_limit(int64_t per_second, int64_t period_s, int64_t burst,
                     struct cardea_ratelimit **out)
{
	const struct cardea_ratelimit_options options = {
	        .per_second = per_second,
	        .period_s = period_s,
	        .burst = burst,
	        .clock = &cardea_clock_system,
	        .random = &cardea_random_kernel,
	};

	return cardea_ratelimit_new(&options, out);
}

static int start_limits(struct worker *worker)
{
	const struct cardea_worker_limits *limits = &worker->options->limits;
	int err = new_limit(limits->failures_per_second, 1, limits->failures_burst, &worker->failures);

	if (!err) {
		err = new_limit(limits->enters_per_second, 1, limits->enters_burst, &worker->enters);
	}
	if (!err) {
		err = new_limit(limits->key_requests_per_second, 1, limits->key_requests_burst,
		                &worker->of_key);
	}
	if (!err) {
		err = new_limit(limits->address_requests_per_second, 1, limits->address_requests_burst,
		                &worker->of_address);
	}
	if (!err) {
		err = new_limit(limits->messages_per_second, 1, limits->messages_burst, &worker->messages);
	}
	if (!err) {
		err = new_limit(limits->logins_per_minute, 60, limits->logins_burst, &worker->logins);
	}
	return err ? err : new_limit(1, TICKET_PERIOD_S, 1, &worker->tickets);
}

static int start_webhooks(struct worker *worker)
{
	const struct cardea_webhook_delivery_options options = {
	        .loop = worker->loop,
	        .domain = worker->domain,
	        .clock = &cardea_clock_system,
	        .client = worker->options->webhooks,
	        .render = cardea_webhook_render,
	};

	return cardea_webhook_delivery_new(&options, &worker->webhooks);
}

static int start_media(struct worker *worker)
{
	int err = start_nodes(worker);

	if (!err) {
		err = cardea_passwords_new(worker->loop, &worker->passwords);
	}
	if (!err) {
		err = start_domain(worker);
	}
	if (!err) {
		worker->feed = cardea_feed_new(worker->loop, worker->domain);
		start_sessions(worker);
	}
	return err;
}

static int start(struct worker *worker)
{
	static int (*const steps[])(struct worker *) = {start_loop,  start_store,    start_limits,
	                                                start_media, start_webhooks, start_pages};
	int err = 0;

	for (size_t i = 0; !err && i < G_N_ELEMENTS(steps); i++) {
		err = steps[i](worker);
	}
	if (err) {
		return err;
	}
	make_tenant(worker);
	make_routes(worker);
	if (worker->options->dev_json_path) {
		worker->dev = cardea_dev_mode_new(worker->options, worker->domain);
	}
	err = start_lifeline(worker);
	if (!err) {
		err = start_servers(worker);
	}
	if (!err) {
		cardea_node_pool_start(worker->pool, worker->domain);
		cardea_timer_start(worker->watch_timer, WATCH_STORE_MS);
	}
	return err;
}

/* ---- end ---- */

/* Closing the store runs what was still queued, and its handlers use all the rest. */
static void finish(struct worker *worker)
{
	cardea_passwords_stop(worker->passwords);
	cardea_store_close(worker->store);
	cardea_passwords_free(worker->passwords);
	if (worker->domain) {
		cardea_domain_free(worker->domain);
	}
	cardea_dev_mode_free(worker->dev);
	cardea_sweeper_free(worker->sweeper);
	cardea_webhook_delivery_free(worker->webhooks);
	cardea_rt_free(worker->rt);
	cardea_participants_ws_free(worker->ws);
	cardea_feed_free(worker->feed);
	cardea_reaper_free(worker->reaper);
	cardea_tunnels_free(worker->tunnels);
	cardea_node_pool_free(worker->pool);
	if (worker->server) {
		cardea_http_server_free(worker->server);
	}
	if (worker->admin_server) {
		cardea_http_server_free(worker->admin_server);
	}
	if (worker->router) {
		cardea_router_free(worker->router);
		cardea_router_free(worker->admin_router);
	}
	cardea_static_free(worker->pages);
	cardea_ratelimit_free(worker->failures);
	cardea_ratelimit_free(worker->enters);
	cardea_ratelimit_free(worker->tickets);
	cardea_ratelimit_free(worker->messages);
	cardea_ratelimit_free(worker->of_key);
	cardea_ratelimit_free(worker->of_address);
	cardea_ratelimit_free(worker->logins);
	cardea_timer_free(worker->stop_timer);
	cardea_timer_free(worker->watch_timer);
	cardea_loop_free(worker->loop);
	cardea_lifeline_free(worker->lifeline);
}

int cardea_worker_run(const struct cardea_worker_options *options)
{
	struct worker worker = {.options = options};
	int err;

	cardea_log_set_level(options->log_level);
	err = start(&worker);
	if (!err) {
		cardea_log(CARDEA_LOG_INFO, "worker", "event=started gateway=%s node=%s pages=%zu",
		           options->gateway, options->node,
		           worker.pages ? cardea_static_count(worker.pages) : 0);
		err = cardea_loop_run(worker.loop);
	} else {
		cardea_log(CARDEA_LOG_ERROR, "worker", "event=cannot_start error=\"%s\"",
		           cardea_error_text(err));
	}
	finish(&worker);
	return err ? err : worker.result;
}
