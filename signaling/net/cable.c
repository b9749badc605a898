/* cable: see cable.h. */
#include "net/cable.h"

#include <string.h>
#include <glib.h>

#include "cardea_bucket.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_limits.h"
#include "conf/log.h"
#include "net/cable_frame.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/ws.h"

#define SUBPROTOCOL "actioncable-v1-json"

/* Clients take the link for stale after 6 s without a frame. The sockets are spread over a wheel of
 * ticks: pinging thousands at once would hold up every request in between. */
#define PING_TICK_MS 100
#define PING_TICKS   30

#define WS_PING_MS 15000

#define CLOSE_NORMAL  1000
#define CLOSE_POLICY  1008
#define CLOSE_RESTART 1012

#define MAX_DISCONNECT 128

static const struct cardea_rate frame_rate = {
        .per_second = CARDEA_FRAMES_PER_SECOND,
        .burst = CARDEA_FRAME_BURST,
};

struct subscription {
	char *identifier; /* as cardea_cable_frame has it; NULL: free */
	char *channel;
};

struct cardea_cable {
	struct cardea_cables *owner;
	GList link; /* in owner->wheel[tick] */
	size_t tick;
	struct cardea_ws *ws;
	struct cardea_cable_callbacks callbacks;
	void *arg;
	struct cardea_bucket frames;
	struct subscription subscriptions[CARDEA_MAX_CABLE_SUBSCRIPTIONS];
	bool has_subprotocol;
	bool is_ending; /* by us; sending and closing do nothing any more */
};

struct cardea_cables {
	struct cardea_timer *timer; /* runs while there is a socket */
	GQueue wheel[PING_TICKS];   /* struct cardea_cable */
	int64_t ticks;              /* done since the clock's origin */
	size_t count;
	GString *frame; /* the one being made; kept for its space */
};

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

/* ---- what is sent ---- */

static void send_text(struct cardea_cable *cable, const char *text)
{
	cardea_ws_send(cable->ws, text, strlen(text)); /* a failed socket tells by `closed` */
}

static void send_confirmation(struct cardea_cable *cable, const char *identifier, const char *type)
{
	GString *frame = cable->owner->frame;

	g_string_printf(frame, "{\"identifier\":%s,\"type\":\"%s\"}", identifier, type);
	cardea_ws_send(cable->ws, frame->str, frame->len);
}

static void send_disconnect(struct cardea_ws *ws, const char *reason, bool reconnect)
{
	char text[MAX_DISCONNECT];

	g_snprintf(text, sizeof(text), "{\"type\":\"disconnect\",\"reason\":\"%s\",\"reconnect\":%s}",
	           reason, reconnect ? "true" : "false");
	cardea_ws_send(ws, text, strlen(text));
}

/* ---- pings ---- */

static void ping_tick(struct cardea_cables *cables, int64_t tick)
{
	char text[64];

	g_snprintf(text, sizeof(text), "{\"type\":\"ping\",\"message\":%" G_GINT64_FORMAT "}",
	           cardea_clock_wall_ms(&cardea_clock_system) / 1000);
	for (GList *item = cables->wheel[tick % PING_TICKS].head; item; item = item->next)
		send_text(item->data, text);
}

static void start_timer(struct cardea_cables *cables)
{
	cardea_timer_start(cables->timer, PING_TICK_MS - now_ms() % PING_TICK_MS);
}

static void ping_due(void *arg)
{
	struct cardea_cables *cables = arg;
	int64_t now = now_ms() / PING_TICK_MS;

	/* After a pause of the whole process one ping is enough for each. */
	cables->ticks = MAX(cables->ticks, now - PING_TICKS);
	while (cables->ticks < now)
		ping_tick(cables, ++cables->ticks);
	start_timer(cables);
}

static void enlist(struct cardea_cables *cables, struct cardea_cable *cable)
{
	if (cables->count++ == 0) {
		cables->ticks = now_ms() / PING_TICK_MS;
		start_timer(cables);
	}
	cable->tick = (size_t)(cables->ticks % PING_TICKS);
	g_queue_push_tail_link(&cables->wheel[cable->tick], &cable->link);
}

static void delist(struct cardea_cables *cables, struct cardea_cable *cable)
{
	g_queue_unlink(&cables->wheel[cable->tick], &cable->link);
	if (--cables->count == 0)
		cardea_timer_stop(cables->timer);
}

/* ---- subscriptions ---- */

