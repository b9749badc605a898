/* waiting: who waits to be let in, and what hosts do about it (spec/native 5). */
#include "domain/waiting.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/effects.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/seats.h"

struct waiting_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_waiting_command command;
	/* What is done to @seat; the command has one of them, or none. */
	int (*act)(struct cardea_tx *tx, struct waiting_op *op, struct cardea_seat_row *seat);
	cardea_waiting_h done;
	cardea_waiting_list_h list_done;
	void *arg;
	/* result */
	struct cardea_principal principal;
	struct cardea_room_row room;
	const struct cardea_seat_row *seats;
	size_t count;
	struct cardea_effects effects;
};

/* Who calls, and the room that the call is about. */
static int find_room(struct cardea_tx *tx, struct waiting_op *op)
{
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate_native(op->base.domain, tx, &op->who, &op->principal, &tenant);

	op->seats = NULL;
	op->count = 0;
	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = cardea_grant_room(&op->principal, op->command.room);
	}
	if (!err) {
		err = cardea_grant_act(&op->principal, CARDEA_ACT_ADMISSION);
	}
	return err ? err : cardea_room_find(tx, tenant.id, op->command.room, &op->room);
}

static const char *by(const struct waiting_op *op)
{
	return op->principal.kind == CARDEA_PRINCIPAL_SEAT ? op->principal.seat : NULL;
}

static int list_seats(struct cardea_tx *tx, struct waiting_op *op)
{
	return cardea_store_seat_list(tx, op->room.tenant, op->room.id, CARDEA_SEATS_WAITING,
	                              &op->seats, &op->count);
}

/* ---- the list ---- */

static int list(struct cardea_tx *tx, void *arg)
{
	struct waiting_op *op = arg;
	int err = find_room(tx, op);

	return err ? err : list_seats(tx, op);
}

static void answer_list(int err, void *arg)
{
	struct waiting_op *op = arg;
	struct cardea_waiting_person *people = NULL;

	if (!err) {
		people = g_new0(struct cardea_waiting_person, op->count);
	}
	for (size_t i = 0; people && i < op->count; i++) {
		const struct cardea_seat_row *seat = &op->seats[i];

		/* Who waits is outside since then: who was put back, for a shorter time than registered. */
		people[i] = (struct cardea_waiting_person){.participant = seat->id,
		                                           .name = seat->display_name,
		                                           .since = MAX(seat->joined_at, seat->left_at)};
	}
	op->list_done(err, people, err ? 0 : op->count, op->arg);
	g_free(people);
	cardea_op_free(&op->base);
}

/* ---- acts ---- */

static int admit(struct cardea_tx *tx, struct waiting_op *op, struct cardea_seat_row *seat)
{
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, seat->is_removed);
	if (seat->admission == CARDEA_SEAT_ADMITTED) {
		return 0;
	}
	CARDEA_REFUSE_IF(ROOM_LOCKED, op->room.is_locked);
	op->count++;
	return cardea_seat_admit(tx, seat, by(op));
}

static int deny(struct cardea_tx *tx, struct waiting_op *op, struct cardea_seat_row *seat)
{
	if (seat->admission == CARDEA_SEAT_DENIED) {
		return 0;
	}
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN,
	                 seat->is_removed || seat->admission != CARDEA_SEAT_WAITING);
	return cardea_seat_deny(tx, seat, op->command.reason, by(op));
}

static int put_back(struct cardea_tx *tx, struct waiting_op *op, struct cardea_seat_row *seat)
{
	int err;

	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, seat->is_removed);
	if (seat->admission == CARDEA_SEAT_WAITING) {
		return 0;
	}
	err = cardea_grant_put_back(seat);
	if (!err) {
		err = cardea_seat_put_back(tx, seat, by(op));
	}
	if (!err) {
		cardea_effect_revoke(&op->effects, &op->room, seat, "waiting", NULL);
	}
	return err;
}

static int act_on_one(struct cardea_tx *tx, struct waiting_op *op)
{
	struct cardea_seat_row seat;
	int err = cardea_store_seat_get(tx, op->room.tenant, op->command.participant, &seat);

	if (!err && (seat.is_hidden || strcmp(seat.session, op->room.session) != 0)) {
		err = CARDEA_E_NOT_FOUND;
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? CARDEA_E_PARTICIPANT_UNKNOWN : err;
	}
	return op->act(tx, op, &seat);
}

static int act_on_all(struct cardea_tx *tx, struct waiting_op *op)
{
	const struct cardea_seat_row *seats;
	size_t count;
	int err = list_seats(tx, op);

	seats = op->seats;
	count = op->count;
	op->count = 0;
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		err = op->act(tx, op, &seat);
	}
	return err;
}

static int act(struct cardea_tx *tx, void *arg)
{
	struct waiting_op *op = arg;
	int err = find_room(tx, op);

	CARDEA_REFUSE_IF(SESSION_OVER, !err && !op->room.session[0]);
	if (err) {
		return err;
	}
	return op->command.participant ? act_on_one(tx, op) : act_on_all(tx, op);
}

static void answer_act(int err, void *arg)
{
	struct waiting_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

/* ---- the calls ---- */

static struct waiting_op *new_op(struct cardea_domain *domain, const struct cardea_presented *who,
                                 const char *room, void *arg)
{
	struct waiting_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->command.room = cardea_op_strdup(&op->base, room);
	op->arg = arg;
	return op;
}

static struct waiting_op *new_act(struct cardea_domain *domain, const struct cardea_presented *who,
                                  const struct cardea_waiting_command *command,
                                  cardea_waiting_h done, void *arg)
{
	struct waiting_op *op = new_op(domain, who, command->room, arg);

	op->command.participant = cardea_op_strdup(&op->base, command->participant);
	op->command.reason = cardea_op_strdup(&op->base, command->reason);
	op->done = done;
	return op;
}

int cardea_domain_waiting_list(struct cardea_domain *domain, const struct cardea_presented *who,
                               const char *room, cardea_waiting_list_h done, void *arg)
{
	struct waiting_op *op = new_op(domain, who, room, arg);

	op->list_done = done;
	return cardea_op_run(&op->base, list, answer_list);
}

int cardea_domain_waiting_admit(struct cardea_domain *domain, const struct cardea_presented *who,
                                const struct cardea_waiting_command *command, cardea_waiting_h done,
                                void *arg)
{
	struct waiting_op *op = new_act(domain, who, command, done, arg);

	op->act = admit;
	return cardea_op_run(&op->base, act, answer_act);
}

int cardea_domain_waiting_deny(struct cardea_domain *domain, const struct cardea_presented *who,
                               const struct cardea_waiting_command *command, cardea_waiting_h done,
                               void *arg)
{
	struct waiting_op *op = new_act(domain, who, command, done, arg);

	op->act = deny;
	return cardea_op_run(&op->base, act, answer_act);
}

int cardea_domain_waiting_put_back(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const struct cardea_waiting_command *command,
                                   cardea_waiting_h done, void *arg)
{
	struct waiting_op *op = new_act(domain, who, command, done, arg);

	op->act = put_back;
	return cardea_op_run(&op->base, act, answer_act);
}
