/* rt: the /rt socket of the meetings dialect. */
#include "api/rt_private.h"

#include <string.h>
#include "api/meeting_calls.h"
#include "api/meetings_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "net/ratelimit.h"
#include "net/ws.h"

#define TOKEN_PROTOCOL "anycable-token."

/* ---- sockets ---- */

static void free_socket(struct cardea_rt_socket *socket)
{
	g_free(socket->host);
	g_free(socket->forwarded_proto);
	if (socket->secret) {
		explicit_bzero(socket->secret, strlen(socket->secret));
	}
	g_free(socket->secret);
	g_free(socket->room_key);
	g_free(socket);
}

static void release(struct cardea_rt_socket *socket)
{
	if (socket->is_closed && socket->operations == 0) {
		free_socket(socket);
	}
}

void cardea_rt_hold(struct cardea_rt_socket *socket, bool holds)
{
	GHashTable *sessions = socket->rt->sessions;
	gsize count = GPOINTER_TO_SIZE(g_hash_table_lookup(sessions, socket->session));

	if (holds == socket->holds) {
		return;
	}
	socket->holds = holds;
	count += holds ? 1 : (gsize)-1;
	if (count > 0) {
		g_hash_table_insert(sessions, g_strdup(socket->session), GSIZE_TO_POINTER(count));
		return;
	}
	g_hash_table_remove(sessions, socket->session);
	/* From now on the meeting may be empty. */
	(void)cardea_domain_meeting_left(socket->rt->api->domain, socket->hub->tenant, socket->session);
}

bool cardea_rt_holds(const struct cardea_rt *rt, const char *session)
{
	return g_hash_table_contains(rt->sessions, session);
}

/* Takes @json over. */
static void send_json(struct cardea_rt_socket *socket, const char *channel, json_t *json)
{
	char *text = json ? cardea_json_dump(json) : NULL;

	if (text) {
		cardea_cable_send(socket->cable, channel, text, strlen(text));
	}
	free(text);
	json_decref(json);
}

/* ---- the meeting of a user ---- */

static void send_meeting_as(struct cardea_rt_socket *socket, const char *type,
                            const struct cardea_meeting *meeting)
{
	g_autofree char *content =
	        cardea_meeting_render(socket->rt->api, socket->host, socket->forwarded_proto, meeting);
	g_autofree char *text =
	        content ? g_strconcat("{\"type\":\"", type, "\",\"content\":", content, "}", NULL)
	                : NULL;

	if (text) {
		cardea_cable_send(socket->cable, CARDEA_RT_USER_CHANNEL, text, strlen(text));
	}
}

/* False if nobody is there any more, or the meeting is over: then its end is on its way. */
static bool came_back(struct cardea_rt_socket *socket, int err)
{
	socket->operations--;
	if (err || socket->is_closed) {
		release(socket);
		return false;
	}
	return true;
}

/* What the user may see. */
static void take_standing(struct cardea_rt_socket *socket, const struct cardea_meeting *meeting)
{
	socket->is_waiting = meeting->is_waiting;
	socket->is_removed = meeting->is_removed;
	socket->floor = meeting->admitted_by_event;
}

/* Does a socket of this user keep the meeting from ending (spec/meetings 11.3)? */
static bool counts(const struct cardea_meeting *meeting)
{
	return !meeting->is_removed && !(meeting->is_waiting && meeting->has_begun);
}

static void setup_read(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	if (!came_back(socket, err)) {
		return;
	}
	take_standing(socket, meeting);
	cardea_rt_hold(socket, counts(meeting));
	send_meeting_as(socket, "room_setup", meeting);
	if (!meeting->is_waiting) {
		send_meeting_as(socket, "room_ready", meeting);
	}
}

static void ready_read(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	if (came_back(socket, err) && !meeting->is_waiting) {
		take_standing(socket, meeting);
		send_meeting_as(socket, "room_ready", meeting);
	}
}

void cardea_rt_send_meeting(struct cardea_rt_socket *socket, bool is_setup)
{
	socket->operations++;
	/* To follow a meeting begins it, if a host does (spec/meetings 12.1). */
	if (cardea_domain_meeting_follow(socket->rt->api->domain, socket->secret,
	                                 is_setup ? setup_read : ready_read, socket)) {
		socket->operations--;
		cardea_cable_end(socket->cable, "server_restart", true);
	}
}

/* ---- the holder of a ticket ---- */

void cardea_rt_send_admitted(struct cardea_rt_socket *socket)
{
	/* Before it has subscribed it would not hear it. */
	if (socket->is_waiting && cardea_cable_has(socket->cable, CARDEA_RT_USER_CHANNEL)) {
		socket->is_waiting = false;
		send_json(socket, CARDEA_RT_USER_CHANNEL,
		          json_pack("{s:s, s:b}", "type", "room_ready", "admitted", 1));
	}
}