static struct subscription *find_identifier(struct cardea_cable *cable, const char *identifier)
{
	for (size_t i = 0; i < CARDEA_MAX_CABLE_SUBSCRIPTIONS; i++)
		if (g_strcmp0(cable->subscriptions[i].identifier, identifier) == 0)
			return &cable->subscriptions[i];
	return NULL;
}

static const struct subscription *find_channel(const struct cardea_cable *cable,
                                               const char *channel)
{
	for (size_t i = 0; i < CARDEA_MAX_CABLE_SUBSCRIPTIONS; i++)
		if (g_strcmp0(cable->subscriptions[i].channel, channel) == 0)
			return &cable->subscriptions[i];
	return NULL;
}

static void clear_subscription(struct subscription *subscription)
{
	g_free(subscription->identifier);
	g_free(subscription->channel);
	memset(subscription, 0, sizeof(*subscription));
}

static bool is_granted(struct cardea_cable *cable, const struct cardea_cable_frame *frame)
{
	return frame->channel && find_identifier(cable, NULL) && !find_channel(cable, frame->channel) &&
	       cable->callbacks.subscribe(cable, frame->channel, frame->params, cable->arg) &&
	       !cable->is_ending;
}

static void subscribe(struct cardea_cable *cable, const struct cardea_cable_frame *frame)
{
	struct subscription *place;

	/* Clients repeat the command until they see the confirmation. */
	if (find_identifier(cable, frame->identifier)) {
		send_confirmation(cable, frame->identifier, "confirm_subscription");
		return;
	}
	if (!is_granted(cable, frame)) {
		send_confirmation(cable, frame->identifier, "reject_subscription");
		return;
	}
	place = find_identifier(cable, NULL);
	place->identifier = g_strdup(frame->identifier);
	place->channel = g_strdup(frame->channel);
	send_confirmation(cable, frame->identifier, "confirm_subscription");
	cable->callbacks.subscribed(cable, frame->channel, cable->arg);
}

static void unsubscribe(struct cardea_cable *cable, struct subscription *subscription)
{
	g_autofree char *channel = g_strdup(subscription->channel);

	clear_subscription(subscription);
	cable->callbacks.unsubscribed(cable, channel, cable->arg);
}

/* ---- what comes ---- */

static void end(struct cardea_cable *cable, int code, const char *text)
{
	cable->is_ending = true;
	cardea_ws_close(cable->ws, code, text);
}

static void obey(struct cardea_cable *cable, const struct cardea_cable_frame *frame)
{
	struct subscription *known;

	if (frame->command == CARDEA_CABLE_IGNORED)
		return;
	if (frame->command == CARDEA_CABLE_SUBSCRIBE) {
		subscribe(cable, frame);
		return;
	}
	known = find_identifier(cable, frame->identifier);
	if (known && frame->command == CARDEA_CABLE_UNSUBSCRIBE)
		unsubscribe(cable, known);
	else if (known)
		cable->callbacks.perform(cable, frame->channel, frame->data, cable->arg);
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	struct cardea_cable *cable = arg;
	struct cardea_cable_frame frame;

	if (!cardea_bucket_take(&cable->frames, &frame_rate, now_ms())) {
		end(cable, CLOSE_POLICY, "too many frames");
	} else if (cardea_cable_frame_parse(text, len, &frame) < 0) {
		if (cable->has_subprotocol)
			send_disconnect(ws, "invalid_request", false);
		end(cable, CLOSE_POLICY, "not a JSON object");
	} else {
		obey(cable, &frame);
		cardea_cable_frame_clear(&frame);
	}
}

/* ---- life ---- */

static void cable_free(struct cardea_cable *cable)
{
	for (size_t i = 0; i < CARDEA_MAX_CABLE_SUBSCRIPTIONS; i++)
		clear_subscription(&cable->subscriptions[i]);
	g_free(cable);
}

static void on_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct cardea_cable *cable = arg;

	(void)ws;
	cardea_log(CARDEA_LOG_DEBUG, "cable", "event=closed code=%d", code);
	delist(cable->owner, cable);
	cable->callbacks.closed(cable, cable->arg);
	cable_free(cable);
}

static const struct cardea_ws_callbacks ws_callbacks = {.message = on_message, .closed = on_closed};

static int upgrade(struct cardea_http_request *request, const char *echo_protocol,
                   const struct cardea_ws_callbacks *callbacks, void *arg, struct cardea_ws **out)
{
	const char *protocol = cardea_ws_offers(request, SUBPROTOCOL) ? SUBPROTOCOL : echo_protocol;

	return cardea_ws_upgrade(request, protocol, callbacks, arg, out);
}

