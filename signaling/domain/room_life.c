/* room_life: finding, making, opening and ending rooms. */
#include "domain/room_life.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/rights.h"
#include "domain/seats.h"
#include "domain/secrets.h"
#include "domain/tellings.h"
#include "store/events.h"
#include "store/nodes.h"

#define MINUTE_MS     INT64_C(60000)
/* For so long a join token may be used. */
#define TOKEN_LIFE_MS (INT64_C(1000) * (CARDEA_JOIN_TOKEN_LIFE_S + CARDEA_TOKEN_LEEWAY_S))

int cardea_room_id_for_name(const char *tenant, const char *name, char out[CARDEA_UUID_SIZE])
{
	char *lower;
	int err = CARDEA_E_INVALID;

	if (strlen(name) > CARDEA_MAX_ROOM_KEY) {
		return CARDEA_E_TOO_LONG;
	}
	if (!g_utf8_validate(name, -1, NULL)) {
		return CARDEA_E_INVALID;
	}
	lower = g_strstrip(g_utf8_strdown(name, -1));
	if (lower[0]) {
		err = cardea_id_uuid5(tenant, lower, strlen(lower), out);
	}
	g_free(lower);
	return err;
}

static int find_by_id(struct cardea_tx *tx, const char *tenant, const char *id,
                      struct cardea_room_row *out)
{
	char *lower = g_ascii_strdown(id, -1);
	int err = cardea_store_room_get(tx, tenant, lower, out);

	g_free(lower);
	return !err && out->status == CARDEA_ROOM_ROW_DELETED ? CARDEA_E_NOT_FOUND : err;
}

static int find_by_name(struct cardea_tx *tx, const char *tenant, const char *name,
                        struct cardea_room_row *out)
{
	char id[CARDEA_UUID_SIZE];
	int err = cardea_room_id_for_name(tenant, name, id);

	if (!err) {
		err = cardea_store_room_by_name(tx, tenant, name, out);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		err = cardea_store_room_by_key(tx, tenant, name, out);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		err = find_by_id(tx, tenant, id, out);
	}
	return err;
}

int cardea_room_find_key(struct cardea_tx *tx, const char *tenant, const char *key,
                         struct cardea_room_row *out)
{
	int err = cardea_store_room_by_key(tx, tenant, key, out);

	if (err == CARDEA_E_NOT_FOUND && cardea_id_is_uuid(key)) {
		err = find_by_id(tx, tenant, key, out);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		err = cardea_store_room_by_name(tx, tenant, key, out);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		return CARDEA_E_ROOM_UNKNOWN;
	}
	return err ? err : cardea_seat_settle(tx, out);
}

int cardea_room_find(struct cardea_tx *tx, const char *tenant, const char *id_or_name,
                     struct cardea_room_row *out)
{
	int err = cardea_id_is_uuid(id_or_name) ? find_by_id(tx, tenant, id_or_name, out)
	                                        : find_by_name(tx, tenant, id_or_name, out);

	if (err == CARDEA_E_NOT_FOUND) {
		return CARDEA_E_ROOM_UNKNOWN;
	}
	return err ? err : cardea_seat_settle(tx, out);
}

/* One more active room: is there a place for it? */
static int check_limit(struct cardea_tx *tx, const struct cardea_tenant_row *tenant)
{
	int64_t active = 0;
	int err;

	if (tenant->max_concurrent_rooms <= 0) {
		return 0;
	}
	err = cardea_store_room_count_active(tx, tenant->id, &active);
	if (!err && active >= tenant->max_concurrent_rooms) {
		err = CARDEA_E_CONCURRENT_ROOMS;
	}
	return err;
}

struct cardea_session_spec cardea_session_spec_of(const struct cardea_tenant_row *tenant)
{
	return (struct cardea_session_spec){
	        .empty_timeout_ms = tenant->empty_room_timeout_minutes * MINUTE_MS,
	        .has_guest_token = true,
	        .has_begun = true,
	        .kick_available = true,
	        .lock_available = true,
	};
}

static int describe_session(struct cardea_tx *tx, const struct cardea_session_spec *spec,
                            const struct cardea_room_row *room, struct cardea_session_row *out)
{
	int64_t now = cardea_tx_now_ms(tx);
	int err;

	*out = (struct cardea_session_row){
	        .started_at = now,
	        .begun_at = spec->has_begun ? now : 0,
	        .empty_timeout_ms = spec->empty_timeout_ms,
	        .empties_at = spec->empty_timeout_ms > 0 ? now + spec->empty_timeout_ms : 0,
	        .waiting_room = spec->waiting_room,
	        .kick_available = spec->kick_available,
	        .lock_available = spec->lock_available,
	        .options = spec->options,
	        .policy = spec->policy,
	        .ends_at = spec->duration_ms > 0 ? now + spec->duration_ms : 0,
	        .metadata = spec->metadata,
	        .welcome_text = spec->welcome_text,
	        .exit_url = spec->exit_url,
	        .waiting_text = spec->waiting_text,
	        .has_made_ids = spec->has_made_ids,
	        .is_early_empty = spec->is_early_empty};
	g_strlcpy(out->tenant, room->tenant, sizeof(out->tenant));
	g_strlcpy(out->room, room->id, sizeof(out->room));
	err = cardea_id_uuid7(cardea_tx_random(tx), now, out->id);
	return err ? err : cardea_id_object_id(cardea_tx_random(tx), now, out->conf_id);
}

