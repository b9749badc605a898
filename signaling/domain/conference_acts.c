/* conference_acts: what somebody in a room does with their join token. */
#include "domain/conference_acts.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/conference_rows.h"
#include "domain/conference_tokens.h"
#include "domain/domain_private.h"
#include "domain/journal.h"
#include "domain/moderation_acts.h"
#include "domain/seats.h"

struct act_op {
	struct cardea_op base;
	const char *token;
	struct cardea_conference_act act;
	cardea_done_h done;
	cardea_conference_admission_h verified;
	void *arg;
	/* result */
	struct cardea_conference_ticket ticket;
	struct cardea_tenant_row tenant;
	struct cardea_conference_rows rows;
	struct cardea_principal who;
	struct cardea_effects effects;
};

/* ---- who calls ---- */

static int unknown(int err)
{
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_AUTH_TOKEN : err;
}

/* The session that the token is of, which must be the running one (Decision N2). */
static int find_session(struct cardea_tx *tx, struct act_op *op)
{
	struct cardea_conference_ticket *ticket = &op->ticket;
	int err = cardea_conference_token_verify(op->base.domain, tx, op->token, ticket);

	if (!err) {
		err = unknown(cardea_store_tenant_get(tx, ticket->tenant, &op->tenant));
	}
	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && !op->tenant.is_active);
	if (!err) {
		err = unknown(
		        cardea_store_session_get(tx, ticket->tenant, ticket->session, &op->rows.session));
	}
	if (!err) {
		err = unknown(
		        cardea_store_room_get(tx, ticket->tenant, op->rows.session.room, &op->rows.room));
	}
	CARDEA_REFUSE_IF(SESSION_OVER, !err && strcmp(op->rows.room.session, op->rows.session.id) != 0);
	return err ? err : cardea_seat_settle(tx, &op->rows.room);
}

/* The seat of the token, which may be another one by now that the same user has. */
static int find_seat(struct cardea_tx *tx, const struct act_op *op, struct cardea_seat_row *out)
{
	int err = cardea_store_seat_get(tx, op->ticket.tenant, op->ticket.seat, out);

	if (!err && strcmp(out->session, op->rows.session.id) != 0) {
		err = CARDEA_E_NOT_FOUND;
	}
	return err;
}

static int find_caller(struct cardea_tx *tx, struct act_op *op)
{
	struct cardea_seat_row seat;
	int err = find_session(tx, op);

	if (!err) {
		err = unknown(find_seat(tx, op, &seat));
	}
	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && (seat.is_removed || op->ticket.gen < seat.removed_gen));
	if (!err) {
		op->who = (struct cardea_principal){.kind = CARDEA_PRINCIPAL_SEAT, .role = seat.role};
		memcpy(op->who.tenant, seat.tenant, sizeof(op->who.tenant));
		memcpy(op->who.room, seat.room, sizeof(op->who.room));
		memcpy(op->who.seat, seat.id, sizeof(op->who.seat));
	}
	return err;
}

/* ---- about somebody ---- */

static struct cardea_moderating moderating(struct act_op *op)
{
	return (struct cardea_moderating){.who = &op->who,
	                                  .tenant = &op->tenant,
	                                  .room = &op->rows.room,
	                                  .session = &op->rows.session,
	                                  .effects = &op->effects};
}

/* Somebody of this room (Decision N11) who is there or waits. */
static int find_target(struct cardea_tx *tx, const struct act_op *op, struct cardea_seat_row *out)
{
	const struct cardea_session_row *session = &op->rows.session;
	int err = cardea_store_seat_by_user(tx, session->tenant, session->id, op->act.user_id, out);
	bool is_there = !err && (!out->left_at || out->admission == CARDEA_SEAT_WAITING);

	return err && err != CARDEA_E_NOT_FOUND ? err : is_there ? 0 : CARDEA_E_PARTICIPANT_UNKNOWN;
}

