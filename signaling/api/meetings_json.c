/* meetings_json: meetings as the meetings dialect and its observers see them. */
#include "api/meetings_json.h"

#include <glib.h>
#include "api/meeting_options.h"
#include "cardea_clock.h"
#include "cardea_json.h"

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

json_t *cardea_json_time(int64_t ms)
{
	char text[CARDEA_TIME_SIZE];

	if (!ms) {
		return json_null();
	}
	cardea_time_iso_ms(ms, text);
	return json_string(text);
}

json_t *cardea_json_joined(const char *a, const char *b, const char *c)
{
	g_autofree char *text = g_strconcat(a, b, c, NULL);

	return json_string(text);
}

json_t *cardea_json_meeting_user(const struct cardea_meeting_user *user)
{
	return json_pack("{s:s, s:s, s:o, s:b, s:o}", "id", user->id, "name", user->name, "avatar",
	                 text_or_null(user->avatar), "guest", user->is_guest, "joined_at",
	                 cardea_json_time(user->joined_at));
}

json_t *cardea_json_meeting_participant(const struct cardea_meeting_user *user, const char *room,
                                        bool is_online)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b}", "id", user->id, "room_id", room, "name",
	                 user->name, "avatar", text_or_null(user->avatar), "guest", user->is_guest,
	                 "online", is_online);
}

json_t *cardea_json_meeting_room(const struct cardea_meeting_room *room)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:b, s:s}", "id", room->id, "name", room->name, "ready",
	                 room->is_running, "started_at",
	                 cardea_json_time(room->is_running ? room->started_at : 0), "shutdown",
	                 room->is_shut_down, "guest_token", room->is_running ? room->guest_token : "");
}

json_t *cardea_json_waiting_list(const struct cardea_meeting_user *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *item = cardea_json_meeting_user(&list[i]);

		json_object_set_new(item, "client_id", json_string(list[i].client_id));
		json_array_append_new(array, item);
	}
	return array;
}

json_t *cardea_json_presentation(const struct cardea_meeting_room *room)
{
	if (!room->presenter) {
		return json_null();
	}
	return json_pack("{s:o, s:o}", "room", cardea_json_meeting_room(room), "user",
	                 cardea_json_meeting_user(room->presenter));
}

/* ---- the meeting ---- */

static json_t *user_object(const struct cardea_meeting *meeting)
{
	const struct cardea_meeting_user *user = &meeting->user;

	return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b, s:b}", "id", user->id, "room_id",
	                 meeting->room.id, "name", user->name, "avatar", text_or_null(user->avatar),
	                 "guest", user->is_guest, "blocked", 0, "ready", !meeting->is_waiting);
}

static json_t *links_object(const struct cardea_meeting *meeting,
                            const struct cardea_meeting_urls *urls)
{
	const char *key = meeting->access_key;
	const char *guest = meeting->room.guest_token;

	return json_pack("{s:o, s:o, s:o, s:o}", "self", cardea_json_joined(urls->base, "/rooms/", key),
	                 "gui", cardea_json_joined(urls->pages, "/?", key), "guest_join",
	                 guest[0] ? cardea_json_joined(urls->pages, "/?guest=", guest)
	                          : json_string(""),
	                 "websocket", cardea_json_joined(urls->base, "/rt?access_key=", key));
}

/* Who waits (spec/meetings 12.2) or was removed has nothing to relay with, and sees nobody. */
static bool is_outside(const struct cardea_meeting *meeting)
{
	return meeting->is_waiting || meeting->is_removed;
}

static json_t *turn_servers(const struct cardea_meeting *meeting,
                            const struct cardea_meeting_look *look)
{
	struct cardea_ice_options ice = *look->ice;
	json_t *servers;

	if (is_outside(meeting)) {
		return json_array();
	}
	ice.turn_ttl_s = look->turn_life_s;
	servers = cardea_ice_turn(&ice, meeting->user.client_id, look->now_s);
	json_object_del(json_array_get(servers, 0), "expires_in");
	return servers;
}

static json_t *signaling_object(const struct cardea_meeting *meeting,
                                const struct cardea_meeting_look *look)
{
	return json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:o, s:o}}", "type", "sepp", "options",
	                 "client_id", meeting->user.client_id, "conf_id", meeting->conf_id,
	                 "auth_token", meeting->auth_token, "endpoint", look->urls.call, "stun_servers",
	                 cardea_ice_stun(look->ice), "turn_servers", turn_servers(meeting, look));
}

/* What stands before the options, and what stands behind them. */
static json_t *head_object(const struct cardea_meeting *meeting,
                           const struct cardea_meeting_look *look)
{
	bool is_ready = meeting->room.is_running && !meeting->is_waiting;

	return json_pack("{s:s, s:b, s:b, s:o, s:{s:s}, s:o, s:o}", "access_key", meeting->access_key,
	                 "ready", is_ready, "locked", meeting->room.is_locked, "room",
	                 cardea_json_meeting_room(&meeting->room), "team", "name", meeting->team,
	                 "user", user_object(meeting), "links", links_object(meeting, &look->urls));
}

static json_t *tail_object(const struct cardea_meeting *meeting,
                           const struct cardea_meeting_look *look)
{
	return json_pack("{s:[], s:o, s:[], s:n, s:[], s:o, s:o}", "playbacks", "presentation",
	                 is_outside(meeting) ? json_null() : cardea_json_presentation(&meeting->room),
	                 "broadcasts", "recording", "snapshots", "waiting_list",
	                 cardea_json_waiting_list(meeting->waiting, meeting->waiting_count),
	                 "signaling", signaling_object(meeting, look));
}

/* Text and not a value, because the options, a third of it, are the same in most meetings. */
char *cardea_meeting_text(const struct cardea_meeting *meeting,
                          const struct cardea_meeting_look *look)
{
	json_t *head = head_object(meeting, look);
	json_t *tail = tail_object(meeting, look);
	char *options = cardea_meeting_options_text(meeting->room.options, meeting->locale);
	char *before = head ? cardea_json_dump_members(head) : NULL;
	char *behind = tail ? cardea_json_dump_members(tail) : NULL;
	char *text = NULL;

	if (before && behind && options) {
		text = g_strconcat("{", before, ",\"options\":", options, ",", behind, "}", NULL);
	}
	json_decref(head);
	json_decref(tail);
	g_free(options);
	free(before);
	free(behind);
	return text;
}

json_t *cardea_json_meeting_report(const struct cardea_meeting_report *report)
{
	const struct cardea_meeting_room *room = &report->room;
	json_t *object = cardea_json_meeting_room(room);
	json_t *participants = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct cardea_meeting_user *user = &report->users[i];

		json_array_append_new(participants,
		                      cardea_json_meeting_participant(user, room->id, user->is_online));
	}
	json_object_set_new(object, "options", cardea_meeting_options_show(room->options, NULL));
	json_object_set_new(object, "participants", participants);
	json_object_set_new(object, "playbacks", json_array());
	json_object_set_new(object, "presentation", cardea_json_presentation(room));
	json_object_set_new(object, "broadcasts", json_array());
	json_object_set_new(object, "recording", json_null());
	return object;
}
