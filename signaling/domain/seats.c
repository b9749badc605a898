/* seats: the life of a participant. */
#include "domain/seats.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "domain/effects.h"
#include "domain/journal.h"
#include "domain/secrets.h"
#include "domain/tellings.h"

int cardea_seat_client_key(enum cardea_client_key_origin origin, const char *key,
                           char out[CARDEA_DIGEST_SIZE])
{
	static const char *const origins[] = {[CARDEA_CLIENT_KEY_PAGE] = "page:",
	                                      [CARDEA_CLIENT_KEY_LINK] = "link:",
	                                      [CARDEA_CLIENT_KEY_ACCOUNT] = "account:"};
	char *text = g_strconcat(origins[origin], key, NULL);
	int err = cardea_digest_hex(text, out);

	explicit_bzero(text, strlen(text));
	g_free(text);
	return err;
}

int cardea_seat_add(struct cardea_tx *tx, const struct cardea_room_row *room,
                    const struct cardea_seat_spec *spec, struct cardea_seat_row *out)
{
	int64_t now = cardea_tx_now_ms(tx);
	struct cardea_event_data data = {.name = spec->display_name,
	                                 .role = cardea_role_name(spec->role),
	                                 .is_guest = spec->is_guest};
	const char *type = spec->admission == CARDEA_SEAT_WAITING ? CARDEA_EVENT_PARTICIPANT_WAITING
	                                                          : CARDEA_EVENT_PARTICIPANT_ADDED;
	int err;

	*out = (struct cardea_seat_row){.display_name = spec->display_name,
	                                .external_user_id = spec->external_user_id,
	                                .metadata = spec->metadata,
	                                .client_key = spec->client_key,
	                                .avatar = spec->avatar,
	                                .locale = spec->locale,
	                                .role = spec->role,
	                                .admission = spec->admission,
	                                .is_guest = spec->is_guest,
	                                .is_hidden = spec->is_hidden,
	                                .is_invited = spec->is_invited,
	                                .joined_at = now,
	                                .left_at = spec->is_outside ? now : 0,
	                                .created_at = now,
	                                .leaves_at = spec->leaves_at,
	                                .locks = spec->locks,
	                                .has_publish = spec->has_publish,
	                                .publish = spec->publish};
	g_strlcpy(out->tenant, room->tenant, sizeof(out->tenant));
	g_strlcpy(out->room, room->id, sizeof(out->room));
	g_strlcpy(out->session, room->session, sizeof(out->session));
	err = cardea_id_uuid7(cardea_tx_random(tx), now, out->id);
	if (!err) {
		err = cardea_id_object_id(cardea_tx_random(tx), now, out->client_id);
	}
	if (!err && spec->key_seal) {
		const struct cardea_secret_place place = {"participants", out->id, "access_key"};

		err = cardea_secret_issue(spec->key_seal, tx, out->tenant, CARDEA_CREDENTIAL_ACCESS_KEY,
		                          &place, &out->access_key);
	}
	if (!err) {
		err = cardea_journal_seat(tx, out, type, &data, &out->ordinal);
		out->admitted_by_event = spec->admission == CARDEA_SEAT_ADMITTED ? out->ordinal : 0;
	}
	/* With rights of its own from the start: its node is told of them. */
	if (spec->locks.set || spec->has_publish) {
		out->rights_event = out->ordinal;
	}
	return err ? err : cardea_store_seat_insert(tx, out);
}

int cardea_seat_online(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *connection)
{
	const struct cardea_event_data data = {.connection = connection};
	int err;

	seat->is_online = true;
	seat->is_present = true;
	seat->connection = connection;
	seat->left_at = 0;
	seat->leaves_at = 0;
	err = cardea_store_seat_update(tx, seat);
	if (err) {
		return err;
	}
	return cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_ONLINE, &data, NULL);
}

/* The time after which an empty meeting ends counts from the last one who was there. */
static int postpone_end(struct cardea_tx *tx, const struct cardea_seat_row *seat)
{
	return cardea_store_session_postpone(tx, seat->tenant, seat->session, cardea_tx_now_ms(tx));
}

/* Who is not there any more presents nothing. */
static int stop_presenting(struct cardea_tx *tx, const struct cardea_seat_row *seat)
{
	bool was_presenter = false;
	int err = cardea_store_session_clear_presenter(tx, seat->tenant, seat->session, seat->id,
	                                               &was_presenter);

	return err || !was_presenter ? err
	                             : cardea_journal_around(tx, seat, CARDEA_EVENT_ROOM_PRESENTER);
}

