#include "membership.h"

#include "admission.h"
#include "assign.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "control.h"
#include "node.h"
#include "roster.h"

/* Twice what our own client sends as a screen. */
#define UNLIMITED_VIDEO_BPS 5000000

static unsigned handle_index(const struct cardea_session *session)
{
	return atomic_load(&session->kind) == CARDEA_HANDLE_PUBLISH ? CARDEA_PUBLISHER
	                                                            : CARDEA_RECEIVER;
}

static const struct cardea_grant *grant_of(struct cardea_room *room,
                                           const struct cardea_participant *participant)
{
	return g_hash_table_lookup(room->grants, cardea_participant_id(participant));
}

/* ---- sources and rights ---- */

static enum cardea_source_state source_state(const struct cardea_participant *participant,
                                             const struct cardea_source *source)
{
	if (!cardea_source_published(source))
		return CARDEA_SOURCE_GONE;
	if (source->active && participant->rights & source->kind)
		return CARDEA_SOURCE_ACTIVE;
	return CARDEA_SOURCE_INACTIVE;
}

static void report_source(struct cardea_room *room, const struct cardea_participant *participant,
                          const struct cardea_source *source)
{
	static const char *const names[] = {
	        [CARDEA_SOURCE_GONE] = "gone",
	        [CARDEA_SOURCE_INACTIVE] = "inactive",
	        [CARDEA_SOURCE_ACTIVE] = "active",
	};
	cardea_control_report(room, "source",
	                      json_pack("{s:s, s:s, s:s}", "seat", cardea_participant_id(participant),
	                                "kind", cardea_source_kind_name(source->which), "state",
	                                names[source->reported]));
}

/* What the room's policy lets this participant send, as an array by source. */
static const uint32_t *limits_of(const struct cardea_room *room,
                                 const struct cardea_participant *participant)
{
	enum cardea_rank rank = CARDEA_RANK_PARTICIPANT;
	if (participant->claims.role == CARDEA_ROLE_HOST)
		rank = CARDEA_RANK_HOST;
	else if (participant->claims.guest)
		rank = CARDEA_RANK_GUEST;
	return room->policy.max_bps[rank];
}

/* Limits each source, and tells the sender of all video what that comes to. An estimate is for the
 * whole connection, so video without a limit of its own counts with what a browser sends at most.
 */
static void refresh_limits(const struct cardea_room *room,
                           const struct cardea_participant *participant)
{
	const uint32_t *limits = limits_of(room, participant);
	struct cardea_session *publisher = participant->handles[CARDEA_PUBLISHER];
	uint32_t total = 0;
	bool limited = false;
	for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &publisher->sources[i];
		atomic_store(&source->cap.bps, limits[i]);
		if (!source->video || !atomic_load(&source->open))
			continue;
		total += limits[i] ? limits[i] : UNLIMITED_VIDEO_BPS;
		limited |= limits[i] != 0;
	}
	if (publisher)
		atomic_store(&publisher->cap_notice.bps, limited ? total : 0);
}

void cardea_membership_refresh_source(struct cardea_room *room,
                                      struct cardea_participant *participant,
                                      struct cardea_source *source)
{
	enum cardea_source_state state = source_state(participant, source);
	if (state == source->reported)
		return;
	bool open = state == CARDEA_SOURCE_ACTIVE;
	if (open)
		g_ptr_array_add(room->sources, source);
	else if (source->reported == CARDEA_SOURCE_ACTIVE)
		cardea_assign_drop_source(room, source);
	source->reported = state;
	atomic_store(&source->open, open);
	room->assign_needed = true;
	refresh_limits(room, participant);
	report_source(room, participant, source);
	cardea_roster_updated(room, participant);
}

void cardea_membership_mute(struct cardea_room *room, struct cardea_participant *participant,
                            enum cardea_kind kind, bool muted)
{
	struct cardea_session *publisher = participant->handles[CARDEA_PUBLISHER];
	bool any = false;
	/* A screen with its sound. */
	for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &publisher->sources[i];
		if (source->kind != kind || source->active != muted || !cardea_source_published(source))
			continue;
		any = true;
		source->active = !muted;
		source->muted = muted;
		cardea_membership_refresh_source(room, participant, source);
	}
	if (any)
		cardea_session_event(publisher, muted ? "muted" : "unmuted",
		                     json_pack("{s:s}", "kind", cardea_kind_name(kind)), NULL);
}

static void tell_rights(const struct cardea_participant *participant)
{
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		if (participant->handles[i])
			cardea_session_event(participant->handles[i], "rights",
			                     json_pack("{s:o, s:s}", "publish",
			                               cardea_kinds_to_json(participant->rights), "role",
			                               cardea_role_name(participant->claims.role)),
			                     NULL);
	}
}

