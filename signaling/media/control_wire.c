#include "media/control_wire.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "domain/locks.h"

static json_t *min_gen_object(const struct cardea_placement *placement)
{
	json_t *object = json_object();

	for (size_t i = 0; i < placement->min_gen_count; i++) {
		json_object_set_new(object, placement->min_gen[i].seat,
		                    json_integer(placement->min_gen[i].gen));
	}
	return object;
}

static json_t *hands_array(const struct cardea_telling *telling)
{
	json_t *array = json_array();

	for (size_t i = 0; i < telling->hand_count; i++) {
		json_array_append_new(array, json_string(telling->hands[i]));
	}
	return array;
}

/* 0, no limit, if there are more than a node has anyway. */
static int64_t places(const struct cardea_media_policy *policy)
{
	return policy->max_participants > CARDEA_MAX_ROOM_PARTICIPANTS ? 0 : policy->max_participants;
}

static json_t *policy_object(const struct cardea_media_policy *policy)
{
	return json_pack("{s:I, s:I, s:o, s:b, s:b, s:b}", "id", (json_int_t)policy->id,
	                 "max_participants", (json_int_t)places(policy), "locks",
	                 cardea_kinds_to_json(policy->locks), "cameras_of_hosts_only",
	                 (int)policy->cameras_of_hosts_only, "lists_hosts_only",
	                 (int)policy->lists_hosts_only, "mute_on_start", (int)policy->mute_on_start);
}

static json_t *grant_object(const struct cardea_seat_grant *grant)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:s}", "seat", grant->seat, "gen",
	                 (json_int_t)grant->gen, "id", (json_int_t)grant->id, "publish",
	                 cardea_kinds_to_json(grant->publish), "locks",
	                 cardea_kinds_to_json(grant->locks), "unlocks",
	                 cardea_kinds_to_json(grant->unlocks), "role", cardea_role_name(grant->role));
}

static json_t *grants_array(const struct cardea_placement *placement)
{
	json_t *array = json_array();

	for (size_t i = 0; i < placement->grant_count; i++) {
		json_array_append_new(array, grant_object(&placement->grants[i]));
	}
	return array;
}

json_t *cardea_wire_open(const struct cardea_placement *placement)
{
	/* lease_ms 0: on one machine calls outlive the gateway (DESIGN 10). */
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:o, s:o, s:o, s:I, s:o}", "request", "open",
	                 "room", placement->room, "tenant", placement->tenant, "conf_id",
	                 placement->session, "epoch", (json_int_t)placement->epoch, "lease_ms", 0,
	                 "policy", policy_object(&placement->policy), "min_gen",
	                 min_gen_object(placement), "hands", hands_array(&placement->hands), "told",
	                 (json_int_t)placement->told, "grants", grants_array(placement));
}

json_t *cardea_wire_policy(const struct cardea_room_at *at,
                           const struct cardea_media_policy *policy)
{
	return json_pack("{s:s, s:s, s:I, s:o}", "request", "policy", "room", at->room, "epoch",
	                 (json_int_t)at->epoch, "policy", policy_object(policy));
}

json_t *cardea_wire_grant(const struct cardea_room_at *at, const struct cardea_seat_grant *grant)
{
	json_t *object = grant_object(grant);

	json_object_set_new(object, "request", json_string("grant"));
	json_object_set_new(object, "room", json_string(at->room));
	json_object_set_new(object, "epoch", json_integer((json_int_t)at->epoch));
	return object;
}

static json_t *say_request(const struct cardea_telling *telling)
{
	/* What a backend says has no sender in the room. */
	const char *from = telling->seat ? telling->seat : "";
	json_t *data = json_pack("{s:s, s:I, s:I, s:s, s:s?, s:s?, s:s}", "type", telling->kind, "id",
	                         (json_int_t)telling->id, "at", (json_int_t)telling->at_ms, "from",
	                         from, "name", telling->name, "to", telling->to, "text", telling->text);
	json_t *request =
	        json_pack("{s:s, s:s, s:I, s:I, s:o}", "request", "say", "room", telling->room, "epoch",
	                  (json_int_t)telling->epoch, "id", (json_int_t)telling->id, "data", data);

	if (telling->to) {
		json_object_set_new(request, "to",
		                    telling->seat ? json_pack("[s, s]", telling->seat, telling->to)
		                                  : json_pack("[s]", telling->to));
	}
	return request;
}