static void ticket_read(int err, const struct cardea_ticket_state *state, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	if (err && !socket->is_closed) {
		cardea_cable_end(socket->cable, "remote", false);
	}
	if (came_back(socket, err) && state->is_admitted) {
		cardea_rt_send_admitted(socket);
	}
}

/* It may have been let in before it subscribed. */
static void read_ticket(struct cardea_rt_socket *socket)
{
	socket->operations++;
	if (cardea_domain_ticket_read(socket->rt->api->domain, socket->secret, ticket_read, socket)) {
		socket->operations--;
		cardea_cable_end(socket->cable, "server_restart", true);
	}
}

/* ---- the room of an observer ---- */

static void send_report(struct cardea_rt_socket *socket);

static void report_read(int err, const struct cardea_meeting_report *report, void *arg)
{
	struct cardea_rt_socket *socket = arg;
	json_t *update;

	if (!came_back(socket, err)) {
		return;
	}
	/* Read by another gateway's store it could be older than what was passed on. */
	if (report->last_event < socket->hub->position) {
		send_report(socket);
		return;
	}
	update = json_pack("{s:s, s:o, s:I}", "type", "room_update", "content",
	                   cardea_json_meeting_report(report), "seq", (json_int_t)report->last_event);
	socket->after = report->last_event;
	socket->is_live = true;
	send_json(socket, CARDEA_RT_ROOM_CHANNEL, update);
}

/* RoomChannel of an observer: the room as it is now. */
static void send_report(struct cardea_rt_socket *socket)
{
	const struct cardea_meeting_caller who = {.id = socket->room_key, .api_key = socket->secret};

	socket->operations++;
	if (cardea_domain_meeting_users(socket->rt->api->domain, &who, 1, report_read, socket)) {
		socket->operations--;
		cardea_cable_end(socket->cable, "server_restart", true);
	}
}

/* ---- catching up ---- */

static void catch_up(struct cardea_rt_socket *socket);

static void send_part(struct cardea_rt_socket *socket, const struct cardea_log_part *part)
{
	for (size_t i = 0; i < part->count; i++) {
		struct cardea_rt_message message = cardea_rt_render(part, &part->events[i]);

		if (message.json && part->events[i].seq > socket->floor &&
		    cardea_rt_is_for(socket, message.audience)) {
			send_json(socket, CARDEA_RT_ROOM_CHANNEL, json_incref(message.json));
		}
		json_decref(message.json);
	}
	socket->after = part->last;
	socket->is_behind = part->has_more || socket->after < socket->hub->position;
	socket->is_live = !socket->is_behind;
}

/* Events that are new since the named number, up to where the hub is; then it goes on live. */
static void missed_read(int err, const struct cardea_log_part *part, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	socket->is_reading = false;
	if (!came_back(socket, err) || !socket->is_behind) {
		return;
	}
	if (socket->after == socket->asked) { /* else it has subscribed anew */
		send_part(socket, part);
	}
	if (socket->is_behind) {
		catch_up(socket);
	}
}

/* One read at a time, however often the client subscribes. */
static void catch_up(struct cardea_rt_socket *socket)
{
	if (socket->is_reading) {
		return;
	}
	socket->is_reading = true;
	socket->asked = socket->after;
	socket->operations++;
	if (cardea_domain_log_read(socket->rt->api->domain, socket->hub->tenant, socket->hub->room,
	                           socket->after, missed_read, socket)) {
		socket->is_reading = false;
		socket->operations--;
		cardea_cable_end(socket->cable, "server_restart", true);
	}
}

/* ---- what clients ask for ---- */

static bool is_channel(const struct cardea_rt_socket *socket, const char *channel)
{
	if (strcmp(channel, CARDEA_RT_ROOM_CHANNEL) == 0) {
		return !socket->is_ticket;
	}
	return !socket->is_observer && strcmp(channel, CARDEA_RT_USER_CHANNEL) == 0;
}

static bool subscribe(struct cardea_cable *cable, const char *channel, const json_t *params,
                      void *arg)
{
	struct cardea_rt_socket *socket = arg;

	(void)cable;
	if (strcmp(channel, CARDEA_RT_ROOM_CHANNEL) == 0) {
		socket->after = cardea_json_integer(params, "after", -1);
	}
	return is_channel(socket, channel);
}

static void begun(int err, const struct cardea_meeting *meeting, void *arg)
{
	(void)meeting;
	(void)came_back(arg, err);
}

/* A host who follows the room begins the meeting (spec/meetings 12.1). */
static void begin(struct cardea_rt_socket *socket)
{
	if (socket->is_host && !socket->is_removed) {
		socket->operations++;
		if (cardea_domain_meeting_follow(socket->rt->api->domain, socket->secret, begun, socket)) {
			socket->operations--;
		}
	}
}

