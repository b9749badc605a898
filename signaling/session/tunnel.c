/*
 * tunnel: one browser socket and its socket to Janus. States:
 *
 *   FIRST --first frame--> VERIFYING --domain says yes--> CONNECTING --Janus' socket open--> BOUND
 *     any --a socket lost, a refusal--> CLOSING --both sockets closed, no answer awaited--> freed
 *
 * Both directions have back-pressure: while one side's queue is high, the other side is not read.
 */
#include "session/tunnel_private.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "cardea_bucket.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_limits.h"
#include "conf/log.h"
#include "domain/domain.h"
#include "media/node_pool.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/ratelimit.h"
#include "net/ws.h"
#include "session/frame_filter.h"
#include "session/handles.h"
#include "session/reaper.h"

#define FIRST_FRAME_MS      10000
#define KEEPALIVE_MS        25000
#define KEEPALIVE_ANSWER_MS 5000
#define PING_MS             10000
#define HIGH_WATER          (CARDEA_MAX_WS_QUEUE / 4) /* where cardea_ws calls `drained` */
#define MAX_EARLY_FRAMES    16
#define REMOVED_MS          1000

#define JANUS_FORBIDDEN         403
#define JANUS_SESSION_NOT_FOUND 458
#define JANUS_WEBRTC_STATE      471
#define JANUS_UNKNOWN           490

#define CLOSE_GOING_AWAY 1001
#define CLOSE_POLICY     1008
#define CLOSE_TRY_LATER  1013
#define CLOSE_REPLACED   4001
#define CLOSE_REMOVED    4003

static const struct cardea_rate frame_rate = {
        .per_second = CARDEA_FRAMES_PER_SECOND,
        .burst = CARDEA_FRAME_BURST,
};

enum tunnel_state {
	TUNNEL_FIRST,
	TUNNEL_VERIFYING,
	TUNNEL_CONNECTING,
	TUNNEL_BOUND,
	TUNNEL_CLOSING,
};

struct cardea_tunnel {
	struct cardea_tunnels *owner;
	enum tunnel_state state;
	struct cardea_ws *browser, *upstream;
	struct cardea_node_address node;
	struct cardea_frame first;
	struct cardea_media_session session; /* from CONNECTING on */
	int loop;                            /* of Janus, for its handles; -1: any */
	uint64_t peer;                       /* in the table of failures */
	struct cardea_handles *handles;      /* of the session, from CONNECTING on; the owner's */
	struct cardea_bucket frames;
	struct cardea_timer *timer; /* first frame, then keepalive */
	GQueue early;               /* frames (char *) that came before BOUND */
	bool awaits_domain;         /* `verified` is still to come */
	bool is_destroyed;          /* the session ends with the socket */
	bool is_removed;            /* its seat was removed: the timer ends the tunnel */
};

/* ---- the end ---- */

static void tunnel_release(struct cardea_tunnel *tunnel)
{
	if (tunnel->browser || tunnel->upstream || tunnel->awaits_domain) {
		return;
	}
	g_hash_table_remove(tunnel->owner->all, tunnel);
	cardea_tunnel_abandon(tunnel);
}

/* Gives the session up, if this tunnel still holds it. */
static void unbind(struct cardea_tunnel *tunnel)
{
	struct cardea_tunnels *tunnels = tunnel->owner;
	g_autofree char *key = cardea_session_key(tunnel->session.node, tunnel->session.janus_session);

	if (g_hash_table_lookup(tunnels->bound, key) != tunnel) {
		return;
	}
	g_hash_table_remove(tunnels->bound, key);
	if (!tunnels->is_stopping) {
		cardea_reaper_lost(tunnels->options.reaper, tunnel->session.node,
		                   tunnel->session.janus_session,
		                   tunnel->is_destroyed ? 0 : CARDEA_REAPER_LOST_MS);
	}
}

