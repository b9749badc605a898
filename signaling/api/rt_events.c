/* rt_events: events of the log as /rt shows them (spec/meetings 13.4). Our own addition: each has
 * its number, `seq`. */
#include "api/rt_private.h"

#include <string.h>
#include "api/meeting_options.h"
#include "api/meetings_json.h"
#include "cardea_clock.h"

typedef json_t *(*render_h)(const struct cardea_log_part *part,
                            const struct cardea_log_event *event);

static json_t *participant(const struct cardea_log_part *part, const struct cardea_log_event *event,
                           bool is_online)
{
	if (!event->user) {
		return NULL;
	}
	return json_pack("{s:s, s:o}", "type", "participant_update", "participant",
	                 cardea_json_meeting_participant(event->user, part->room.id, is_online));
}

static json_t *online(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	return participant(part, event, true);
}

static json_t *offline(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	return participant(part, event, false);
}

/* Private ones and reactions are between native clients. */
static json_t *message(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	bool is_custom = g_strcmp0(event->data.kind, "custom") == 0;
	char at[CARDEA_TIME_SIZE];

	(void)part;
	if (!event->user || event->data.to ||
	    (!is_custom && g_strcmp0(event->data.kind, "chat") != 0)) {
		return NULL;
	}
	cardea_time_iso_ms(event->at_ms, at);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", is_custom ? "custom" : "chat", "content",
	                 event->data.text ? event->data.text : "", "cid", event->user->client_id,
	                 "user_id", event->user->id, "created_at", at);
}

static json_t *locked(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	(void)part;
	return json_pack("{s:s, s:b}", "type", "lock", "locked",
	                 (int)(strcmp(event->type, CARDEA_EVENT_ROOM_LOCKED) == 0));
}

static json_t *options(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	(void)part;
	return json_pack("{s:s, s:o}", "type", "options_update", "options",
	                 cardea_meeting_options_show(event->data.text, NULL));
}

static json_t *presentation(const struct cardea_log_part *part,
                            const struct cardea_log_event *event)
{
	struct cardea_meeting_room room = part->room;

	room.presenter = event->user;
	return json_pack("{s:s, s:o}", "type", "presentation_update", "presentation",
	                 cardea_json_presentation(&room));
}

static json_t *mute_asked(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	(void)part;
	return event->user ? json_pack("{s:s, s:o}", "type", "stfu", "user",
	                               cardea_json_meeting_user(event->user))
	                   : NULL;
}

static bool is_about_waiting(const struct cardea_log_event *event)
{
	return strcmp(event->type, CARDEA_EVENT_PARTICIPANT_WAITING) == 0 ||
	       strcmp(event->type, CARDEA_EVENT_PARTICIPANT_ADMITTED) == 0 ||
	       strcmp(event->type, CARDEA_EVENT_PARTICIPANT_DENIED) == 0;
}

/* The list is that of the end of the part, so once for it is enough, with its last change. */
static json_t *waiting(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	for (const struct cardea_log_event *later = event + 1; later < part->events + part->count;
	     later++) {
		if (is_about_waiting(later)) {
			return NULL;
		}
	}
	return json_pack("{s:s, s:o}", "type", "waiting_list_update", "waiting_list",
	                 cardea_json_waiting_list(part->waiting, part->waiting_count));
}

static json_t *room_update(const struct cardea_log_part *part,
                           const struct cardea_meeting_room *room, size_t users)
{
	const struct cardea_meeting_report report = {
	        .room = *room, .users = part->users, .count = users};

	return json_pack("{s:s, s:o}", "type", "room_update", "content",
	                 cardea_json_meeting_report(&report));
}

static json_t *opened(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	(void)event;
	return room_update(part, &part->room, part->user_count);
}

static json_t *ended(const struct cardea_log_part *part, const struct cardea_log_event *event)
{
	struct cardea_meeting_room room = part->room;

	(void)event;
	room.is_running = false;
	room.is_shut_down = true;
	room.presenter = NULL;
	return room_update(part, &room, 0);
}

static const struct {
	const char *type;
	render_h render;
	enum cardea_rt_audience audience;
} table[] = {
        {CARDEA_EVENT_PARTICIPANT_ONLINE, online, CARDEA_RT_ALL},
        {CARDEA_EVENT_PARTICIPANT_OFFLINE, offline, CARDEA_RT_ALL},
        {CARDEA_EVENT_MESSAGE_SENT, message, CARDEA_RT_ALL},
        {CARDEA_EVENT_ROOM_LOCKED, locked, CARDEA_RT_ALL},
        {CARDEA_EVENT_ROOM_UNLOCKED, locked, CARDEA_RT_ALL},
        {CARDEA_EVENT_ROOM_OPTIONS, options, CARDEA_RT_ALL},
        {CARDEA_EVENT_ROOM_PRESENTER, presentation, CARDEA_RT_ALL},
        {CARDEA_EVENT_ROOM_MUTE_ASKED, mute_asked, CARDEA_RT_ALL},
        {CARDEA_EVENT_PARTICIPANT_WAITING, waiting, CARDEA_RT_HOSTS},
        {CARDEA_EVENT_PARTICIPANT_ADMITTED, waiting, CARDEA_RT_HOSTS},
        {CARDEA_EVENT_PARTICIPANT_DENIED, waiting, CARDEA_RT_HOSTS},
        {CARDEA_EVENT_ROOM_CREATED, opened, CARDEA_RT_OBSERVERS},
        {CARDEA_EVENT_ROOM_OPENED, opened, CARDEA_RT_OBSERVERS},
        {CARDEA_EVENT_ROOM_ENDED, ended, CARDEA_RT_OBSERVERS},
};

/* Where others than hosts see only hosts, they do not hear of others (spec/plugnmeet 9). */
static enum cardea_rt_audience audience_of(const struct cardea_log_part *part,
                                           const struct cardea_log_event *event,
                                           enum cardea_rt_audience audience)
{
	bool is_presence = strcmp(event->type, CARDEA_EVENT_PARTICIPANT_ONLINE) == 0 ||
	                   strcmp(event->type, CARDEA_EVENT_PARTICIPANT_OFFLINE) == 0;

	return is_presence && part->room.lists_hosts_only && event->user &&
	                       event->user->role != CARDEA_ROLE_HOST
	               ? CARDEA_RT_HOSTS
	               : audience;
}

struct cardea_rt_message cardea_rt_render(const struct cardea_log_part *part,
                                          const struct cardea_log_event *event)
{
	struct cardea_rt_message message = {0};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		if (strcmp(table[i].type, event->type) == 0) {
			message.json = table[i].render(part, event);
			message.audience = audience_of(part, event, table[i].audience);
		}
	}
	if (message.json) {
		json_object_set_new(message.json, "seq", json_integer((json_int_t)event->seq));
	}
	return message;
}
