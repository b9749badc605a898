/* conference_say: a backend says something to the people in a room (spec/plugnmeet 3). */
#include "domain/conferences.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/conference_rows.h"
#include "domain/effects.h"
#include "domain/journal.h"
#include "domain/signed_calls.h"
#include "domain/tellings.h"

struct say_op {
	struct cardea_op base;
	struct cardea_signed who;
	struct cardea_conference_say say;
	cardea_done_h done;
	void *arg;
	/* result */
	struct cardea_conference_rows rows;
	struct cardea_effects effects;
	bool was_heard;
};

/* A message of the log without a sender, to everybody or to the seat @to. */
static int say_to(struct cardea_tx *tx, struct say_op *op, const char *to)
{
	const struct cardea_room_row *room = &op->rows.room;
	const struct cardea_event_data data = {
	        .kind = "chat", .name = op->say.name, .text = op->say.text, .to = to};
	struct cardea_telling telling;
	int64_t id = 0;
	int err = cardea_journal_room(tx, room, CARDEA_EVENT_MESSAGE_SENT, &data, &id);

	op->was_heard = true;
	if (!err && cardea_telling_of(room, id, cardea_tx_now_ms(tx), CARDEA_EVENT_MESSAGE_SENT, &data,
	                              &telling)) {
		cardea_effect_tell(&op->effects, &telling);
	}
	return err;
}

static bool is_meant(const struct say_op *op, const struct cardea_seat_row *seat)
{
	return (op->say.hosts_only && seat->role == CARDEA_ROLE_HOST) ||
	       (op->say.user_id && g_strcmp0(seat->external_user_id, op->say.user_id) == 0);
}

static int say_to_some(struct cardea_tx *tx, struct say_op *op)
{
	const struct cardea_room_row *room = &op->rows.room;
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		if (!seats[i].is_removed && is_meant(op, &seats[i])) {
			err = say_to(tx, op, seats[i].id);
		}
	}
	return err;
}

static int say(struct cardea_tx *tx, void *arg)
{
	struct say_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate_signed(op->base.domain, tx, &op->who, &tenant, NULL);

	cardea_effects_begin(&op->effects, tx);
	op->was_heard = false;
	if (!err) {
		err = cardea_conference_find(tx, tenant.id, op->say.room_id, &op->rows);
	}
	if (err) {
		return err;
	}
	err = op->say.hosts_only || op->say.user_id ? say_to_some(tx, op) : say_to(tx, op, NULL);
	return !err && !op->was_heard ? CARDEA_E_PARTICIPANT_UNKNOWN : err;
}

static void answer(int err, void *arg)
{
	struct say_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_say(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const struct cardea_conference_say *command, cardea_done_h done,
                                 void *arg)
{
	struct say_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_signed(&op->base, who);
	op->say = *command;
	op->say.room_id = cardea_op_strdup(&op->base, command->room_id);
	op->say.user_id = cardea_op_filled(&op->base, command->user_id);
	op->say.name = cardea_op_strdup(&op->base, command->name);
	op->say.text = cardea_op_strdup(&op->base, command->text);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, say, answer);
}
