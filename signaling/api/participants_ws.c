/* participants_ws: the sockets of the participants dialect. */
#include "api/participants_ws.h"

#include <string.h>
#include <glib.h>
#include "api/participants_calls.h"
#include "api/participants_events.h"
#include "api/participants_json.h"
#include "api/presented.h"
#include "cardea_bucket.h"
#include "cardea_error.h"
#include "domain/follow.h"
#include "domain/locks.h"
#include "domain/moderation.h"
#include "net/ws.h"
#include "session/feed.h"

#define SUBPROTOCOL  "chalk"
#define TOKEN_PREFIX "token."
#define MAX_FRAME    16384
#define PING_MS      20000
#define MAX_PINGS    2

enum {
	CLOSE_NORMAL = 1000,
	CLOSE_RESTART = 1012,
	CLOSE_POLICY = 1008,
};

/* The path selects the names of the envelope (Decision P11). */
struct envelope {
	const char *path, *type, *payload;
};
static const struct envelope envelopes[] = {
        {"/ws", "type", "payload"},
        {"/api/v1/ws", "event", "data"},
};

struct cardea_participants_ws {
	const struct cardea_api *api;
	struct cardea_feed *feed;
	GHashTable *sockets; /* struct socket */
};

struct socket {
	struct cardea_participants_ws *server;
	const struct envelope *envelope;
	struct cardea_http_request *request; /* during the handshake */
	bool is_chalk;                       /* the client offered the subprotocol */
	struct cardea_ws *ws;                /* NULL: not open yet, or closed */
	char *token, *origin;
	char tenant[CARDEA_UUID_SIZE], room[CARDEA_UUID_SIZE], seat[CARDEA_UUID_SIZE];
	bool lists_hosts_only, sees_hosts_only; /* in the meeting; because of its role */
	int64_t floor; /* events up to this number are not for this participant */
	struct cardea_feed_reader *reader;
	GHashTable *people; /* seats that the client was told of */
	struct cardea_bucket bucket;
	int operations; /* of the domain that are still to answer */
	bool is_closed; /* freed when they have */
};

static const struct cardea_rate rate = {.per_second = CARDEA_MESSAGES_PER_SECOND,
                                        .burst = CARDEA_MESSAGE_BURST};

static struct cardea_presented presented(const struct socket *socket)
{
	return (struct cardea_presented){CARDEA_PRESENTED_BEARER, socket->token, socket->origin};
}

static void free_socket(struct socket *socket)
{
	if (socket->token) {
		explicit_bzero(socket->token, strlen(socket->token));
	}
	g_free(socket->token);
	g_free(socket->origin);
	g_hash_table_destroy(socket->people);
	g_free(socket);
}

static void release(struct socket *socket)
{
	if (socket->is_closed && socket->operations == 0) {
		free_socket(socket);
	}
}

/* ---- to the client ---- */

/* Takes @payload over. @seq: number of the event, 0 = none. */
static void send_message(struct socket *socket, const char *type, json_t *payload, int64_t seq)
{
	json_t *message = json_pack("{s:s, s:o}", socket->envelope->type, type,
	                            socket->envelope->payload, payload ? payload : json_object());
	char *text;

	if (seq) {
		json_object_set_new(message, "seq", json_integer(seq));
	}
	text = message ? cardea_json_dump(message) : NULL;
	if (text && socket->ws) {
		(void)cardea_ws_send(socket->ws, text, strlen(text));
	}
	free(text);
	json_decref(message);
}

static void send_error(struct socket *socket, int err)
{
	send_message(socket, "error", json_pack("{s:s}", "error", cardea_error_text(err)), 0);
}

/* A host sees everybody; where guests see hosts only, others see themselves besides. */
static bool is_shown(const struct socket *socket, const struct cardea_log_event *event)
{
	return !socket->sees_hosts_only || strcmp(event->data.participant, socket->seat) == 0 ||
	       (event->user && event->user->role == CARDEA_ROLE_HOST);
}

/* True if that was about who is there: each is told to come, and to go, once. */
static bool send_presence(struct socket *socket, const struct cardea_log_event *event)
{
	const char *id = event->data.participant;

	if (id && cardea_participants_is_coming(event)) {
		if (is_shown(socket, event) && g_hash_table_add(socket->people, g_strdup(id))) {
			send_message(socket, "participant.joined", cardea_participants_person(event),
			             event->seq);
		}
		return true;
	}
	if (id && cardea_participants_is_going(event)) {
		if (g_hash_table_remove(socket->people, id)) {
			send_message(socket, "participant.left", json_pack("{s:s}", "id", id), event->seq);
		}
		return true;
	}
	return false;
}