/* A new session with a guest token of its own becomes the room's running one; neither row is
 * written.
 */
static int make_session(struct cardea_tx *tx, const struct cardea_seal *seal,
                        const struct cardea_session_spec *spec, struct cardea_room_row *room,
                        struct cardea_session_row *out)
{
	const struct cardea_secret_place place = {"sessions", out->id, "guest_token"};
	int err = describe_session(tx, spec, room, out);

	if (!err && spec->has_guest_token) {
		err = cardea_secret_issue(seal, tx, room->tenant, CARDEA_CREDENTIAL_GUEST_TOKEN, &place,
		                          &out->guest_token);
	}
	g_strlcpy(room->session, out->id, sizeof(room->session));
	room->status = CARDEA_ROOM_ROW_ACTIVE;
	room->is_locked = false;
	room->started_at = out->started_at;
	room->ended_at = 0;
	room->updated_at = out->started_at;
	return err;
}

static int new_row(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                   const struct cardea_room_spec *spec, struct cardea_room_row *out)
{
	int64_t now = cardea_tx_now_ms(tx);

	*out = (struct cardea_room_row){.key = spec->key,
	                                .name = spec->name,
	                                .status = CARDEA_ROOM_ROW_ACTIVE,
	                                .max_participants = spec->config.max_participants,
	                                .recording_enabled = spec->config.recording_enabled,
	                                .chat_enabled = spec->config.chat_enabled,
	                                .config_extra = spec->config.extra,
	                                .created_at = now,
	                                .updated_at = now};
	g_strlcpy(out->tenant, tenant->id, sizeof(out->tenant));
	if (spec->id) {
		g_strlcpy(out->id, spec->id, sizeof(out->id));
		return 0;
	}
	return cardea_id_uuid7(cardea_tx_random(tx), now, out->id);
}

/* Puts a new row into the store. A room that is made from a name has the id of the one before it,
 * which was deleted: it goes on with its log and the number of its placements, which nodes compare.
 */
static int put_row(struct cardea_tx *tx, const struct cardea_room_spec *spec,
                   struct cardea_room_row *row)
{
	struct cardea_room_row before;
	int err = spec->id ? cardea_store_room_get(tx, row->tenant, row->id, &before)
	                   : CARDEA_E_NOT_FOUND;

	if (err == CARDEA_E_NOT_FOUND) {
		return cardea_store_room_insert(tx, row);
	}
	if (!err && before.status != CARDEA_ROOM_ROW_DELETED) {
		return CARDEA_E_STORE_CONFLICT;
	}
	row->epoch = before.epoch;
	return err ? err : cardea_store_room_update(tx, row);
}

int cardea_room_schedule(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                         const struct cardea_room_spec *spec, const struct cardea_room_times *times,
                         struct cardea_room_row *out)
{
	const struct cardea_event_data data = {.name = spec->name};
	int err = new_row(tx, tenant, spec, out);

	out->status = CARDEA_ROOM_ROW_SCHEDULED;
	out->scheduled_start_at = times->start_at;
	out->scheduled_end_at = times->end_at;
	out->allow_early_join_minutes = times->allow_early_join_minutes;
	if (!err) {
		err = put_row(tx, spec, out);
	}
	return err ? err : cardea_journal_room(tx, out, CARDEA_EVENT_ROOM_SCHEDULED, &data, NULL);
}

int cardea_room_make(struct cardea_tx *tx, const struct cardea_seal *seal,
                     const struct cardea_tenant_row *tenant, const struct cardea_room_spec *spec,
                     struct cardea_room_row *out, struct cardea_session_row *session)
{
	const struct cardea_event_data data = {.name = spec->name};
	int err = check_limit(tx, tenant);

	if (!err) {
		err = new_row(tx, tenant, spec, out);
	}
	if (!err) {
		err = make_session(tx, seal, &spec->session, out, session);
	}
	if (!err) {
		err = put_row(tx, spec, out);
	}
	if (!err) {
		err = cardea_store_session_insert(tx, session);
	}
	return err ? err : cardea_journal_room(tx, out, CARDEA_EVENT_ROOM_CREATED, &data, NULL);
}

int cardea_room_open(struct cardea_tx *tx, const struct cardea_seal *seal,
                     const struct cardea_tenant_row *tenant, const struct cardea_session_spec *spec,
                     struct cardea_room_row *room, struct cardea_session_row *session)
{
	const struct cardea_event_data data = {.name = room->name};
	int err = check_limit(tx, tenant);

	if (!err) {
		err = make_session(tx, seal, spec, room, session);
	}
	if (!err) {
		err = cardea_store_session_insert(tx, session);
	}
	if (!err) {
		err = cardea_store_room_update(tx, room);
	}
	return err ? err : cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_OPENED, &data, NULL);
}

