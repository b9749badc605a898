#include "domain/moderation.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/moderation_acts.h"
#include "domain/room_life.h"
#include "domain/room_lock.h"

struct moderation_op {
	struct cardea_op base;
	struct cardea_presented presented;
	bool has_principal;
	struct cardea_principal principal;
	struct cardea_moderation_command command;
	cardea_moderated_h done;
	void *arg;
	/* result */
	struct cardea_principal who;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	struct cardea_session_row session;
	struct cardea_seat_row seat;
	struct cardea_effects effects;
};

static int authenticate(struct cardea_tx *tx, struct moderation_op *op)
{
	if (!op->has_principal) {
		return cardea_authenticate_native(op->base.domain, tx, &op->presented, &op->who,
		                                  &op->tenant);
	}
	op->who = op->principal;
	return cardea_principal_refresh(tx, &op->who, &op->tenant);
}

static int find_room(struct cardea_tx *tx, struct moderation_op *op)
{
	int err = authenticate(tx, op);

	if (!err) {
		err = cardea_grant_room(&op->who, op->command.room);
	}
	if (!err) {
		err = cardea_grant_act(&op->who, CARDEA_ACT_MODERATE);
	}
	if (!err) {
		err = cardea_room_find(tx, op->tenant.id, op->command.room, &op->room);
	}
	if (err || !op->room.session[0]) {
		return err;
	}
	return cardea_store_session_get(tx, op->room.tenant, op->room.session, &op->session);
}

static int act_on_room(struct cardea_tx *tx, struct moderation_op *op,
                       const struct cardea_moderating *at)
{
	const struct cardea_moderation_command *command = &op->command;
	const char *by = cardea_moderating_by(at);

	switch (command->type) {
	case CARDEA_MODERATION_LOCK:
		return cardea_room_lock(tx, at->room, by, at->effects);
	case CARDEA_MODERATION_UNLOCK:
		return cardea_room_unlock(tx, at->room, by);
	case CARDEA_MODERATION_LOCK_ALL:
		return cardea_rights_change_all(tx, at->room, at->session, at->tenant,
		                                &command->permissions.locks, by, at->effects);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

static int act_on_seat(struct cardea_tx *tx, struct moderation_op *op,
                       const struct cardea_moderating *at)
{
	const struct cardea_moderation_command *command = &op->command;
	int err = cardea_moderation_find(tx, at, command->participant, &op->seat);

	if (err) {
		return err;
	}
	switch (command->type) {
	case CARDEA_MODERATION_MUTE:
		return cardea_moderation_mute(tx, at, &op->seat, command->kind, command->muted);
	case CARDEA_MODERATION_PERMIT:
		return cardea_moderation_permit(tx, at, &op->seat, &command->permissions);
	case CARDEA_MODERATION_REMOVE:
		return cardea_moderation_remove(tx, at, &op->seat, command->reason, command->block);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

static int moderate(struct cardea_tx *tx, void *arg)
{
	struct moderation_op *op = arg;
	const struct cardea_moderating at = {&op->who, &op->tenant, &op->room, &op->session,
	                                     &op->effects};
	int err;

	cardea_effects_begin(&op->effects, tx);
	memset(&op->session, 0, sizeof(op->session));
	memset(&op->seat, 0, sizeof(op->seat));
	err = find_room(tx, op);
	if (!err && op->command.type == CARDEA_MODERATION_END) {
		return cardea_moderation_end(tx, &at, op->command.reason);
	}
	CARDEA_REFUSE_IF(SESSION_OVER, !err && !op->room.session[0]);
	if (err) {
		return err;
	}
	return op->command.participant ? act_on_seat(tx, op, &at) : act_on_room(tx, op, &at);
}

static void describe(const struct moderation_op *op, struct cardea_moderated *out)
{
	const struct cardea_standing at = {&op->room, &op->session, &op->seat};

	*out = (struct cardea_moderated){.is_locked = op->room.is_locked,
	                                 .locks = op->session.policy.locks};
	if (!op->seat.id[0]) {
		return;
	}
	out->participant = op->seat.id;
	out->display_name = op->seat.display_name;
	out->role = op->seat.role;
	out->has_publish = op->seat.has_publish;
	out->publish = op->seat.publish;
	out->own = op->seat.locks;
	out->rights = cardea_grant_rights(&at);
}

static void answer(int err, void *arg)
{
	struct moderation_op *op = arg;
	struct cardea_moderated result;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
		describe(op, &result);
	}
	op->done(err, err ? NULL : &result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_moderate(struct cardea_domain *domain, const struct cardea_caller *who,
                           const struct cardea_moderation_command *command, cardea_moderated_h done,
                           void *arg)
{
	struct moderation_op *op = cardea_op_new(domain, sizeof(*op));

	op->presented = cardea_op_presented(&op->base, &who->presented);
	op->has_principal = who->presented.form == CARDEA_PRESENTED_NONE && who->principal;
	if (op->has_principal) {
		op->principal = *who->principal;
	}
	op->command = *command;
	op->command.room = cardea_op_strdup(&op->base, command->room);
	op->command.participant = cardea_op_strdup(&op->base, command->participant);
	op->command.kind = cardea_op_strdup(&op->base, command->kind);
	op->command.reason = cardea_op_strdup(&op->base, command->reason);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, moderate, answer);
}
