/* rt_private: sockets and hubs, for rt.c, rt_hub.c and rt_events.c. */
#ifndef CARDEA_API_RT_PRIVATE_H
#define CARDEA_API_RT_PRIVATE_H

#include <glib.h>
#include <jansson.h>
#include "api/rt.h"
#include "domain/log.h"
#include "domain/meetings.h"
#include "domain/vacancy.h"
#include "net/cable.h"

#define CARDEA_RT_ROOM_CHANNEL "RoomChannel"
#define CARDEA_RT_USER_CHANNEL "UserChannel"

struct cardea_rt {
	const struct cardea_api *api;
	struct cardea_feed *feed;
	struct cardea_cables *cables;
	GHashTable *hubs;     /* room -> hub */
	GHashTable *sessions; /* session -> number of sockets that keep it from ending */
};

/* All sockets of a room. */
struct cardea_rt_hub {
	struct cardea_rt *rt;
	char tenant[CARDEA_UUID_SIZE], room[CARDEA_UUID_SIZE];
	struct cardea_feed_reader *reader;
	GQueue sockets;
	int64_t position; /* number of the last event that was passed on */
	bool is_busy;     /* passing on: not to be freed */
};

struct cardea_rt_socket {
	struct cardea_rt *rt;
	struct cardea_rt_hub *hub;
	GList link; /* in hub->sockets */
	struct cardea_cable *cable;
	char *host, *forwarded_proto; /* of the handshake, for the links in what it is sent */
	char *secret;                 /* access key, API key of an observer, or ticket */
	char *room_key;               /* of an observer */
	bool is_observer, is_host, is_waiting;
	bool is_removed; /* and has not come back */
	bool is_ticket;  /* of one who waits by `enter`: only told when that is over (spec/native 5) */
	bool holds;      /* counted in rt->sessions */
	char seat[CARDEA_UUID_SIZE]; /* of a user; so is session */
	char session[CARDEA_UUID_SIZE];
	int64_t floor;  /* and those up to this one are not for this user */
	int64_t after;  /* events up to this number are not for RoomChannel */
	bool is_live;   /* RoomChannel has its first picture of the room */
	bool is_behind; /* RoomChannel is to be caught up from `after` */
	bool is_reading;
	int64_t asked;  /* what `after` was when that read began */
	int operations; /* of the domain that are still to answer */
	bool is_closed; /* freed when they have */
};

/* ---- rt.c ---- */

/* UserChannel: the meeting as it is now, room_setup or room_ready by what @is_setup says. */
void cardea_rt_send_meeting(struct cardea_rt_socket *socket, bool is_setup);
/* UserChannel of a ticket: it opens the door now. Once. */
void cardea_rt_send_admitted(struct cardea_rt_socket *socket);
/* Does or does not keep its session from ending any more. */
void cardea_rt_hold(struct cardea_rt_socket *socket, bool holds);

/* ---- rt_hub.c ---- */

/* Puts @socket into the hub of its room, which follows the log from @position if it is new. */
void cardea_rt_hub_join(struct cardea_rt_socket *socket, const char *tenant, const char *room,
                        int64_t position);
void cardea_rt_hub_leave(struct cardea_rt_socket *socket);
void cardea_rt_hub_free(struct cardea_rt_hub *hub);

/* ---- rt_events.c ---- */

/* Whom a message is for. */
enum cardea_rt_audience {
	CARDEA_RT_ALL,   /* users who do not wait, and observers */
	CARDEA_RT_HOSTS, /* regular users and observers */
	CARDEA_RT_OBSERVERS,
};

struct cardea_rt_message {
	json_t *json; /* NULL: the event is not for /rt */
	enum cardea_rt_audience audience;
};

/* What @event of @part looks like on RoomChannel (spec/meetings 13.4); the caller owns the JSON. */
struct cardea_rt_message cardea_rt_render(const struct cardea_log_part *part,
                                          const struct cardea_log_event *event);

/* May @socket have a message for @audience now? (rt_hub.c) */
bool cardea_rt_is_for(const struct cardea_rt_socket *socket, enum cardea_rt_audience audience);

#endif