void cardea_tunnel_end(struct cardea_tunnel *tunnel, int code, const char *reason)
{
	if (tunnel->state == TUNNEL_CLOSING) {
		return;
	}
	tunnel->state = TUNNEL_CLOSING;
	cardea_log(CARDEA_LOG_INFO, "tunnel", "event=closed node=%s seat=%s code=%d reason=\"%s\"",
	           tunnel->node.name, tunnel->session.seat[0] ? tunnel->session.seat : "-", code,
	           reason);
	cardea_timer_stop(tunnel->timer);
	unbind(tunnel);
	if (tunnel->browser) {
		cardea_ws_close(tunnel->browser, code, reason);
	}
	if (tunnel->upstream) {
		cardea_ws_close(tunnel->upstream, CLOSE_GOING_AWAY, "");
	}
}

static void send_refusal(struct cardea_tunnel *tunnel, const struct cardea_frame *frame,
                         const struct cardea_frame_refusal *refusal)
{
	char *text = cardea_frame_error(frame, tunnel->session.janus_session, refusal);

	if (text) {
		cardea_ws_send(tunnel->browser, text, strlen(text));
		free(text);
	}
}

/* ---- Janus' side ---- */

static void pass_on(struct cardea_tunnel *tunnel, const struct cardea_frame *frame)
{
	const struct cardea_frame_addition addition = {
	        .session = tunnel->session.janus_session,
	        .api_secret = tunnel->node.api_secret,
	        .loop = tunnel->loop,
	};
	char *text = cardea_frame_forward(frame, &addition);

	if (!text) {
		cardea_tunnel_end(tunnel, CLOSE_TRY_LATER, "out of memory");
		return;
	}
	/* A full queue closes the socket, and that ends the tunnel. */
	cardea_ws_send(tunnel->upstream, text, strlen(text));
	free(text);
	if (cardea_ws_queued(tunnel->upstream) > HIGH_WATER) {
		cardea_ws_pause(tunnel->browser, true);
	}
}

static const struct cardea_frame_refusal too_many_handles = {JANUS_FORBIDDEN,
                                                             "Too many handles on this session"};

static const struct cardea_frame_refusal just_hung_up = {JANUS_WEBRTC_STATE,
                                                         "Still cleaning a previous session"};

static int64_t now_ms(const struct cardea_tunnel *tunnel)
{
	return cardea_clock_mono_ms(tunnel->owner->options.clock);
}

/* What a handle of the session may not do now; NULL if it may. */
static const struct cardea_frame_refusal *check_handles(struct cardea_tunnel *tunnel,
                                                        const struct cardea_frame *frame)
{
	uint64_t handle = cardea_frame_handle(frame);

	if (frame->verb == CARDEA_FRAME_ATTACH && !cardea_handles_attach(tunnel->handles)) {
		return &too_many_handles;
	}
	if (frame->verb == CARDEA_FRAME_HANGUP) {
		cardea_handles_hangup(tunnel->handles, handle, now_ms(tunnel));
	}
	if (cardea_frame_is_offer(frame) &&
	    !cardea_handles_may_offer(tunnel->handles, handle, now_ms(tunnel))) {
		return &just_hung_up;
	}
	return NULL;
}

static void bound_frame(struct cardea_tunnel *tunnel, const char *text, size_t len)
{
	const struct cardea_frame_refusal *refused = NULL;
	struct cardea_frame_refusal refusal;
	struct cardea_frame frame;
	int err = cardea_frame_parse(text, len, &frame, &refusal);

	if (!err) {
		err = cardea_frame_check_bound(&frame, tunnel->session.janus_session, &refusal);
	}
	refused = err ? &refusal : check_handles(tunnel, &frame);
	if (refused) {
		send_refusal(tunnel, &frame, refused);
	} else {
		tunnel->is_destroyed = tunnel->is_destroyed || frame.verb == CARDEA_FRAME_DESTROY;
		pass_on(tunnel, &frame);
	}
	cardea_frame_clear(&frame);
}

static void upstream_open(struct cardea_ws *ws, void *arg)
{
	struct cardea_tunnel *tunnel = arg;
	char *text;

	(void)ws;
	if (tunnel->state != TUNNEL_CONNECTING) {
		return;
	}
	tunnel->state = TUNNEL_BOUND;
	pass_on(tunnel, &tunnel->first);
	cardea_frame_clear(&tunnel->first);
	cardea_ws_pause(tunnel->browser, false);
	if (!tunnel->is_removed) {
		cardea_timer_start(tunnel->timer, KEEPALIVE_MS);
	}
	while (tunnel->state == TUNNEL_BOUND && (text = g_queue_pop_head(&tunnel->early))) {
		bound_frame(tunnel, text, strlen(text));
		g_free(text);
	}
}

