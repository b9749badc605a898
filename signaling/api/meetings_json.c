/* meetings_json: meetings as the meetings dialect and its observers see them. */
#include "api/meetings_json.h"

#include <glib.h>
#include "api/meeting_options.h"
#include "cardea_clock.h"
#include "cardea_json.h"
#include "cardea_json_write.h"

/* Most meetings fit, so that the text need not grow. */
#define TEXT_SIZE 4096

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

static void put_room(GString *out, const char *name, const struct cardea_meeting_room *room)
{
	char started_at[CARDEA_TIME_SIZE];
	bool has_started = room->is_running && room->started_at;

	if (has_started) {
		cardea_time_iso_ms(room->started_at, started_at);
	}
	cardea_json_begin(out, name, '{');
	cardea_json_put_text(out, "id", room->id);
	cardea_json_put_text(out, "name", room->name);
	cardea_json_put_boolean(out, "ready", room->is_running);
	cardea_json_put_text(out, "started_at", has_started ? started_at : NULL);
	cardea_json_put_boolean(out, "shutdown", room->is_shut_down);
	cardea_json_put_text(out, "guest_token", room->is_running ? room->guest_token : "");
	cardea_json_end(out, '}');
}

/* Read back, so that its form is said once. */
json_t *cardea_json_meeting_room(const struct cardea_meeting_room *room)
{
	GString *out = g_string_new(NULL);
	g_autofree char *text = NULL;

	put_room(out, NULL, room);
	text = cardea_json_finish(out);
	return text ? json_loads(text, 0, NULL) : NULL;
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

/* ---- the meeting: written, not built, because it is the answer to most calls ---- */

static void put_value(GString *out, const char *name, json_t *value)
{
	char *text = cardea_json_dump(value);

	cardea_json_put_raw(out, name, text);
	free(text);
	json_decref(value);
}

static void put_user(GString *out, const struct cardea_meeting *meeting)
{
	const struct cardea_meeting_user *user = &meeting->user;

	cardea_json_begin(out, "user", '{');
	cardea_json_put_text(out, "id", user->id);
	cardea_json_put_text(out, "room_id", meeting->room.id);
	cardea_json_put_text(out, "name", user->name);
	cardea_json_put_text(out, "avatar", user->avatar);
	cardea_json_put_boolean(out, "guest", user->is_guest);
	cardea_json_put_boolean(out, "blocked", false);
	cardea_json_put_boolean(out, "ready", !meeting->is_waiting);
	cardea_json_end(out, '}');
}

static void put_links(GString *out, const struct cardea_meeting *meeting,
                      const struct cardea_meeting_urls *urls)
{
	const char *key = meeting->access_key;
	const char *guest = meeting->room.guest_token;

	cardea_json_begin(out, "links", '{');
	cardea_json_put_joined(out, "self", urls->base, "/rooms/", key);
	cardea_json_put_joined(out, "gui", urls->pages, "/?", key);
	if (guest[0]) {
		cardea_json_put_joined(out, "guest_join", urls->pages, "/?guest=", guest);
	} else {
		cardea_json_put_text(out, "guest_join", "");
	}
	cardea_json_put_joined(out, "websocket", urls->base, "/rt?access_key=", key);
	cardea_json_end(out, '}');
}

/* Who waits (spec/meetings 12.2) or was removed has nothing to relay with, and sees nobody. */
static bool is_outside(const struct cardea_meeting *meeting)
{
	return meeting->is_waiting || meeting->is_removed;
}

static void put_turn(GString *out, const struct cardea_meeting *meeting,
                     const struct cardea_meeting_look *look)
{
	struct cardea_ice_options ice = *look->ice;

	if (is_outside(meeting)) {
		cardea_json_put_raw(out, "turn_servers", "[]");
		return;
	}
	ice.turn_ttl_s = look->turn_life_s;
	cardea_ice_put_turn(out, "turn_servers", &ice, meeting->user.client_id, look->now_s);
}

static void put_signaling(GString *out, const struct cardea_meeting *meeting,
                          const struct cardea_meeting_look *look)
{
	cardea_json_begin(out, "signaling", '{');
	cardea_json_put_text(out, "type", "sepp");
	cardea_json_begin(out, "options", '{');
	cardea_json_put_text(out, "client_id", meeting->user.client_id);
	cardea_json_put_text(out, "conf_id", meeting->conf_id);
	cardea_json_put_text(out, "auth_token", meeting->auth_token);
	cardea_json_put_text(out, "endpoint", look->urls.call);
	cardea_ice_put_stun(out, "stun_servers", look->ice);
	put_turn(out, meeting, look);
	cardea_json_end(out, '}');
	cardea_json_end(out, '}');
}

static void put_head(GString *out, const struct cardea_meeting *meeting,
                     const struct cardea_meeting_look *look)
{
	cardea_json_put_text(out, "access_key", meeting->access_key);
	cardea_json_put_boolean(out, "ready", meeting->room.is_running && !meeting->is_waiting);
	cardea_json_put_boolean(out, "locked", meeting->room.is_locked);
	put_room(out, "room", &meeting->room);
	cardea_json_begin(out, "team", '{');
	cardea_json_put_text(out, "name", meeting->team);
	cardea_json_end(out, '}');
	put_user(out, meeting);
	put_links(out, meeting, &look->urls);
}

static void put_tail(GString *out, const struct cardea_meeting *meeting,
                     const struct cardea_meeting_look *look)
{
	cardea_json_put_raw(out, "playbacks", "[]");
	put_value(out, "presentation",
	          is_outside(meeting) ? json_null() : cardea_json_presentation(&meeting->room));
	cardea_json_put_raw(out, "broadcasts", "[]");
	cardea_json_put_raw(out, "recording", NULL);
	cardea_json_put_raw(out, "snapshots", "[]");
	put_value(out, "waiting_list",
	          cardea_json_waiting_list(meeting->waiting, meeting->waiting_count));
	put_signaling(out, meeting, look);
}

char *cardea_meeting_text(const struct cardea_meeting *meeting,
                          const struct cardea_meeting_look *look)
{
	GString *out = g_string_sized_new(TEXT_SIZE);
	g_autofree char *options = cardea_meeting_options_text(meeting->room.options, meeting->locale);

	cardea_json_begin(out, NULL, '{');
	put_head(out, meeting, look);
	cardea_json_put_raw(out, "options", options);
	put_tail(out, meeting, look);
	cardea_json_end(out, '}');
	return cardea_json_finish(out);
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
