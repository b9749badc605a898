/* participants_events: events of the log as the participants dialect's sockets show them. */
#include "api/participants_events.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "cardea_clock.h"

static bool is_one_of(const struct cardea_log_event *event, const char *const *types)
{
	for (; *types; types++) {
		if (strcmp(event->type, *types) == 0) {
			return true;
		}
	}
	return false;
}

bool cardea_participants_is_coming(const struct cardea_log_event *event)
{
	static const char *const types[] = {
	        CARDEA_EVENT_PARTICIPANT_ADDED, CARDEA_EVENT_PARTICIPANT_RETURNED,
	        CARDEA_EVENT_PARTICIPANT_ENTERED, CARDEA_EVENT_PARTICIPANT_ONLINE, NULL};

	return is_one_of(event, types);
}

bool cardea_participants_is_going(const struct cardea_log_event *event)
{
	static const char *const types[] = {
	        CARDEA_EVENT_PARTICIPANT_LEFT, CARDEA_EVENT_PARTICIPANT_REMOVED,
	        CARDEA_EVENT_PARTICIPANT_WAITING, CARDEA_EVENT_PARTICIPANT_DENIED, NULL};

	return is_one_of(event, types);
}

json_t *cardea_participants_person(const struct cardea_log_event *event)
{
	const struct cardea_meeting_user *user = event->user;

	return json_pack("{s:s, s:s*, s:s*}", "id", event->data.participant, "display_name",
	                 user ? user->name : event->data.name, "role",
	                 user ? cardea_role_name(user->role) : event->data.role);
}

static json_t *about(const struct cardea_log_event *event)
{
	return json_pack("{s:s*, s:s*, s:s*}", "id", event->data.participant, "kind", event->data.kind,
	                 "by", event->data.by);
}

static json_t *message(const struct cardea_log_event *event)
{
	char at[CARDEA_TIME_SIZE], id[24];

	cardea_time_iso_ms(event->at_ms, at);
	snprintf(id, sizeof(id), "%lld", (long long)event->seq);
	return json_pack("{s:s, s:s*, s:s*, s:s, s:s*}", "id", id, "sender_id", event->data.participant,
	                 "text", event->data.text, "timestamp", at, "to", event->data.to);
}

static json_t *reaction(const struct cardea_log_event *event)
{
	return json_pack("{s:s*, s:s*}", "sender_id", event->data.participant, "emoji",
	                 event->data.text);
}

static json_t *room(const struct cardea_log_event *event)
{
	return json_pack("{s:s*, s:s*}", "name", event->data.name, "reason", event->data.reason);
}

static const struct {
	const char *event, *kind; /* kind NULL = any */
	const char *type;
	json_t *(*show)(const struct cardea_log_event *event);
} shown[] = {
        {CARDEA_EVENT_PARTICIPANT_UPDATED, NULL, "participant.updated", cardea_participants_person},
        {CARDEA_EVENT_PARTICIPANT_MUTED, NULL, "participant.mute", about},
        {CARDEA_EVENT_PARTICIPANT_UNMUTED, NULL, "participant.unmute", about},
        {CARDEA_EVENT_PARTICIPANT_RIGHTS, NULL, "permission.changed", cardea_participants_person},
        {CARDEA_EVENT_MESSAGE_SENT, "chat", "chat.message", message},
        {CARDEA_EVENT_MESSAGE_SENT, "reaction", "reaction", reaction},
        {CARDEA_EVENT_HAND_RAISED, NULL, "hand.raised", about},
        {CARDEA_EVENT_HAND_LOWERED, NULL, "hand.lowered", about},
        {CARDEA_EVENT_ROOM_UPDATED, NULL, "room.updated", room},
        {CARDEA_EVENT_ROOM_ENDED, NULL, "room.ended", room},
};

struct cardea_shown_event cardea_participants_show(const struct cardea_log_event *event)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
		if (strcmp(event->type, shown[i].event) == 0 &&
		    (!shown[i].kind || g_strcmp0(event->data.kind, shown[i].kind) == 0)) {
			return (struct cardea_shown_event){shown[i].type, shown[i].show(event)};
		}
	}
	return (struct cardea_shown_event){0};
}