/* Everybody else whom @one is meant for. */
static int each_other(struct cardea_tx *tx, struct act_op *op, enum cardea_seat_filter filter,
                      int (*one)(struct cardea_tx *tx, struct act_op *op,
                                 struct cardea_seat_row *seat))
{
	const struct cardea_room_row *room = &op->rows.room;
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, room->tenant, room->id, filter, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		if (strcmp(seat.id, op->who.seat) != 0) {
			err = one(tx, op, &seat);
		}
	}
	return err;
}

static int mute_one(struct cardea_tx *tx, struct act_op *op, struct cardea_seat_row *seat)
{
	const struct cardea_moderating at = moderating(op);

	return cardea_moderation_mute(tx, &at, seat, op->act.kind, op->act.is_on);
}

static int mute_if_admitted(struct cardea_tx *tx, struct act_op *op, struct cardea_seat_row *seat)
{
	return seat->admission == CARDEA_SEAT_ADMITTED ? mute_one(tx, op, seat) : 0;
}

static int approve_one(struct cardea_tx *tx, struct act_op *op, struct cardea_seat_row *seat)
{
	CARDEA_REFUSE_IF(ROOM_LOCKED, op->rows.room.is_locked);
	return seat->admission == CARDEA_SEAT_WAITING ? cardea_seat_admit(tx, seat, op->who.seat) : 0;
}

static struct cardea_lock_changes lock_changes(const struct act_op *op)
{
	return (struct cardea_lock_changes){.set = op->act.lock,
	                                    .on = op->act.is_on ? op->act.lock : 0};
}

static int lock_one(struct cardea_tx *tx, struct act_op *op, struct cardea_seat_row *seat)
{
	const struct cardea_moderating at = moderating(op);
	const struct cardea_permissions to = {.locks = lock_changes(op)};

	return cardea_moderation_permit(tx, &at, seat, &to);
}

static int lock_all(struct cardea_tx *tx, struct act_op *op)
{
	const struct cardea_lock_changes changes = lock_changes(op);

	return cardea_rights_change_all(tx, &op->rows.room, &op->rows.session, &op->tenant, &changes,
	                                op->who.seat, &op->effects);
}

static int act_on_all(struct cardea_tx *tx, struct act_op *op)
{
	switch (op->act.type) {
	case CARDEA_CONFERENCE_MUTE:
		return each_other(tx, op, CARDEA_SEATS_VISIBLE_ACTIVE, mute_if_admitted);
	case CARDEA_CONFERENCE_APPROVE:
		return each_other(tx, op, CARDEA_SEATS_WAITING, approve_one);
	case CARDEA_CONFERENCE_LOCK:
		return lock_all(tx, op);
	default:
		return CARDEA_E_PARTICIPANT_UNKNOWN;
	}
}

static int present(struct cardea_tx *tx, struct act_op *op, const struct cardea_seat_row *seat)
{
	const struct cardea_moderating at = moderating(op);

	return cardea_moderation_present(tx, &at, seat);
}

/* Whoever takes the presentation from somebody has it (spec/plugnmeet 8). */
static int demote(struct cardea_tx *tx, struct act_op *op)
{
	struct cardea_seat_row own;
	int err = find_seat(tx, op, &own);

	return err ? err : present(tx, op, &own);
}

static int remove_one(struct cardea_tx *tx, struct act_op *op, struct cardea_seat_row *seat)
{
	const struct cardea_moderating at = moderating(op);

	return cardea_moderation_remove(tx, &at, seat, op->act.text,
	                                op->act.is_on ? CARDEA_BLOCK_MEETING : CARDEA_BLOCK_NONE);
}

