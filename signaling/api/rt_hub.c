/* rt_hub: passes the events of a room on to its sockets: rendered once, in the order of the log. */
#include "api/rt_private.h"

#include <string.h>
#include "cardea_json.h"
#include "session/feed.h"

bool cardea_rt_is_for(const struct cardea_rt_socket *socket, enum cardea_rt_audience audience)
{
	if (socket->is_waiting || socket->is_removed) {
		return false;
	}
	switch (audience) {
	case CARDEA_RT_OBSERVERS:
		return socket->is_observer;
	case CARDEA_RT_HOSTS:
		return socket->is_observer || socket->is_host;
	case CARDEA_RT_ALL:
	default:
		return true;
	}
}

/* The list may change under our hands: sending can end a socket, but not free it here. */
static void pass_on(struct cardea_rt_hub *hub, const struct cardea_log_event *event,
                    const struct cardea_rt_message *message)
{
	char *text = cardea_json_dump(message->json);
	size_t len = text ? strlen(text) : 0;

	for (GList *item = hub->sockets.head; item && text; item = item->next) {
		struct cardea_rt_socket *socket = item->data;

		if (socket->is_live && event->seq > socket->after &&
		    cardea_rt_is_for(socket, message->audience)) {
			cardea_cable_send(socket->cable, CARDEA_RT_ROOM_CHANNEL, text, len);
		}
	}
	free(text);
}

static bool is_of(const struct cardea_rt_socket *socket, const struct cardea_log_event *event)
{
	return !socket->is_observer && event->data.participant &&
	       strcmp(socket->seat, event->data.participant) == 0;
}

static bool is_type(const struct cardea_log_event *event, const char *type)
{
	return strcmp(event->type, type) == 0;
}

/* The same for a ticket, which is good for nothing but asking. */
static void affect_ticket(struct cardea_rt_socket *socket, const struct cardea_log_event *event)
{
	if (is_type(event, CARDEA_EVENT_PARTICIPANT_ADMITTED)) {
		cardea_rt_send_admitted(socket);
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_WAITING)) {
		socket->is_waiting = true; /* put back */
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_DENIED) ||
	           is_type(event, CARDEA_EVENT_PARTICIPANT_REMOVED)) {
		cardea_cable_end(socket->cable, "remote", false);
	}
}

/* Somebody who was removed has come back: registered again, or entered. */
static bool is_return(const struct cardea_log_event *event)
{
	return is_type(event, CARDEA_EVENT_PARTICIPANT_ADDED) ||
	       is_type(event, CARDEA_EVENT_PARTICIPANT_ENTERED) ||
	       is_type(event, CARDEA_EVENT_PARTICIPANT_RETURNED);
}

/* What an event means for the user of a socket. */
static void affect(struct cardea_rt_socket *socket, const struct cardea_log_event *event)
{
	if (is_type(event, CARDEA_EVENT_PARTICIPANT_ADMITTED) && socket->is_waiting) {
		socket->is_waiting = false;
		socket->floor = event->seq;
		cardea_rt_hold(socket, true);
		cardea_rt_send_meeting(socket, false);
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_WAITING) && !socket->is_waiting) {
		socket->is_waiting = true;
		cardea_rt_send_meeting(socket, true);
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_DENIED)) {
		cardea_cable_end(socket->cable, "remote", false);
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_REMOVED)) {
		socket->is_removed = true;
		cardea_rt_hold(socket, false);
	} else if (is_type(event, CARDEA_EVENT_PARTICIPANT_RIGHTS)) {
		socket->is_host = g_strcmp0(event->data.role, cardea_role_name(CARDEA_ROLE_HOST)) == 0;
	} else if (is_return(event)) {
		if (socket->is_removed) {
			socket->floor = event->seq;
		}
		socket->is_removed = false;
		cardea_rt_hold(socket, true);
	}
}

static void end_all(struct cardea_rt_hub *hub, const char *session)
{
	for (GList *item = hub->sockets.head; item; item = item->next) {
		struct cardea_rt_socket *socket = item->data;

		if (socket->is_observer || strcmp(socket->session, session) == 0) {
			cardea_cable_end(socket->cable, "remote", false);
		}
	}
}

static void take_event(struct cardea_rt_hub *hub, const struct cardea_log_part *part,
                       const struct cardea_log_event *event)
{
	struct cardea_rt_message message = cardea_rt_render(part, event);

	if (message.json) {
		pass_on(hub, event, &message);
		json_decref(message.json);
	}
	for (GList *item = hub->sockets.head; item; item = item->next) {
		struct cardea_rt_socket *socket = item->data;

		if (is_of(socket, event)) {
			(socket->is_ticket ? affect_ticket : affect)(socket, event);
		} else if (socket->is_waiting && !socket->is_ticket &&
		           is_type(event, CARDEA_EVENT_ROOM_BEGUN)) {
			cardea_rt_hold(socket, false); /* spec/meetings 11.3 */
		}
	}
	if (is_type(event, CARDEA_EVENT_ROOM_ENDED)) {
		end_all(hub, event->session);
	}
}

static void free_if_empty(struct cardea_rt_hub *hub)
{
	if (hub->sockets.length == 0 && !hub->is_busy) {
		g_hash_table_remove(hub->rt->hubs, hub->room);
	}
}

static void take_part(const struct cardea_log_part *part, void *arg)
{
	struct cardea_rt_hub *hub = arg;

	hub->is_busy = true;
	for (size_t i = 0; i < part->count; i++) {
		hub->position = part->events[i].seq;
		take_event(hub, part, &part->events[i]);
	}
	hub->position = part->last;
	hub->is_busy = false;
	free_if_empty(hub);
}

void cardea_rt_hub_join(struct cardea_rt_socket *socket, const char *tenant, const char *room,
                        int64_t position)
{
	struct cardea_rt *rt = socket->rt;
	struct cardea_rt_hub *hub = g_hash_table_lookup(rt->hubs, room);

	if (!hub) {
		hub = g_new0(struct cardea_rt_hub, 1);
		hub->rt = rt;
		hub->position = position;
		g_strlcpy(hub->tenant, tenant, sizeof(hub->tenant));
		g_strlcpy(hub->room, room, sizeof(hub->room));
		g_queue_init(&hub->sockets);
		g_hash_table_insert(rt->hubs, hub->room, hub);
		hub->reader = cardea_feed_follow(rt->feed, tenant, room, position, take_part, hub);
	}
	socket->hub = hub;
	socket->link.data = socket;
	g_queue_push_tail_link(&hub->sockets, &socket->link);
}

void cardea_rt_hub_leave(struct cardea_rt_socket *socket)
{
	struct cardea_rt_hub *hub = socket->hub;

	if (hub) {
		g_queue_unlink(&hub->sockets, &socket->link);
		socket->hub = NULL;
		free_if_empty(hub);
	}
}

void cardea_rt_hub_free(struct cardea_rt_hub *hub)
{
	cardea_feed_stop(hub->reader);
	g_free(hub);
}