/* Answers and events of Janus go to the browser as they are: they name neither the API secret nor
 * another session. */
static void upstream_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	if (tunnel->state != TUNNEL_BOUND) {
		return;
	}
	cardea_handles_see(tunnel->handles, tunnel->session.janus_session, now_ms(tunnel), text, len);
	cardea_ws_send(tunnel->browser, text, len);
	if (cardea_ws_queued(tunnel->browser) > HIGH_WATER) {
		cardea_ws_pause(ws, true);
	}
}

static void upstream_drained(struct cardea_ws *ws, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	(void)ws;
	if (tunnel->state == TUNNEL_BOUND) {
		cardea_ws_pause(tunnel->browser, false);
	}
}

static void upstream_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	(void)ws;
	(void)code;
	tunnel->upstream = NULL;
	cardea_tunnel_end(tunnel, CLOSE_TRY_LATER, "media node lost");
	tunnel_release(tunnel);
}

static const struct cardea_ws_callbacks upstream_callbacks = {
        .open = upstream_open,
        .message = upstream_message,
        .drained = upstream_drained,
        .closed = upstream_closed,
};

static void ignore_answer(int err, const json_t *answer, void *arg)
{
	(void)err;
	(void)answer;
	(void)arg;
}

/* Janus counts reclaim_session_timeout from the session's last request, so a session without any
 * would have no time to be claimed. Over the control connection, so that the browser gets no answer
 * it did not ask for. */
static void keep_alive(struct cardea_tunnel *tunnel)
{
	json_t *request = json_pack("{s:s, s:I}", "janus", "keepalive", "session_id",
	                            (json_int_t)tunnel->session.janus_session);

	cardea_node_pool_janus(tunnel->owner->options.pool, tunnel->node.name, request,
	                       KEEPALIVE_ANSWER_MS, ignore_answer, NULL);
	cardea_timer_start(tunnel->timer, KEEPALIVE_MS);
}

/* ---- the first frame ---- */

static void refuse_first(struct cardea_tunnel *tunnel, const struct cardea_frame_refusal *refusal)
{
	send_refusal(tunnel, &tunnel->first, refusal);
	cardea_tunnel_end(tunnel, CLOSE_POLICY, "first frame refused");
}

/* Refuses what could be a guess. */
static void refuse_guess(struct cardea_tunnel *tunnel, const struct cardea_frame_refusal *refusal)
{
	cardea_ratelimit_charge(tunnel->owner->options.failures, tunnel->peer);
	refuse_first(tunnel, refusal);
}

static void refuse_error(struct cardea_tunnel *tunnel, int err)
{
	char reason[160];
	struct cardea_frame_refusal refusal = {JANUS_FORBIDDEN, reason};

	g_snprintf(reason, sizeof(reason), "%s: %s", cardea_error_code(err), cardea_error_text(err));
	if (err == CARDEA_E_NOT_FOUND) {
		refusal.code = JANUS_SESSION_NOT_FOUND;
	} else if (cardea_error_http(err) >= 500) {
		refusal.code = JANUS_UNKNOWN;
	}
	/* A session that is gone is asked for with a token that is good: after a restart of Janus
	 * everybody behind one address does that at once. And what failed here is nobody's guess. */
	if (refusal.code == JANUS_FORBIDDEN) {
		refuse_guess(tunnel, &refusal);
	} else {
		refuse_first(tunnel, &refusal);
	}
}

static void bind_session(struct cardea_tunnel *tunnel)
{
	char *key = cardea_session_key(tunnel->session.node, tunnel->session.janus_session);
	struct cardea_tunnel *old = g_hash_table_lookup(tunnel->owner->bound, key);

	g_hash_table_replace(tunnel->owner->bound, key, tunnel);
	tunnel->handles = g_hash_table_lookup(tunnel->owner->handles, key);
	if (!tunnel->handles) {
		tunnel->handles = g_new0(struct cardea_handles, 1);
		g_hash_table_insert(tunnel->owner->handles, g_strdup(key), tunnel->handles);
	}
	if (old) {
		cardea_tunnel_end(old, CLOSE_REPLACED, "replaced by a newer connection");
	}
}

