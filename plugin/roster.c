#include "roster.h"

/* Who has left can be asked for nothing any more, so their role is noted. */
enum change { CHANGE_NONE = 0, CHANGE_JOINED, CHANGE_UPDATED, CHANGE_LEFT, CHANGE_HOST_LEFT };

/* Others than hosts may have a roster of hosts only (docs/plugin-api.md 5, `policy`). */
static bool may_see(const struct cardea_room *room, const struct cardea_participant *viewer,
                    bool is_host)
{
	return is_host || !room->policy.lists_hosts_only || viewer->claims.role == CARDEA_ROLE_HOST;
}

static bool sees(const struct cardea_room *room, const struct cardea_participant *viewer,
                 const struct cardea_participant *other)
{
	return other != viewer && !other->claims.hidden &&
	       may_see(room, viewer, other->claims.role == CARDEA_ROLE_HOST);
}

static enum change noted(struct cardea_room *room, const char *seat)
{
	return (enum change)GPOINTER_TO_INT(g_hash_table_lookup(room->roster_changes, seat));
}

static void note(struct cardea_room *room, const char *seat, enum change change)
{
	if (change == CHANGE_NONE)
		g_hash_table_remove(room->roster_changes, seat);
	else
		g_hash_table_insert(room->roster_changes, g_strdup(seat), GINT_TO_POINTER(change));
}

void cardea_roster_joined(struct cardea_room *room, const struct cardea_participant *participant)
{
	const char *seat = cardea_participant_id(participant);
	if (participant->claims.hidden)
		return;
	/* Left and back before it was told: a replaced connection, nobody went away. */
	note(room, seat, noted(room, seat) >= CHANGE_LEFT ? CHANGE_UPDATED : CHANGE_JOINED);
}

void cardea_roster_updated(struct cardea_room *room, const struct cardea_participant *participant)
{
	const char *seat = cardea_participant_id(participant);
	if (!participant->claims.hidden && noted(room, seat) == CHANGE_NONE)
		note(room, seat, CHANGE_UPDATED);
}

void cardea_roster_left(struct cardea_room *room, const struct cardea_participant *participant)
{
	const char *seat = cardea_participant_id(participant);
	if (participant->claims.hidden)
		return;
	enum change left =
	        participant->claims.role == CARDEA_ROLE_HOST ? CHANGE_HOST_LEFT : CHANGE_LEFT;
	note(room, seat, noted(room, seat) == CHANGE_JOINED ? CHANGE_NONE : left);
}

static json_t *empty_change(void)
{
	return json_pack("{s:[], s:[], s:[]}", "joined", "updated", "left");
}

/* One change as one receiver sees it; the participant objects are shared between receivers. */
static void add_change(json_t *fields, enum change change, const char *seat, json_t *object)
{
	switch (change) {
	case CHANGE_JOINED:
		json_array_append(json_object_get(fields, "joined"), object);
		break;
	case CHANGE_UPDATED:
		json_array_append(json_object_get(fields, "updated"), object);
		break;
	case CHANGE_LEFT:
	case CHANGE_HOST_LEFT:
		json_array_append_new(json_object_get(fields, "left"), json_string(seat));
		break;
	case CHANGE_NONE:
		break;
	}
}

static bool concerns(const struct cardea_room *room, const struct cardea_participant *viewer,
                     const char *seat, enum change change)
{
	if (g_str_equal(seat, cardea_participant_id(viewer)))
		return false;
	if (change == CHANGE_LEFT || change == CHANGE_HOST_LEFT)
		return may_see(room, viewer, change == CHANGE_HOST_LEFT);
	const struct cardea_participant *other = g_hash_table_lookup(room->participants, seat);
	return other && sees(room, viewer, other);
}