static int leave(struct cardea_tx *tx, struct cardea_seat_row *seat, int64_t at)
{
	int err;

	seat->left_at = at;
	seat->leaves_at = 0;
	seat->hand = 0;
	err = cardea_store_seat_update(tx, seat);
	if (!err) {
		err = postpone_end(tx, seat);
	}
	if (!err) {
		err = stop_presenting(tx, seat);
	}
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_LEFT, NULL, NULL);
}

int cardea_seat_offline(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason)
{
	int64_t now = cardea_tx_now_ms(tx);
	const struct cardea_event_data data = {.connection = seat->connection, .reason = reason};
	int err;

	seat->is_online = false;
	seat->leaves_at = seat->left_at ? 0 : now + CARDEA_SEAT_GRACE_MS;
	err = cardea_store_seat_update(tx, seat);
	if (!err) {
		err = cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_OFFLINE, &data, NULL);
	}
	if (!err && !seat->left_at && reason && strcmp(reason, "left") == 0) {
		err = leave(tx, seat, now);
	}
	return err;
}

int cardea_seat_come_back(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	int err;

	seat->left_at = 0;
	seat->leaves_at = 0;
	err = cardea_store_seat_update(tx, seat);
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_RETURNED, NULL, NULL);
}

int cardea_seat_enter(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *node)
{
	const struct cardea_event_data data = {.node = node};
	const char *event = seat->left_at && seat->is_present ? CARDEA_EVENT_PARTICIPANT_RETURNED
	                                                      : CARDEA_EVENT_PARTICIPANT_ENTERED;
	int64_t number = 0;
	int err = cardea_journal_seat(tx, seat, event, &data, &number);

	if (seat->is_removed) {
		seat->admitted_by_event = number; /* what came meanwhile is not for it */
	}
	seat->left_at = 0;
	seat->is_removed = false;
	seat->moved_to[0] = '\0';
	if (!seat->is_online) {
		seat->leaves_at = cardea_tx_now_ms(tx) + CARDEA_SEAT_ENTER_MS;
	}
	return err ? err : cardea_store_seat_update(tx, seat);
}

static int set_admission(struct cardea_tx *tx, struct cardea_seat_row *seat,
                         enum cardea_seat_admission admission, const char *event,
                         const struct cardea_event_data *data)
{
	int64_t number = 0;
	int err = cardea_journal_seat(tx, seat, event, data, &number);

	seat->admission = admission;
	if (admission == CARDEA_SEAT_ADMITTED) {
		seat->admitted_by_event = number;
	}
	return err ? err : cardea_store_seat_update(tx, seat);
}

int cardea_seat_admit(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *by)
{
	const struct cardea_event_data data = {.by = by};

	return set_admission(tx, seat, CARDEA_SEAT_ADMITTED, CARDEA_EVENT_PARTICIPANT_ADMITTED, &data);
}

int cardea_seat_keep_place(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	int64_t now = cardea_tx_now_ms(tx);

	/* They ask every few seconds, which is not worth a write each. */
	if (seat->leaves_at - now > CARDEA_SEAT_WAIT_MS / 2) {
		return 0;
	}
	seat->leaves_at = now + CARDEA_SEAT_WAIT_MS;
	return cardea_store_seat_update(tx, seat);
}

/* Nobody holds anything of the seat any more: no place, no token. */
static void empty(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	seat->gen++;
	seat->is_present = false;
	seat->leaves_at = 0;
	seat->hand = 0;
	if (!seat->left_at) {
		seat->left_at = cardea_tx_now_ms(tx);
	}
}

int cardea_seat_put_back(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *by)
{
	struct cardea_event_data data = {.by = by, .name = seat->display_name};
	int err = stop_presenting(tx, seat);

	empty(tx, seat);
	data.gen = seat->gen;
	if (!err) {
		err = set_admission(tx, seat, CARDEA_SEAT_WAITING, CARDEA_EVENT_PARTICIPANT_WAITING, &data);
	}
	return err ? err : postpone_end(tx, seat);
}

int cardea_seat_shut_out(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	struct cardea_event_data data = {.reason = "locked"};
	int err;

	empty(tx, seat);
	data.gen = seat->gen;
	err = cardea_store_seat_update(tx, seat);
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_LEFT, &data, NULL);
}

int cardea_seat_move_out(struct cardea_tx *tx, struct cardea_seat_row *seat,
                         const struct cardea_seat_row *to, const char *by)
{
	struct cardea_event_data data = {.reason = "moved", .by = by};
	int err = stop_presenting(tx, seat);

	empty(tx, seat);
	g_strlcpy(seat->moved_to, to->id, sizeof(seat->moved_to));
	data.gen = seat->gen;
	if (!err) {
		err = cardea_store_seat_update(tx, seat);
	}
	if (!err) {
		err = postpone_end(tx, seat);
	}
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_LEFT, &data, NULL);
}