static void connect_upstream(struct cardea_tunnel *tunnel)
{
	struct cardea_tunnels *tunnels = tunnel->owner;

	tunnel->state = TUNNEL_CONNECTING;
	bind_session(tunnel);
	if (cardea_ws_connect_unix(tunnels->options.loop, tunnel->node.path, CARDEA_TUNNEL_SUBPROTOCOL,
	                           &upstream_callbacks, tunnel, &tunnel->upstream)) {
		tunnel->upstream = NULL;
		cardea_tunnel_end(tunnel, CLOSE_TRY_LATER, "media node not reachable");
	}
}

static void verified(int err, const struct cardea_media_session *session, void *arg)
{
	struct cardea_tunnel *tunnel = arg;
	struct cardea_reaper *reaper = tunnel->owner->options.reaper;

	tunnel->awaits_domain = false;
	if (tunnel->state == TUNNEL_CLOSING) {
		if (!err && tunnel->first.verb == CARDEA_FRAME_CREATE && !tunnel->owner->is_stopping) {
			cardea_reaper_lost(reaper, session->node, session->janus_session, 0);
		}
		tunnel_release(tunnel);
		return;
	}
	if (!err && tunnel->first.verb == CARDEA_FRAME_CLAIM &&
	    cardea_frame_session(&tunnel->first) != session->janus_session) {
		err = CARDEA_E_NOT_FOUND;
	}
	if (!err && !cardea_reaper_claimed(reaper, session->node, session->janus_session)) {
		err = CARDEA_E_NOT_FOUND;
	}
	if (err) {
		refuse_error(tunnel, err);
		return;
	}
	tunnel->loop = cardea_tunnels_loop(tunnel->owner, session->room, tunnel->node.loops);
	tunnel->session = *session;
	cardea_log(CARDEA_LOG_INFO, "tunnel", "event=bound node=%s seat=%s room=%s how=%s",
	           session->node, session->seat, session->room,
	           tunnel->first.verb == CARDEA_FRAME_CREATE ? "create" : "claim");
	connect_upstream(tunnel);
}

static void first_frame(struct cardea_tunnel *tunnel, const char *text, size_t len)
{
	static const struct cardea_frame_refusal unauthorised = {
	        JANUS_FORBIDDEN, "Unauthorized request: create or claim with a token first"};
	static const struct cardea_frame_refusal limited = {
	        JANUS_FORBIDDEN, "Too many refused connections from this address"};
	struct cardea_domain *domain = tunnel->owner->options.domain;
	struct cardea_frame_refusal refusal;
	const char *token;
	int err;

	if (cardea_frame_parse(text, len, &tunnel->first, &refusal)) {
		refuse_guess(tunnel, &refusal);
		return;
	}
	token = cardea_frame_token(&tunnel->first);
	if (!token || tunnel->first.verb > CARDEA_FRAME_CLAIM) {
		refuse_guess(tunnel, &unauthorised);
		return;
	}
	/* Sockets may have been opened beforehand. */
	if (cardea_ratelimit_wait_s(tunnel->owner->options.failures, tunnel->peer) > 0) {
		send_refusal(tunnel, &tunnel->first, &limited);
		cardea_tunnel_end(tunnel, CLOSE_TRY_LATER, "too many requests");
		return;
	}
	cardea_timer_stop(tunnel->timer);
	cardea_ws_pause(tunnel->browser, true);
	tunnel->state = TUNNEL_VERIFYING;
	tunnel->awaits_domain = true;
	err = tunnel->first.verb == CARDEA_FRAME_CREATE
	              ? cardea_domain_media_create(domain, tunnel->node.name, token, verified, tunnel)
	              : cardea_domain_media_claim(domain, tunnel->node.name, token, verified, tunnel);
	if (err) {
		tunnel->awaits_domain = false;
		refuse_error(tunnel, err);
	}
}

/* ---- the browser's side ---- */

static void early_frame(struct cardea_tunnel *tunnel, const char *text)
{
	if (tunnel->early.length >= MAX_EARLY_FRAMES) {
		cardea_tunnel_end(tunnel, CLOSE_POLICY, "wait for the answer to the first frame");
		return;
	}
	g_queue_push_tail(&tunnel->early, g_strdup(text));
}