static bool is_private_to_others(const struct socket *socket, const struct cardea_log_event *event)
{
	return event->data.to && strcmp(event->data.to, socket->seat) != 0 &&
	       g_strcmp0(event->data.participant, socket->seat) != 0;
}

/* Who was removed, or whose meeting is over, has nothing to do here any more. */
static void end_after(struct socket *socket, const struct cardea_log_event *event)
{
	bool is_own = g_strcmp0(event->data.participant, socket->seat) == 0;

	if (!socket->ws) {
		return;
	}
	if (strcmp(event->type, CARDEA_EVENT_ROOM_ENDED) == 0) {
		cardea_ws_close(socket->ws, CLOSE_NORMAL, "room ended");
	} else if (is_own && strcmp(event->type, CARDEA_EVENT_PARTICIPANT_REMOVED) == 0) {
		cardea_ws_close(socket->ws, CLOSE_POLICY, "removed");
	} else if (is_own && strcmp(event->type, CARDEA_EVENT_PARTICIPANT_WAITING) == 0) {
		/* Who waits learns nothing of the room (DESIGN 5, zero-byte lobby). */
		cardea_ws_close(socket->ws, CLOSE_POLICY, "waiting");
	}
}

/* What people say reaches those, too, who do not see them. */
static bool is_about_somebody(const struct cardea_log_event *event)
{
	return event->data.participant && strcmp(event->type, CARDEA_EVENT_MESSAGE_SENT) != 0;
}

static void see_as(struct socket *socket, enum cardea_role role)
{
	socket->sees_hosts_only = socket->lists_hosts_only && role != CARDEA_ROLE_HOST;
}

static void send_event(struct socket *socket, const struct cardea_log_event *event)
{
	struct cardea_shown_event shown;

	if (send_presence(socket, event) || is_private_to_others(socket, event) ||
	    (is_about_somebody(event) && !is_shown(socket, event))) {
		return;
	}
	shown = cardea_participants_show(event);
	if (shown.type) {
		send_message(socket, shown.type, shown.payload, event->seq);
	}
}

static void take_part(const struct cardea_log_part *part, void *arg)
{
	struct socket *socket = arg;

	for (size_t i = 0; i < part->count; i++) {
		const struct cardea_log_event *event = &part->events[i];

		if (event->user && g_strcmp0(event->data.participant, socket->seat) == 0) {
			see_as(socket, event->user->role);
		}
		send_event(socket, event);
		end_after(socket, event);
	}
}

static void follow_from(struct socket *socket, int64_t after)
{
	if (socket->reader) {
		cardea_feed_stop(socket->reader);
	}
	socket->reader = cardea_feed_follow(socket->server->feed, socket->tenant, socket->room,
	                                    MAX(after, socket->floor), take_part, socket);
}

static void send_snapshot(struct socket *socket, const struct cardea_following *now)
{
	json_t *people = json_array();

	g_hash_table_remove_all(socket->people);
	for (size_t i = 0; i < now->count; i++) {
		g_hash_table_add(socket->people, g_strdup(now->participants[i].id));
		json_array_append_new(people, cardea_json_participant(&now->participants[i]));
	}
	send_message(socket, "room.snapshot",
	             json_pack("{s:{s:s, s:s}, s:o, s:I}", "room", "id", now->room, "name",
	                       now->room_name, "participants", people, "last_seq",
	                       (json_int_t)now->last_event),
	             0);
}

/* ---- from the client ---- */

static void signalled(int err, void *arg)
{
	struct socket *socket = arg;

	socket->operations--;
	if (err && socket->ws) {
		send_error(socket, err);
	}
	release(socket);
}

static void synced(int err, const struct cardea_following *now, void *arg)
{
	struct socket *socket = arg;

	socket->operations--;
	if (socket->ws && err) {
		send_error(socket, err);
	} else if (socket->ws && now) {
		send_snapshot(socket, now);
		follow_from(socket, now->last_event);
	}
	release(socket);
}

static void permitted(int err, const struct cardea_moderated *result, void *arg)
{
	(void)result;
	signalled(err, arg);
}

static int send_signal(struct socket *socket, enum cardea_signal_type type, const char *text)
{
	const struct cardea_presented who = presented(socket);
	bool is_text = type == CARDEA_SIGNAL_CHAT || type == CARDEA_SIGNAL_REACTION;
	size_t max = type == CARDEA_SIGNAL_CHAT ? CARDEA_MAX_MESSAGE : CARDEA_MAX_REACTION;

	if (is_text && (!text || !text[0] || strlen(text) > max)) {
		return CARDEA_E_INVALID;
	}
	return cardea_domain_signal(socket->server->api->domain, &who, type, text, signalled, socket);
}

