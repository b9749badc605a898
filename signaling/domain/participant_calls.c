/* participant_calls: removing, new tokens and changes of one participant. */
#include "domain/participants.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/effects.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/rights.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/tokens.h"
#include "domain/views.h"

struct seat_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_participant_address address;
	struct cardea_participant_change change;
	cardea_participant_done_h done;
	cardea_participant_tokens_h tokens_done;
	cardea_participant_h seat_done;
	void *arg;
	/* result */
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	struct cardea_effects effects;
};

static struct seat_op *new_op(struct cardea_domain *domain, const struct cardea_presented *who,
                              const struct cardea_participant_address *address, void *arg)
{
	struct seat_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->address.room = cardea_op_strdup(&op->base, address->room);
	op->address.participant = cardea_op_strdup(&op->base, address->participant);
	op->arg = arg;
	return op;
}

static int find_room(struct cardea_tx *tx, struct seat_op *op, enum cardea_act act)
{
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &op->principal, &op->tenant);

	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = cardea_grant_act(&op->principal, act);
	}
	if (!err) {
		err = cardea_grant_room(&op->principal, op->address.room);
	}
	return err ? err : cardea_room_find(tx, op->tenant.id, op->address.room, &op->room);
}

/* The host who does it; NULL = the tenant. */
static const char *by(const struct seat_op *op)
{
	return op->principal.seat[0] ? op->principal.seat : NULL;
}

static int find_seat(struct cardea_tx *tx, struct seat_op *op, const char *id)
{
	char *lower = g_ascii_strdown(id, -1);
	int err = cardea_store_seat_get(tx, op->tenant.id, lower, &op->seat);

	g_free(lower);
	if (err == CARDEA_E_NOT_FOUND) {
		return CARDEA_E_PARTICIPANT_UNKNOWN;
	}
	return err ? err : cardea_grant_seat(&op->principal, &op->room, &op->seat);
}

/* Who has left is not there any more (spec/participants 5.3, 5.4). */
static int find_active(struct cardea_tx *tx, struct seat_op *op, enum cardea_act act)
{
	int err = find_room(tx, op, act);

	if (!err) {
		err = find_seat(tx, op, op->address.participant);
	}
	return !err && op->seat.left_at ? CARDEA_E_PARTICIPANT_UNKNOWN : err;
}

/* ---- remove ---- */

static int remove_seat(struct cardea_tx *tx, void *arg)
{
	struct seat_op *op = arg;
	struct cardea_session_row session;
	int err = find_active(tx, op, CARDEA_ACT_PARTICIPANT_REMOVE);

	if (!err) {
		err = cardea_store_session_get(tx, op->tenant.id, op->seat.session, &session);
	}
	/* One's own seat is given up, others' need a meeting that has kicks. */
	if (!err && strcmp(op->principal.seat, op->seat.id) != 0) {
		err = cardea_grant_remove(&op->principal, &session, &op->seat);
	}
	if (err) {
		return err;
	}
	err = cardea_seat_kick(tx, &session, &op->seat, &(struct cardea_seat_removal){.by = by(op)});
	cardea_effect_revoke(&op->effects, &op->room, &op->seat, "host", NULL);
	return err;
}

static void answer_remove(int err, void *arg)
{
	struct seat_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_remove(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     cardea_participant_done_h done, void *arg)
{
	struct seat_op *op = new_op(domain, who, address, arg);

	op->done = done;
	return cardea_op_run(&op->base, remove_seat, answer_remove);
}

/* ---- new tokens ---- */

static int find_for_tokens(struct cardea_tx *tx, void *arg)
{
	return find_active(tx, arg, CARDEA_ACT_PARTICIPANT_TOKENS);
}

static void answer_tokens(int err, void *arg)
{
	struct seat_op *op = arg;
	struct cardea_token_set set = {0};
	struct cardea_participant_tokens result;

	if (!err) {
		err = cardea_token_set_mint(op->base.domain, &op->seat, true, &set);
	}
	result = (struct cardea_participant_tokens){
	        .access = set.access,
	        .refresh = set.refresh,
	        .auth = set.auth,
	        .expires_in_s = op->base.domain->options.access_token_life_s};
	op->tokens_done(err, err ? NULL : &result, op->arg);
	cardea_token_set_clear(&set);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_tokens(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     cardea_participant_tokens_h done, void *arg)
{
	struct seat_op *op = new_op(domain, who, address, arg);

	op->tokens_done = done;
	return cardea_op_run(&op->base, find_for_tokens, answer_tokens);
}

/* ---- update ---- */

/* A new role counts in the running meeting, too. */
static int change_role(struct cardea_tx *tx, struct seat_op *op)
{
	const struct cardea_permissions to = {.has_role = true,
	                                      .role = (enum cardea_role)op->change.role};
	struct cardea_session_row session;
	int err = cardea_store_session_get(tx, op->seat.tenant, op->seat.session, &session);

	return err ? err
	           : cardea_rights_change_seat(tx, &op->room, &session, &op->seat, &to, by(op),
	                                       &op->effects);
}

static int change_seat(struct cardea_tx *tx, struct seat_op *op)
{
	struct cardea_seat_row *seat = &op->seat;
	struct cardea_event_data data = {0};
	int err = op->change.role >= 0 ? change_role(tx, op) : 0;

	if (err) {
		return err;
	}
	if (op->change.display_name) {
		seat->display_name = op->change.display_name;
	}
	data.name = seat->display_name;
	data.role = cardea_role_name(seat->role);
	err = cardea_store_seat_update(tx, seat);
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_UPDATED, &data, NULL);
}

static int update_seat(struct cardea_tx *tx, void *arg)
{
	struct seat_op *op = arg;
	const char *id = op->address.participant;
	int err = find_room(tx, op, CARDEA_ACT_PARTICIPANT_UPDATE);

	if (!err && !id) {
		id = op->principal.seat;
		err = id[0] ? 0 : CARDEA_E_PARTICIPANT_ID_INVALID;
	}
	if (!err) {
		err = cardea_grant_update(&op->principal, id, op->change.role >= 0);
	}
	if (!err) {
		err = find_seat(tx, op, id);
	}
	/* An ended meeting stays as it was (spec/model I2). */
	if (!err && (op->seat.is_removed || strcmp(op->seat.session, op->room.session) != 0)) {
		err = CARDEA_E_PARTICIPANT_UNKNOWN;
	}
	return err ? err : change_seat(tx, op);
}

static void answer_update(int err, void *arg)
{
	struct seat_op *op = arg;
	struct cardea_participant_view view;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
		cardea_view_participant(&op->seat, &view);
	}
	op->seat_done(err, err ? NULL : &view, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_update(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     const struct cardea_participant_change *change,
                                     cardea_participant_h done, void *arg)
{
	struct seat_op *op = new_op(domain, who, address, arg);

	op->change.display_name = cardea_op_strdup(&op->base, change->display_name);
	op->change.role = change->role;
	op->seat_done = done;
	return cardea_op_run(&op->base, update_seat, answer_update);
}