static void tell(struct cardea_room *room, const struct cardea_participant *participant,
                 struct cardea_session *receiver, GHashTable *objects)
{
	json_t *fields = empty_change();
	bool any = false;
	GHashTableIter iter;
	void *seat, *change;
	g_hash_table_iter_init(&iter, room->roster_changes);
	while (g_hash_table_iter_next(&iter, &seat, &change)) {
		if (!concerns(room, participant, seat, (enum change)GPOINTER_TO_INT(change)))
			continue;
		add_change(fields, (enum change)GPOINTER_TO_INT(change), seat,
		           g_hash_table_lookup(objects, seat));
		any = true;
	}
	if (any)
		cardea_session_event(receiver, "roster", fields, NULL);
	else
		json_decref(fields);
}

/* The participant objects of everyone who joined or changed. */
static GHashTable *changed_objects(struct cardea_room *room)
{
	GHashTable *objects =
	        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)json_decref);
	GHashTableIter iter;
	void *seat;
	g_hash_table_iter_init(&iter, room->roster_changes);
	while (g_hash_table_iter_next(&iter, &seat, NULL)) {
		struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
		if (participant)
			g_hash_table_insert(objects, seat, cardea_participant_public(participant));
	}
	return objects;
}

bool cardea_roster_pending(const struct cardea_room *room)
{
	return g_hash_table_size(room->roster_changes) > 0;
}

void cardea_roster_tell(struct cardea_room *room, int64_t now_ms)
{
	if (!cardea_roster_pending(room) || now_ms - room->roster_told_ms < CARDEA_ROSTER_INTERVAL_MS)
		return;
	room->roster_told_ms = now_ms;
	GHashTable *objects = changed_objects(room);
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		tell(room, receiver->participant, receiver, objects);
	g_hash_table_destroy(objects);
	g_hash_table_remove_all(room->roster_changes);
}

/* Tells @participant whom they see now, and whom not. */
static void tell_all(struct cardea_room *room, const struct cardea_participant *participant)
{
	json_t *fields = empty_change();
	GHashTableIter iter;
	void *value;
	if (!participant->handles[CARDEA_RECEIVER]) {
		json_decref(fields);
		return;
	}
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct cardea_participant *other = value;
		if (other == participant || other->claims.hidden)
			continue;
		if (sees(room, participant, other))
			json_array_append_new(json_object_get(fields, "joined"),
			                      cardea_participant_public(other));
		else
			json_array_append_new(json_object_get(fields, "left"),
			                      json_string(cardea_participant_id(other)));
	}
	cardea_session_event(participant->handles[CARDEA_RECEIVER], "roster", fields, NULL);
}

/* Tells @viewer that they see @participant now, or do not. */
static void tell_one(struct cardea_room *room, const struct cardea_participant *viewer,
                     const struct cardea_participant *participant)
{
	json_t *fields = empty_change();
	json_t *object = cardea_participant_public(participant);
	add_change(fields, sees(room, viewer, participant) ? CHANGE_UPDATED : CHANGE_LEFT,
	           cardea_participant_id(participant), object);
	json_decref(object);
	cardea_session_event(viewer->handles[CARDEA_RECEIVER], "roster", fields, NULL);
}

void cardea_roster_reveal(struct cardea_room *room, const struct cardea_participant *participant)
{
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	if (!room->policy.lists_hosts_only) {
		cardea_roster_updated(room, participant);
		return;
	}
	tell_all(room, participant);
	cardea_receivers_init(&receivers, room);
	while (!participant->claims.hidden && (receiver = cardea_receivers_next(&receivers))) {
		if (receiver->participant != participant)
			tell_one(room, receiver->participant, participant);
	}
}

void cardea_roster_reveal_all(struct cardea_room *room)
{
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		tell_all(room, receiver->participant);
}

json_t *cardea_roster_for(struct cardea_room *room, const struct cardea_participant *participant)
{
	json_t *roster = json_array();
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct cardea_participant *other = value;
		if (sees(room, participant, other))
			json_array_append_new(roster, cardea_participant_public(other));
	}
	return roster;
}