int cardea_seat_deny(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason,
                     const char *by)
{
	const struct cardea_event_data data = {.by = by, .reason = reason};

	empty(tx, seat);
	seat->is_removed = true;
	seat->removed_gen = seat->gen;
	seat->denial = reason;
	return set_admission(tx, seat, CARDEA_SEAT_DENIED, CARDEA_EVENT_PARTICIPANT_DENIED, &data);
}

int cardea_seat_return(struct cardea_tx *tx, struct cardea_seat_row *seat,
                       enum cardea_seat_admission admission)
{
	const struct cardea_event_data data = {.name = seat->display_name};
	const char *event = admission == CARDEA_SEAT_WAITING ? CARDEA_EVENT_PARTICIPANT_WAITING
	                                                     : CARDEA_EVENT_PARTICIPANT_ADDED;

	seat->is_removed = false;
	seat->denial = NULL;
	return set_admission(tx, seat, admission, event, &data);
}

int cardea_seat_hand(struct cardea_tx *tx, struct cardea_seat_row *seat, bool is_raised,
                     const char *by)
{
	const struct cardea_event_data data = {.by = by};
	const char *type = is_raised ? CARDEA_EVENT_HAND_RAISED : CARDEA_EVENT_HAND_LOWERED;
	int64_t number = 0;
	int err = cardea_journal_seat(tx, seat, type, &data, &number);

	seat->hand = is_raised ? number : 0;
	return err ? err : cardea_store_seat_update(tx, seat);
}

int cardea_seat_remove(struct cardea_tx *tx, struct cardea_seat_row *seat,
                       const struct cardea_seat_removal *how)
{
	struct cardea_event_data data = {
	        .reason = how->reason, .by = how->by, .text = how->text, .block = how->block};
	int err;

	empty(tx, seat);
	seat->is_removed = true;
	seat->removed_gen = seat->gen;
	data.gen = seat->gen;
	err = cardea_store_seat_update(tx, seat);
	if (!err) {
		err = stop_presenting(tx, seat);
	}
	if (!err) {
		err = postpone_end(tx, seat);
	}
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_REMOVED, &data, NULL);
}

int cardea_seat_kick(struct cardea_tx *tx, const struct cardea_session_row *session,
                     struct cardea_seat_row *seat, const struct cardea_seat_removal *how)
{
	struct cardea_seat_removal kick = *how;

	kick.reason = "host";
	if (session->waiting_room && seat->is_guest) {
		seat->admission = CARDEA_SEAT_WAITING;
	}
	return cardea_seat_remove(tx, seat, &kick);
}

int cardea_seat_find_visible(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const char *id, struct cardea_seat_row *out)
{
	int err = cardea_store_seat_get(tx, room->tenant, id, out);

	if (!err && (out->is_removed || out->is_hidden || out->admission != CARDEA_SEAT_ADMITTED ||
	             strcmp(out->session, room->session) != 0)) {
		err = CARDEA_E_NOT_FOUND;
	}
	return err;
}

int cardea_seat_tell(struct cardea_tx *tx, const struct cardea_room_row *room,
                     const struct cardea_seat_row *seat, const char *type,
                     const struct cardea_event_data *data, struct cardea_effects *effects)
{
	struct cardea_event_data about = *data;
	struct cardea_telling telling;
	int64_t id = 0;
	int err = cardea_journal_seat(tx, seat, type, data, &id);

	about.participant = cardea_tx_strdup(tx, seat->id);
	if (!err && cardea_telling_of(room, id, cardea_tx_now_ms(tx), type, &about, &telling)) {
		cardea_effect_tell(effects, &telling);
	}
	return err;
}

bool cardea_seat_revocation(const struct cardea_room_row *room, const struct cardea_seat_row *seat,
                            const char *reason, struct cardea_revocation *out)
{
	*out = (struct cardea_revocation){.epoch = room->epoch, .min_gen = seat->gen, .reason = reason};
	memcpy(out->room, room->id, sizeof(out->room));
	memcpy(out->node, room->node, sizeof(out->node));
	memcpy(out->seat, seat->id, sizeof(out->seat));
	return room->node[0] != '\0';
}

int cardea_seat_settle(struct cardea_tx *tx, const struct cardea_room_row *room)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_OVERDUE, &seats,
	                                 &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		err = leave(tx, &seat, seat.leaves_at);
	}
	return err;
}

int cardea_seat_all_offline(struct cardea_tx *tx, const struct cardea_room_row *room,
                            const char *reason)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		err = cardea_seat_offline(tx, &seat, reason);
	}
	return err;
}