/* With a number the events after it once more, else everything as it is. */
static int sync_room(struct socket *socket, const json_t *payload)
{
	const struct cardea_presented who = presented(socket);
	int64_t last = cardea_json_integer(payload, "last_seq", -1);

	if (last < 0) {
		return cardea_domain_follow(socket->server->api->domain, &who, synced, socket);
	}
	follow_from(socket, last);
	socket->operations--;
	return 0;
}

/* What can be given and taken is the lock of the shared screen: the other permissions follow the
 * role (Decision P10). */
static int permit(struct socket *socket, const json_t *payload, bool is_granted)
{
	struct cardea_caller who = {.presented = presented(socket)};
	const char *permission = cardea_json_string(payload, "permission", "");
	struct cardea_moderation_command command = {
	        .type = CARDEA_MODERATION_PERMIT,
	        .room = socket->room,
	        .participant = cardea_json_string(payload, "participant_id", ""),
	};

	if (strcmp(permission, "can_screen_share") != 0) {
		return CARDEA_E_UNSUPPORTED;
	}
	command.permissions.locks.set = CARDEA_LOCK_SCREEN_SHARING;
	command.permissions.locks.on = is_granted ? 0 : CARDEA_LOCK_SCREEN_SHARING;
	return cardea_domain_moderate(socket->server->api->domain, &who, &command, permitted, socket);
}

/* 0: the answer comes, or there is none to come. */
static int act(struct socket *socket, const char *type, const json_t *payload)
{
	if (strcmp(type, "chat.send") == 0) {
		const char *text = cardea_json_string(payload, "text", NULL);

		return send_signal(socket, CARDEA_SIGNAL_CHAT,
		                   text ? text : cardea_json_string(payload, "content", NULL));
	}
	if (strcmp(type, "reaction.send") == 0) {
		return send_signal(socket, CARDEA_SIGNAL_REACTION,
		                   cardea_json_string(payload, "emoji", NULL));
	}
	if (strcmp(type, "hand.raise") == 0) {
		return send_signal(socket, CARDEA_SIGNAL_RAISE_HAND, NULL);
	}
	if (strcmp(type, "hand.lower") == 0) {
		return send_signal(socket, CARDEA_SIGNAL_LOWER_HAND, NULL);
	}
	if (strcmp(type, "room.sync") == 0) {
		return sync_room(socket, payload);
	}
	if (strcmp(type, "permission.grant") == 0 || strcmp(type, "permission.revoke") == 0) {
		return permit(socket, payload, strcmp(type, "permission.grant") == 0);
	}
	return CARDEA_E_UNKNOWN_REQUEST;
}

static void take_message(struct socket *socket, const json_t *message)
{
	const char *type = json_string_value(json_object_get(message, socket->envelope->type));
	const json_t *payload = json_object_get(message, socket->envelope->payload);
	int64_t now = cardea_clock_mono_ms(socket->server->api->clock);
	int err = CARDEA_E_UNKNOWN_REQUEST;

	if (type && strcmp(type, "ping") == 0) {
		send_message(socket, "pong", NULL, 0);
		return;
	}
	/* A receipt is nobody's business here, and a pong is none at all. */
	if (type && (strcmp(type, "pong") == 0 || strcmp(type, "chat.read") == 0)) {
		return;
	}
	if (!cardea_bucket_take(&socket->bucket, &rate, now)) {
		err = CARDEA_E_RATE_LIMITED;
	} else if (type) {
		socket->operations++;
		err = act(socket, type, payload);
		socket->operations -= err ? 1 : 0;
	}
	if (err) {
		send_error(socket, err);
	}
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	json_t *message = NULL;
	int err = cardea_json_parse_object(text, len, &message);

	(void)ws;
	if (err) {
		send_error(arg, err);
	} else {
		take_message(arg, message);
	}
	json_decref(message);
}

static void on_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct socket *socket = arg;

	(void)ws;
	(void)code;
	if (socket->reader) {
		cardea_feed_stop(socket->reader);
		socket->reader = NULL;
	}
	g_hash_table_remove(socket->server->sockets, socket);
	socket->ws = NULL;
	socket->is_closed = true;
	release(socket);
}

static const struct cardea_ws_callbacks callbacks = {.message = on_message, .closed = on_closed};

/* ---- the handshake ---- */