static json_t *locks_request(const struct cardea_telling *telling)
{
	json_t *locks = json_object();

	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		if (telling->locks & lock) {
			json_object_set_new(locks, cardea_lock_name(lock), json_true());
		}
	}
	return json_pack("{s:s, s:s, s:I, s:[s], s:{s:s, s:o}}", "request", "say", "room",
	                 telling->room, "epoch", (json_int_t)telling->epoch, "to", telling->seat,
	                 "data", "type", "locks", "locks", locks);
}

json_t *cardea_wire_telling(const struct cardea_telling *telling)
{
	switch (telling->type) {
	case CARDEA_TELL_MESSAGE:
		return say_request(telling);
	case CARDEA_TELL_MUTE:
	case CARDEA_TELL_UNMUTE:
		return json_pack("{s:s, s:s, s:I, s:s, s:s, s:I, s:b}", "request", "mute", "room",
		                 telling->room, "epoch", (json_int_t)telling->epoch, "seat", telling->seat,
		                 "kind", telling->kind, "id", (json_int_t)telling->id, "muted",
		                 (int)(telling->type == CARDEA_TELL_MUTE));
	case CARDEA_TELL_LOCKS:
		return locks_request(telling);
	case CARDEA_TELL_HANDS:
	default:
		return json_pack("{s:s, s:s, s:I, s:o}", "request", "hands", "room", telling->room, "epoch",
		                 (json_int_t)telling->epoch, "hands", hands_array(telling));
	}
}

json_t *cardea_wire_close(const char *room, int64_t epoch)
{
	return json_pack("{s:s, s:s, s:I}", "request", "close", "room", room, "epoch",
	                 (json_int_t)epoch);
}

json_t *cardea_wire_revoke(const struct cardea_revocation *revocation)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:I, s:s?, s:s*}", "request", "revoke", "room",
	                 revocation->room, "epoch", (json_int_t)revocation->epoch, "seat",
	                 revocation->seat, "min_gen", (json_int_t)revocation->min_gen, "reason",
	                 revocation->reason, "text", revocation->text);
}

json_t *cardea_wire_move(const struct cardea_move *move)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "request", "move", "room", move->at.room, "epoch",
	                 (json_int_t)move->at.epoch, "seat", move->seat, "token", move->token);
}

json_t *cardea_wire_message(uint64_t session, uint64_t handle, json_t *body)
{
	return json_pack("{s:s, s:I, s:I, s:o}", "janus", "message", "session_id", (json_int_t)session,
	                 "handle_id", (json_int_t)handle, "body", body);
}

static int plugin_error(const json_t *data)
{
	int err = (int)-cardea_json_integer(data, "error_code", -CARDEA_E_INTERNAL);

	/* A number of a later version of the table is not ours to name. */
	return strcmp(cardea_error_code(err), cardea_json_string(data, "code", "")) == 0
	               ? err
	               : CARDEA_E_INTERNAL;
}

int cardea_wire_plugin_data(const json_t *message, const json_t **out)
{
	const json_t *plugindata = json_object_get(message, "plugindata");
	const json_t *data = json_object_get(plugindata, "data");

	if (strcmp(cardea_json_string(plugindata, "plugin", ""), CARDEA_PLUGIN_PACKAGE) != 0 ||
	    !json_is_object(data)) {
		return CARDEA_E_INVALID;
	}
	if (strcmp(cardea_json_string(data, "cardea", ""), "error") == 0) {
		return plugin_error(data);
	}
	*out = data;
	return 0;
}

bool cardea_wire_is_session_end(const json_t *message, uint64_t session)
{
	const char *verb = cardea_json_string(message, "janus", "");

	return cardea_json_integer(message, "session_id", 0) == (int64_t)session &&
	       (strcmp(verb, "timeout") == 0 || strcmp(verb, "detached") == 0);
}