void cardea_membership_refresh(struct cardea_room *room, struct cardea_participant *participant)
{
	const struct cardea_grant *grant = grant_of(room, participant);
	bool role_changed = cardea_participant_take_role(participant, grant);
	unsigned rights = cardea_participant_rights(participant, grant, room->policy.locks);
	refresh_limits(room, participant);
	/* Subscriptions may have changed too; that is cheap to find out. */
	room->assign_needed = true;
	if (role_changed)
		cardea_roster_reveal(room, participant);
	if (rights == participant->rights && !role_changed)
		return;
	participant->rights = rights;
	struct cardea_session *publisher = participant->handles[CARDEA_PUBLISHER];
	for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++)
		cardea_membership_refresh_source(room, participant, &publisher->sources[i]);
	tell_rights(participant);
}

void cardea_membership_refresh_all(struct cardea_room *room)
{
	GHashTableIter iter;
	void *participant;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &participant))
		cardea_membership_refresh(room, participant);
}

/* ---- leaving ---- */

/* Takes everything of the handle out of the room at once, without a word to the gateways: what it
 * publishes is closed, what it shows is nothing. */
static void withdraw(struct cardea_room *room, struct cardea_session *session)
{
	for (unsigned i = 0; session->sources && i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &session->sources[i];
		if (source->reported == CARDEA_SOURCE_ACTIVE) {
			atomic_store(&source->open, false);
			cardea_assign_drop_source(room, source);
		}
		source->reported = CARDEA_SOURCE_GONE;
	}
	cardea_assign_clear_slots(room, session);
}

/* Takes the handle out of the room; the participant stays. With @report sources are reported gone,
 * which `offline` would imply. */
static void leave_handle(struct cardea_room *room, struct cardea_participant *participant,
                         struct cardea_session *session, bool report)
{
	for (unsigned i = 0; session->sources && i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &session->sources[i];
		cardea_source_bind(source, -1, NULL, CARDEA_CODEC_OPUS, NULL, 0);
		if (report)
			cardea_membership_refresh_source(room, participant, source);
	}
	withdraw(room, session);
	for (unsigned i = 0; i < cardea_session_slots(session); i++)
		cardea_slot_set_up(&session->slots[i], false);
	participant->handles[handle_index(session)] = NULL;
	session->participant = NULL;
	atomic_store(&session->state, CARDEA_STATE_LEFT);
	room->assign_needed = true;
	cardea_stats_add(&cardea_node_stats(room->node)->leaves, 1);
	cardea_session_put(session);
}

static void tell_removed(struct cardea_session *session, const char *reason, const char *text)
{
	json_t *fields = json_pack("{s:s}", "reason", reason);
	if (text)
		json_object_set_new(fields, "text", json_string(text));
	cardea_session_event(session, "removed", fields, NULL);
	cardea_session_close(session);
}

void cardea_membership_take(struct cardea_room *room, struct cardea_participant *participant,
                            const char *reason)
{
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		if (participant->handles[i])
			withdraw(room, participant->handles[i]);
	}
	cardea_control_report(room, "offline",
	                      json_pack("{s:s, s:s, s:s, s:s}", "seat",
	                                cardea_participant_id(participant), "conf_id",
	                                participant->claims.conf_id, "connection",
	                                participant->connection, "reason", reason));
	cardea_roster_left(room, participant);
	void *seat = NULL;
	g_hash_table_steal_extended(room->participants, cardea_participant_id(participant), &seat,
	                            NULL);
	g_free(seat);
	room->assign_needed = true;
}

void cardea_membership_remove(struct cardea_room *room, struct cardea_participant *participant,
                              const char *reason, const char *text,
                              const struct cardea_session *silent)
{
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		struct cardea_session *session = participant->handles[i];
		if (!session)
			continue;
		if (session == silent)
			cardea_session_close(session);
		else
			tell_removed(session, reason, text);
		leave_handle(room, participant, session, false);
	}
	cardea_membership_take(room, participant, reason);
	cardea_participant_free(participant);
}

void cardea_membership_remove_all(struct cardea_room *room, const char *reason, const char *text)
{
	GList *participants = g_hash_table_get_values(room->participants);
	for (GList *link = participants; link; link = link->next)
		cardea_membership_remove(room, link->data, reason, text, NULL);
	g_list_free(participants);
}

void cardea_membership_handle_gone(struct cardea_room *room, struct cardea_session *session)
{
	struct cardea_participant *participant = session->participant;
	if (!participant)
		return;
	if (participant->handles[1 - handle_index(session)])
		leave_handle(room, participant, session, true);
	else
		cardea_membership_remove(room, participant, "hangup", NULL, session);
}

/* ---- joining ---- */