static void open_socket(struct socket *socket, const struct cardea_following *now)
{
	g_strlcpy(socket->tenant, now->tenant, sizeof(socket->tenant));
	g_strlcpy(socket->room, now->room, sizeof(socket->room));
	g_strlcpy(socket->seat, now->seat, sizeof(socket->seat));
	socket->lists_hosts_only = now->lists_hosts_only;
	see_as(socket, now->role);
	socket->floor = now->first_event;
	cardea_bucket_init(&socket->bucket, &rate, cardea_clock_mono_ms(socket->server->api->clock));
	cardea_ws_limit_message(socket->ws, MAX_FRAME);
	cardea_ws_keepalive(socket->ws, PING_MS, MAX_PINGS);
	g_hash_table_add(socket->server->sockets, socket);
	send_message(socket, "connected",
	             json_pack("{s:s, s:s, s:I}", "participant_id", now->seat, "room_id", now->room,
	                       "last_seq", (json_int_t)now->last_event),
	             0);
	send_snapshot(socket, now);
	follow_from(socket, now->last_event);
}

static void found(int err, const struct cardea_following *now, void *arg)
{
	struct socket *socket = arg;
	struct cardea_http_request *request = socket->request;

	socket->request = NULL;
	if (!err) {
		err = cardea_ws_upgrade(request, socket->is_chalk ? SUBPROTOCOL : NULL, &callbacks, socket,
		                        &socket->ws);
	}
	if (err || !now) {
		cardea_participants_fail(request, err, "failed to open");
		free_socket(socket);
		return;
	}
	open_socket(socket, now);
}

/* From the subprotocols, where browsers can put it, else from the query. */
static char *find_token(const struct cardea_http_request *request)
{
	char **offered = cardea_ws_offered(request);
	char *token = NULL;

	for (char **entry = offered; *entry && !token; entry++) {
		if (g_str_has_prefix(*entry, TOKEN_PREFIX)) {
			token = g_strdup(*entry + strlen(TOKEN_PREFIX));
		}
	}
	g_strfreev(offered);
	return token ? token : cardea_http_query_value(request, "token");
}

static void get_socket(struct cardea_http_request *request, const struct envelope *envelope,
                       struct cardea_participants_ws *server)
{
	struct cardea_presented who;
	struct socket *socket;
	int err;

	if (!cardea_ws_is_upgrade(request)) {
		cardea_ws_reply_no_upgrade(request);
		return;
	}
	socket = g_new0(struct socket, 1);
	socket->server = server;
	socket->envelope = envelope;
	socket->request = request;
	socket->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	socket->is_chalk = cardea_ws_offers(request, SUBPROTOCOL);
	socket->token = find_token(request);
	socket->origin = g_strdup(cardea_presented_origin(request));
	who = presented(socket);
	err = socket->token ? cardea_domain_follow(server->api->domain, &who, found, socket)
	                    : CARDEA_E_AUTH_MISSING;
	if (err) {
		found(err, NULL, socket);
	}
}

static void get_ws(struct cardea_http_request *request, const struct cardea_route_params *params,
                   void *arg)
{
	(void)params;
	get_socket(request, &envelopes[0], arg);
}

static void get_api_ws(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	(void)params;
	get_socket(request, &envelopes[1], arg);
}

/* ---- the server ---- */

struct cardea_participants_ws *cardea_participants_ws_new(const struct cardea_api *api,
                                                          struct cardea_feed *feed)
{
	struct cardea_participants_ws *server = g_new0(struct cardea_participants_ws, 1);

	server->api = api;
	server->feed = feed;
	server->sockets = g_hash_table_new(NULL, NULL);
	return server;
}

void cardea_participants_ws_add(struct cardea_router *router, struct cardea_participants_ws *server)
{
	static const struct cardea_route routes[] = {
	        {CARDEA_HTTP_GET, "/ws", get_ws},
	        {CARDEA_HTTP_GET, "/api/v1/ws", get_api_ws},
	};

	cardea_router_add(router, routes, G_N_ELEMENTS(routes), server);
}

void cardea_participants_ws_stop(struct cardea_participants_ws *server)
{
	GList *all = g_hash_table_get_keys(server->sockets);

	for (GList *item = all; item; item = item->next) {
		struct socket *socket = item->data;

		cardea_ws_close(socket->ws, CLOSE_RESTART, "gateway restarts");
	}
	g_list_free(all);
}

void cardea_participants_ws_free(struct cardea_participants_ws *server)
{
	GHashTableIter iter;
	gpointer socket;

	if (!server) {
		return;
	}
	g_hash_table_iter_init(&iter, server->sockets);
	while (g_hash_table_iter_next(&iter, &socket, NULL)) {
		free_socket(socket);
	}
	g_hash_table_destroy(server->sockets);
	g_free(server);
}