static void subscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	(void)cable;
	if (socket->is_ticket) {
		read_ticket(socket);
	} else if (strcmp(channel, CARDEA_RT_USER_CHANNEL) == 0) {
		cardea_rt_send_meeting(socket, true);
	} else if (socket->after >= 0 && !socket->is_waiting) {
		socket->after = MAX(socket->after, socket->floor);
		socket->is_behind = true;
		begin(socket);
		catch_up(socket);
	} else if (socket->is_observer) {
		send_report(socket);
	} else {
		socket->after = socket->hub->position;
		socket->is_live = true;
		begin(socket);
	}
}

static void unsubscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	(void)cable;
	if (strcmp(channel, CARDEA_RT_ROOM_CHANNEL) == 0) {
		socket->is_live = false;
		socket->is_behind = false;
	}
}

static void ignore(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void perform(struct cardea_cable *cable, const char *channel, const json_t *data, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	(void)cable;
	(void)channel;
	if (!socket->is_observer && !socket->is_ticket && !socket->is_waiting && !socket->is_removed &&
	    strcmp(cardea_json_string(data, "action", ""), "stfu") == 0) {
		(void)cardea_domain_meeting_ask_mute(socket->rt->api->domain, socket->secret, ignore, NULL);
	}
}

static void closed(struct cardea_cable *cable, void *arg)
{
	struct cardea_rt_socket *socket = arg;

	(void)cable;
	if (!socket->is_observer) {
		cardea_rt_hold(socket, false);
	}
	cardea_rt_hub_leave(socket);
	socket->is_closed = true;
	socket->is_live = false;
	release(socket);
}

static const struct cardea_cable_callbacks callbacks = {
        .subscribe = subscribe,
        .subscribed = subscribed,
        .unsubscribed = unsubscribed,
        .perform = perform,
        .closed = closed,
};

/* ---- the handshake ---- */

struct handshake {
	struct cardea_http_request *request;
	struct cardea_rt_socket *socket;
	char *echo; /* subprotocol to choose; NULL = by the client's list */
};

static void free_handshake(struct handshake *handshake)
{
	g_free(handshake->echo);
	g_free(handshake);
}

static uint64_t peer_key(const struct cardea_rt *rt, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(rt->api->failures, cardea_http_peer(request));
}

static void refuse(struct handshake *handshake)
{
	struct cardea_rt *rt = handshake->socket->rt;

	cardea_ratelimit_charge(rt->api->failures, peer_key(rt, handshake->request));
	cardea_cable_refuse(handshake->request, handshake->echo);
	free_socket(handshake->socket);
	free_handshake(handshake);
}

/* Answers the handshake and follows the log from @position. False if the client has gone. */
static bool accept_socket(struct handshake *handshake, const char *tenant, const char *room,
                          int64_t position)
{
	struct cardea_rt_socket *socket = handshake->socket;
	int err = cardea_cable_accept(socket->rt->cables, handshake->request, handshake->echo,
	                              &callbacks, socket, &socket->cable);

	if (err) {
		cardea_cable_refuse(handshake->request, handshake->echo);
		free_socket(socket);
	} else {
		cardea_rt_hub_join(socket, tenant, room, position);
	}
	free_handshake(handshake);
	return !err;
}

static void user_found(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct handshake *handshake = arg;
	struct cardea_rt_socket *socket = handshake->socket;

	if (err) {
		refuse(handshake);
		return;
	}
	socket->is_host = meeting->user.role == CARDEA_ROLE_HOST;
	take_standing(socket, meeting);
	memcpy(socket->seat, meeting->seat, sizeof(socket->seat));
	memcpy(socket->session, meeting->session, sizeof(socket->session));
	if (accept_socket(handshake, meeting->tenant, meeting->room_id, meeting->last_event)) {
		cardea_rt_hold(socket, counts(meeting));
	}
}

static void ticket_found(int err, const struct cardea_ticket_state *state, void *arg)
{
	struct handshake *handshake = arg;
	struct cardea_rt_socket *socket = handshake->socket;

	if (err) {
		refuse(handshake);
		return;
	}
	socket->is_waiting = true;
	memcpy(socket->seat, state->seat, sizeof(socket->seat));
	memcpy(socket->session, state->session, sizeof(socket->session));
	(void)accept_socket(handshake, state->tenant, state->room, state->last_event);
}

static void room_found(int err, const struct cardea_meeting_report *report, void *arg)
{
	if (err) {
		refuse(arg);
	} else {
		accept_socket(arg, report->tenant, report->room_id, report->last_event);
	}
}

/* The entry of the client's list that is an API key, by what it does not look like (spec/meetings
 * 13.1). *@echo is the entry itself. */
static char *key_of_protocols(const struct cardea_http_request *request, char **echo)
{
	char **offered = cardea_ws_offered(request);
	char *key = NULL;

	for (char **entry = offered; *entry && !key; entry++) {
		bool is_token = g_str_has_prefix(*entry, TOKEN_PROTOCOL);

		if (is_token || !g_str_has_prefix(*entry, "actioncable-")) {
			key = g_strdup(is_token ? *entry + strlen(TOKEN_PROTOCOL) : *entry);
			*echo = g_strdup(*entry);
		}
	}
	g_strfreev(offered);
	return key;
}

static char *find_api_key(const struct cardea_http_request *request, char **echo)
{
	const char *header = cardea_meeting_api_key(request);
	char *of_protocols = key_of_protocols(request, echo);
	char *key = header ? g_strdup(header) : cardea_http_query_value(request, "api_key");

	if (!key) {
		return of_protocols;
	}
	g_free(of_protocols);
	return key;
}

static int authenticate(struct handshake *handshake)
{
	struct cardea_rt_socket *socket = handshake->socket;
	struct cardea_domain *domain = socket->rt->api->domain;
	const struct cardea_meeting_caller who = {.id = socket->room_key, .api_key = socket->secret};

	if (!socket->secret || (socket->is_observer && !socket->room_key)) {
		return CARDEA_E_UNAUTHENTICATED;
	}
	if (socket->is_ticket) {
		return cardea_domain_ticket_read(domain, socket->secret, ticket_found, handshake);
	}
	return socket->is_observer
	               ? cardea_domain_meeting_users(domain, &who, 1, room_found, handshake)
	               : cardea_domain_meeting_get(domain, socket->secret, user_found, handshake);
}

static struct handshake *read_handshake(struct cardea_rt *rt, struct cardea_http_request *request)
{
	struct handshake *handshake = g_new0(struct handshake, 1);
	struct cardea_rt_socket *socket = g_new0(struct cardea_rt_socket, 1);
	char *access_key = cardea_http_query_value(request, "access_key");
	char *ticket = access_key ? NULL : cardea_http_query_value(request, "ticket");

	handshake->request = request;
	handshake->socket = socket;
	socket->rt = rt;
	socket->after = -1;
	socket->is_ticket = ticket != NULL;
	socket->is_observer = !access_key && !ticket;
	if (access_key) {
		socket->secret = access_key;
		socket->host = g_strdup(cardea_http_header(request, "Host"));
		socket->forwarded_proto = g_strdup(cardea_http_header(request, "X-Forwarded-Proto"));
	} else if (ticket) {
		socket->secret = ticket;
	} else {
		socket->room_key = cardea_http_query_value(request, "room_id");
		socket->secret = find_api_key(request, &handshake->echo);
	}
	return handshake;
}

static void get_rt(struct cardea_http_request *request, const struct cardea_route_params *params,
                   void *arg)
{
	struct cardea_rt *rt = arg;
	int64_t wait = cardea_ratelimit_wait_s(rt->api->failures, peer_key(rt, request));
	struct handshake *handshake;

	(void)params;
	if (!cardea_ws_is_upgrade(request)) {
		cardea_ws_reply_no_upgrade(request);
	} else if (wait > 0) {
		cardea_reply_limited(request, wait);
	} else {
		handshake = read_handshake(rt, request);
		if (authenticate(handshake)) {
			refuse(handshake);
		}
	}
}

/* ---- the server ---- */

struct cardea_rt *cardea_rt_new(const struct cardea_api *api, struct cardea_feed *feed,
                                struct cardea_loop *loop)
{
	struct cardea_rt *rt = g_new0(struct cardea_rt, 1);

	rt->api = api;
	rt->feed = feed;
	rt->cables = cardea_cables_new(loop);
	rt->hubs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                 (GDestroyNotify)cardea_rt_hub_free);
	rt->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return rt;
}

void cardea_rt_add(struct cardea_router *router, struct cardea_rt *rt)
{
	static const struct cardea_route route = {CARDEA_HTTP_GET, "/rt", get_rt};

	cardea_router_add(router, &route, 1, rt);
}

void cardea_rt_stop(struct cardea_rt *rt)
{
	cardea_cables_end(rt->cables, "server_restart", true);
}

static void free_hub(gpointer key, gpointer value, gpointer arg)
{
	struct cardea_rt_hub *hub = value;

	(void)key;
	(void)arg;
	for (GList *item = hub->sockets.head, *next; item; item = next) {
		next = item->next;
		free_socket(item->data);
	}
}

void cardea_rt_free(struct cardea_rt *rt)
{
	if (!rt) {
		return;
	}
	cardea_cables_free(rt->cables);
	g_hash_table_foreach(rt->hubs, free_hub, NULL);
	g_hash_table_destroy(rt->hubs);
	g_hash_table_destroy(rt->sessions);
	g_free(rt);
}