static void browser_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	(void)ws;
	if (!cardea_bucket_take(&tunnel->frames, &frame_rate, now_ms(tunnel))) {
		cardea_tunnel_end(tunnel, CLOSE_POLICY, "too many frames");
		return;
	}
	switch (tunnel->state) {
	case TUNNEL_FIRST:
		first_frame(tunnel, text, len);
		break;
	case TUNNEL_VERIFYING:
	case TUNNEL_CONNECTING:
		early_frame(tunnel, text);
		break;
	case TUNNEL_BOUND:
		bound_frame(tunnel, text, len);
		break;
	case TUNNEL_CLOSING:
		break;
	}
}

static void browser_drained(struct cardea_ws *ws, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	(void)ws;
	if (tunnel->upstream) {
		cardea_ws_pause(tunnel->upstream, false);
	}
}

static void browser_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	(void)ws;
	tunnel->browser = NULL;
	cardea_tunnel_end(tunnel, code, "closed by the client");
	tunnel_release(tunnel);
}

static const struct cardea_ws_callbacks browser_callbacks = {
        .message = browser_message,
        .drained = browser_drained,
        .closed = browser_closed,
};

static void timer_due(void *arg)
{
	struct cardea_tunnel *tunnel = arg;

	if (tunnel->is_removed) {
		cardea_tunnel_end(tunnel, CLOSE_REMOVED, "removed");
	} else if (tunnel->state == TUNNEL_BOUND) {
		keep_alive(tunnel);
	} else {
		cardea_tunnel_end(tunnel, CLOSE_POLICY, "no first frame");
	}
}

/* ---- for the server ---- */

void cardea_tunnel_start(struct cardea_tunnels *tunnels, struct cardea_http_request *request,
                         const struct cardea_node_address *node)
{
	struct cardea_tunnel *tunnel = g_new0(struct cardea_tunnel, 1);
	struct cardea_loop *loop = tunnels->options.loop;
	int err;

	tunnel->owner = tunnels;
	tunnel->node = *node;
	g_queue_init(&tunnel->early);
	cardea_bucket_init(&tunnel->frames, &frame_rate, cardea_clock_mono_ms(tunnels->options.clock));
	tunnel->peer = cardea_ratelimit_peer_key(tunnels->options.failures, cardea_http_peer(request));
	tunnel->timer = cardea_timer_new(loop, timer_due, tunnel);
	err = cardea_ws_upgrade(request, CARDEA_TUNNEL_SUBPROTOCOL, &browser_callbacks, tunnel,
	                        &tunnel->browser);
	if (err) {
		cardea_timer_free(tunnel->timer);
		g_free(tunnel);
		cardea_http_reply_error(request, cardea_error_http(err), cardea_error_text(err));
		return;
	}
	g_hash_table_add(tunnels->all, tunnel);
	cardea_ws_keepalive(tunnel->browser, PING_MS, 2);
	cardea_timer_start(tunnel->timer, FIRST_FRAME_MS);
}

const char *cardea_tunnel_room(const struct cardea_tunnel *tunnel)
{
	return tunnel->session.room;
}

void cardea_tunnel_remove(struct cardea_tunnel *tunnel, const char *seat)
{
	if (tunnel->state != TUNNEL_CLOSING && strcmp(tunnel->session.seat, seat) == 0) {
		tunnel->is_removed = true;
		tunnel->is_destroyed = true;
		cardea_timer_start(tunnel->timer, REMOVED_MS);
	}
}

void cardea_tunnel_move(struct cardea_tunnel *tunnel, const char *from,
                        const struct cardea_media_session *to)
{
	if (!tunnel->is_removed && strcmp(tunnel->session.seat, from) == 0) {
		memcpy(tunnel->session.seat, to->seat, sizeof(to->seat));
		memcpy(tunnel->session.room, to->room, sizeof(to->room));
		tunnel->session.gen = to->gen;
	}
}

void cardea_tunnel_abandon(struct cardea_tunnel *tunnel)
{
	cardea_timer_free(tunnel->timer);
	cardea_frame_clear(&tunnel->first);
	g_queue_clear_full(&tunnel->early, g_free);
	g_free(tunnel);
}