int cardea_room_begin(struct cardea_tx *tx, const struct cardea_room_row *room)
{
	const struct cardea_event_data nothing = {0};
	const struct cardea_seat_row *waiting = NULL;
	struct cardea_session_row session;
	size_t count = 0;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	if (err || session.begun_at) {
		return err;
	}
	session.begun_at = cardea_tx_now_ms(tx);
	err = cardea_store_session_update(tx, &session);
	if (!err) {
		err = cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_BEGUN, &nothing, NULL);
	}
	/* While it is locked nobody is let in (spec/meetings 12.3). */
	if (!err && !session.waiting_room && !room->is_locked) {
		err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_WAITING, &waiting,
		                             &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = waiting[i];

		err = cardea_seat_admit(tx, &seat, NULL);
	}
	return err;
}

static int all_leave(struct cardea_tx *tx, const struct cardea_room_row *room)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ACTIVE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		seat.left_at = cardea_tx_now_ms(tx);
		seat.leaves_at = 0;
		seat.hand = 0;
		err = cardea_store_seat_update(tx, &seat);
	}
	return err;
}

int cardea_room_end(struct cardea_tx *tx, struct cardea_room_row *room, const char *reason)
{
	const struct cardea_event_data data = {.reason = reason};
	int64_t now = cardea_tx_now_ms(tx);
	int err = cardea_seat_all_offline(tx, room, "closed");

	if (!err) {
		err = all_leave(tx, room);
	}
	if (!err) {
		err = cardea_store_session_end(tx, room->tenant, room->session, now);
	}
	if (!err) {
		err = cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_ENDED, &data, NULL);
	}
	room->session[0] = '\0';
	room->status = CARDEA_ROOM_ROW_ENDED;
	room->ended_at = now;
	room->updated_at = now;
	/* The next session is another meeting: nodes learn that by the epoch of its placement. */
	room->node[0] = '\0';
	room->boot[0] = '\0';
	return err ? err : cardea_store_room_update(tx, room);
}

int cardea_room_delete(struct cardea_tx *tx, struct cardea_room_row *room)
{
	const struct cardea_event_data nothing = {0};
	int err = room->status == CARDEA_ROOM_ROW_ACTIVE ? cardea_room_end(tx, room, "deleted") : 0;

	if (!err) {
		err = cardea_store_room_delete(tx, room->tenant, room->id);
	}
	return err ? err : cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_DELETED, &nothing, NULL);
}

/* No join token of it is alive: who comes back gets a new one, and the room is opened again. */
static bool is_long_gone(const struct cardea_tx *tx, const struct cardea_seat_row *seat)
{
	return seat->left_at && cardea_tx_now_ms(tx) - seat->left_at > TOKEN_LIFE_MS;
}

/* The node is told again of whoever is not as their token says; so long meetings with many people
 * do not make it more and more. */
static void describe_changed(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const struct cardea_session_row *session, const char *entering,
                             const struct cardea_seat_row *seats, size_t count,
                             struct cardea_placement *out)
{
	struct cardea_min_gen *min_gen = cardea_tx_alloc(tx, count * sizeof(*min_gen));
	struct cardea_seat_grant *grants = cardea_tx_alloc(tx, count * sizeof(*grants));

	for (size_t i = 0; i < count; i++) {
		const struct cardea_standing at = {room, session, &seats[i]};

		if (is_long_gone(tx, &seats[i])) {
			continue;
		}
		if (seats[i].gen > 0) {
			struct cardea_min_gen *raised = &min_gen[out->min_gen_count++];

			memcpy(raised->seat, seats[i].id, sizeof(raised->seat));
			raised->gen = seats[i].gen;
		}
		if (seats[i].rights_event > 0 && (!entering || strcmp(entering, seats[i].id) == 0)) {
			grants[out->grant_count++] = cardea_rights_grant(&at);
		}
	}
	out->min_gen = min_gen;
	out->grants = grants;
}

int cardea_room_placement(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                          const struct cardea_room_row *room, const char *entering,
                          struct cardea_placement *out)
{
	const struct cardea_seat_row *changed = NULL;
	struct cardea_session_row session;
	size_t count = 0;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	if (!err) {
		err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_CHANGED, &changed,
		                             &count);
	}

	if (err) {
		return err;
	}
	*out = (struct cardea_placement){.epoch = room->epoch,
	                                 .policy = cardea_rights_policy(room, &session, tenant)};
	describe_changed(tx, room, &session, entering, changed, count, out);
	memcpy(out->room, room->id, sizeof(out->room));
	memcpy(out->tenant, room->tenant, sizeof(out->tenant));
	memcpy(out->session, room->session, sizeof(out->session));
	memcpy(out->node, room->node, sizeof(out->node));
	memcpy(out->boot, room->boot, sizeof(out->boot));
	err = cardea_telling_hands(tx, room, &out->hands);
	if (!err) {
		err = cardea_store_event_last(tx, room->tenant, room->id, &out->told);
	}
	if (err) {
		return err;
	}
	return cardea_store_node_event_last(tx, room->tenant, room->node, room->boot, room->id,
	                                    &out->ingested);
}