static json_t *online_fields(const struct cardea_participant *participant)
{
	const struct cardea_join_claims *claims = &participant->claims;
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:b}", "seat", claims->sub, "client_id",
	                 claims->client_id, "conf_id", claims->conf_id, "gen", (json_int_t)claims->gen,
	                 "connection", participant->connection, "hidden", (int)claims->hidden);
}

void cardea_membership_put(struct cardea_room *room, struct cardea_participant *participant)
{
	const struct cardea_grant *grant = grant_of(room, participant);
	struct cardea_session *publisher = participant->handles[CARDEA_PUBLISHER];
	participant->told_before = atomic_load(&room->told);
	cardea_participant_take_role(participant, grant);
	participant->rights = cardea_participant_rights(participant, grant, room->policy.locks);
	g_hash_table_insert(room->participants, g_strdup(cardea_participant_id(participant)),
	                    participant);
	cardea_control_report(room, "online", online_fields(participant));
	cardea_roster_joined(room, participant);
	for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++)
		cardea_membership_refresh_source(room, participant, &publisher->sources[i]);
	room->assign_needed = true;
}

/* The seat goes on with a newer token, which may say something else about the person. */
static void renew_seat(struct cardea_room *room, struct cardea_participant *seat,
                       struct cardea_join_claims *claims)
{
	bool hidden = seat->claims.hidden, guest = seat->claims.guest;
	enum cardea_role role = seat->claims.role;
	bool renamed = !g_str_equal(seat->claims.name, claims->name);
	if (claims->hidden && !hidden)
		cardea_roster_left(room, seat);
	cardea_participant_renew(seat, claims);
	cardea_participant_take_role(seat, grant_of(room, seat));
	if (hidden && !seat->claims.hidden)
		cardea_roster_joined(room, seat);
	else if (renamed || guest != seat->claims.guest)
		cardea_roster_updated(room, seat);
	if (role != seat->claims.role)
		cardea_roster_reveal(room, seat);
	cardea_membership_refresh(room, seat);
}

/* The seat's participant for this connection: a new one, or the same with its newest token. */
static struct cardea_participant *take_seat(struct cardea_room *room,
                                            struct cardea_participant *seat,
                                            struct cardea_join_claims *claims,
                                            const char *connection)
{
	if (seat && !g_str_equal(seat->connection, connection)) {
		cardea_membership_remove(room, seat, "replaced", NULL, NULL);
		seat = NULL;
	}
	if (seat) {
		renew_seat(room, seat, claims);
		return seat;
	}
	seat = cardea_participant_new(claims, connection);
	seat->video_codecs = room->policy.video_codecs;
	cardea_membership_put(room, seat);
	return seat;
}

static void take_handle(struct cardea_room *room, struct cardea_participant *participant,
                        struct cardea_session *session, const struct cardea_joining *joining)
{
	unsigned index = joining->kind == CARDEA_HANDLE_PUBLISH ? CARDEA_PUBLISHER : CARDEA_RECEIVER;
	struct cardea_session *old = participant->handles[index];
	if (old) {
		tell_removed(old, "replaced", NULL);
		leave_handle(room, participant, old, true);
	}
	g_strlcpy(session->seat, cardea_participant_id(participant), sizeof(session->seat));
	session->data = joining->data;
	if (joining->kind == CARDEA_HANDLE_PUBLISH)
		cardea_session_make_publish(session, &room->lease_deadline_ms);
	else
		cardea_session_make_receive(session, joining->audio_slots, joining->video_slots);
	participant->handles[index] = cardea_session_get(session);
	session->participant = participant;
	atomic_store(&session->state, CARDEA_STATE_JOINED);
	room->assign_needed = true;
}

int cardea_membership_join(struct cardea_room *room, struct cardea_session *session,
                           const struct cardea_joining *joining, struct cardea_join_claims *claims)
{
	int err = cardea_admission_check(room, claims, joining->connection);
	if (err < 0)
		return err;
	cardea_admission_bind(room, claims, joining->connection);
	/* A newer generation was issued, so older tokens of the seat are dead. */
	cardea_room_raise_gen(room, claims->sub, claims->gen);
	struct cardea_participant *seat = g_hash_table_lookup(room->participants, claims->sub);
	seat = take_seat(room, seat, claims, joining->connection);
	take_handle(room, seat, session, joining);
	cardea_stats_add(&cardea_node_stats(room->node)->joins, 1);
	return 0;
}

json_t *cardea_membership_snapshot(struct cardea_room *room)
{
	json_t *array = json_array();
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct cardea_participant *participant = value;
		json_t *object = online_fields(participant);
		json_object_set_new(object, "sources", cardea_participant_sources(participant));
		json_array_append_new(array, object);
	}
	return array;
}