int cardea_cable_accept(struct cardea_cables *cables, struct cardea_http_request *request,
                        const char *echo_protocol, const struct cardea_cable_callbacks *callbacks,
                        void *arg, struct cardea_cable **out)
{
	struct cardea_cable *cable = g_new0(struct cardea_cable, 1);
	int err;

	cable->owner = cables;
	cable->link.data = cable;
	cable->callbacks = *callbacks;
	cable->arg = arg;
	cable->has_subprotocol = cardea_ws_offers(request, SUBPROTOCOL);
	cardea_bucket_init(&cable->frames, &frame_rate, now_ms());
	err = upgrade(request, echo_protocol, &ws_callbacks, cable, &cable->ws);
	if (err < 0) {
		g_free(cable);
		return err;
	}
	cardea_ws_limit_message(cable->ws, CARDEA_MAX_CABLE_FRAME);
	/* The second one finds the first unanswered: 30 s of silence. */
	cardea_ws_keepalive(cable->ws, WS_PING_MS, 1);
	enlist(cables, cable);
	*out = cable;
	send_text(cable, "{\"type\":\"welcome\"}");
	return 0;
}

/* A refused client is not listened to. */
static void ignore_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	(void)ws;
	(void)text;
	(void)len;
	(void)arg;
}

static void ignore_closed(struct cardea_ws *ws, int code, void *arg)
{
	(void)ws;
	(void)code;
	(void)arg;
}

void cardea_cable_refuse(struct cardea_http_request *request, const char *echo_protocol)
{
	static const struct cardea_ws_callbacks callbacks = {.message = ignore_message,
	                                                     .closed = ignore_closed};
	struct cardea_ws *ws;

	if (!cardea_ws_is_upgrade(request)) {
		cardea_ws_reply_no_upgrade(request);
	} else if (upgrade(request, echo_protocol, &callbacks, NULL, &ws) < 0) {
		cardea_http_reply_error(request, 503, "the connection is going");
	} else {
		/* To everybody: where the welcome would be it is understood without the subprotocol too. */
		send_disconnect(ws, "unauthorized", false);
		cardea_ws_close(ws, CLOSE_POLICY, "unauthorized");
	}
}

/* ---- use ---- */

int cardea_cable_send(struct cardea_cable *cable, const char *channel, const char *message,
                      size_t len)
{
	const struct subscription *subscription = find_channel(cable, channel);
	GString *frame = cable->owner->frame;

	if (!subscription)
		return 0;
	g_string_assign(frame, "{\"identifier\":");
	g_string_append(frame, subscription->identifier);
	g_string_append(frame, ",\"message\":");
	g_string_append_len(frame, message, (gssize)len);
	g_string_append_c(frame, '}');
	return cardea_ws_send(cable->ws, frame->str, frame->len);
}

bool cardea_cable_has(const struct cardea_cable *cable, const char *channel)
{
	return find_channel(cable, channel) != NULL;
}

void cardea_cable_end(struct cardea_cable *cable, const char *reason, bool reconnect)
{
	if (cable->has_subprotocol)
		send_disconnect(cable->ws, reason, reconnect);
	end(cable, reconnect ? CLOSE_RESTART : CLOSE_NORMAL, reason);
}

struct cardea_cables *cardea_cables_new(struct cardea_loop *loop)
{
	struct cardea_cables *cables = g_new0(struct cardea_cables, 1);

	cables->timer = cardea_timer_new(loop, ping_due, cables);
	cables->frame = g_string_new(NULL);
	for (size_t i = 0; i < PING_TICKS; i++)
		g_queue_init(&cables->wheel[i]);
	return cables;
}

void cardea_cables_end(struct cardea_cables *cables, const char *reason, bool reconnect)
{
	for (size_t i = 0; i < PING_TICKS; i++)
		for (GList *item = cables->wheel[i].head; item; item = item->next)
			cardea_cable_end(item->data, reason, reconnect);
}

void cardea_cables_free(struct cardea_cables *cables)
{
	GList *item;

	if (!cables)
		return;
	for (size_t i = 0; i < PING_TICKS; i++)
		while ((item = g_queue_pop_head_link(&cables->wheel[i])))
			cable_free(item->data);
	cardea_timer_free(cables->timer);
	g_string_free(cables->frame, TRUE);
	g_free(cables);
}