static int act_on_one(struct cardea_tx *tx, struct act_op *op)
{
	struct cardea_seat_row seat;
	int err = find_target(tx, op, &seat);

	if (err) {
		return err;
	}
	switch (op->act.type) {
	case CARDEA_CONFERENCE_MUTE:
		return mute_one(tx, op, &seat);
	case CARDEA_CONFERENCE_REMOVE:
		return remove_one(tx, op, &seat);
	case CARDEA_CONFERENCE_PROMOTE:
		return present(tx, op, &seat);
	case CARDEA_CONFERENCE_DEMOTE:
		return demote(tx, op);
	case CARDEA_CONFERENCE_LOCK:
		return lock_one(tx, op, &seat);
	case CARDEA_CONFERENCE_APPROVE:
		return approve_one(tx, op, &seat);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

/* ---- about the room ---- */

static int set_waiting_text(struct cardea_tx *tx, struct act_op *op)
{
	op->rows.session.waiting_text = op->act.text;
	return cardea_store_session_update(tx, &op->rows.session);
}

static int act(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	struct cardea_moderating at;
	int err = find_caller(tx, op);

	cardea_effects_begin(&op->effects, tx);
	if (err || op->act.type == CARDEA_CONFERENCE_NOTHING) {
		return err;
	}
	err = cardea_grant_act(&op->who, CARDEA_ACT_MODERATE);
	CARDEA_REFUSE_IF(ROOM_MISMATCH,
	                 !err && op->act.room_id && strcmp(op->act.room_id, op->ticket.room_id) != 0);
	if (err) {
		return err;
	}
	at = moderating(op);
	switch (op->act.type) {
	case CARDEA_CONFERENCE_END:
		return cardea_moderation_end(tx, &at, NULL);
	case CARDEA_CONFERENCE_WAITING_TEXT:
		return set_waiting_text(tx, op);
	default:
		return op->act.user_id ? act_on_one(tx, op) : act_on_all(tx, op);
	}
}

static void answer_act(int err, void *arg)
{
	struct act_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_act(struct cardea_domain *domain, const char *token,
                                 const struct cardea_conference_act *command, cardea_done_h done,
                                 void *arg)
{
	struct act_op *op = cardea_op_new(domain, sizeof(*op));

	op->token = cardea_op_strdup(&op->base, token);
	op->act = *command;
	op->act.room_id = cardea_op_strdup(&op->base, command->room_id);
	op->act.user_id = cardea_op_strdup(&op->base, command->user_id);
	op->act.kind = cardea_op_strdup(&op->base, command->kind);
	op->act.text = cardea_op_filled(&op->base, command->text);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, act, answer_act);
}

/* ---- verify ---- */

static int check_place(struct cardea_tx *tx, const struct act_op *op,
                       const struct cardea_seat_row *seat)
{
	int64_t limit = cardea_capacity_of(&op->rows.room, &op->rows.session, &op->tenant);
	int64_t taken = 0;
	int err = cardea_store_seat_count(tx, seat->tenant, seat->room, &taken);

	CARDEA_REFUSE_IF(CAPACITY, !err && limit > 0 && !seat->is_hidden && taken >= limit &&
	                                   !cardea_grant_has_place(seat, cardea_tx_now_ms(tx)));
	return err;
}

static int verify(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	struct cardea_block_person person = {0};
	struct cardea_seat_row seat;
	int err = find_session(tx, op);

	if (!err) {
		person.user = op->ticket.user_id;
		err = cardea_block_check(tx, &op->rows.room, &person);
	}
	if (!err) {
		err = find_seat(tx, op, &seat);
	}
	CARDEA_REFUSE_IF(NOT_FOUND, !err && (seat.is_removed || op->ticket.gen < seat.removed_gen));
	CARDEA_REFUSE_IF(IN_USE, !err && seat.is_online);
	return err ? err : check_place(tx, op, &seat);
}

static void answer_verify(int err, void *arg)
{
	struct act_op *op = arg;
	const struct cardea_conference_admission result = {.room_id = op->ticket.room_id,
	                                                   .user_id = op->ticket.user_id};

	op->verified(err, err ? NULL : &result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_verify(struct cardea_domain *domain, const char *token,
                                    cardea_conference_admission_h done, void *arg)
{
	struct act_op *op = cardea_op_new(domain, sizeof(*op));

	op->token = cardea_op_strdup(&op->base, token);
	op->verified = done;
	op->arg = arg;
	return cardea_op_run(&op->base, verify, answer_verify);
}
