/*
 * moves: somebody is sent to another room with their connections.
 *
 * First a command places the target, and its node opens it; until then nothing has changed. Then
 * one command does the rest, and the node is asked. From that commit on the person has left the
 * source, whose seat's generation was raised, and has entered the target, as everybody who holds a
 * join token. So it does not matter what gets lost afterwards, this process included: if the node
 * did move them, its events say so; if not, min_gen of the next `open` of the source ends the old
 * connection (it comes with every hello), and the new seat leaves by itself when nobody came.
 */
#include "domain/moves.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/arrival.h"
#include "domain/blocks.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/media_port.h"
#include "domain/moderation_acts.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "store/media_sessions.h"

struct move_op {
	struct cardea_op base;
	struct cardea_presented presented;
	struct cardea_move_command command;
	struct cardea_node_life offered;
	cardea_moved_h done;
	void *arg;
	/* what the commands found; rows are valid until the end of their command */
	struct cardea_principal who;
	struct cardea_tenant_row tenant;
	struct cardea_room_row from, to;
	struct cardea_session_row from_session, to_session;
	struct cardea_seat_row seat;
	/* results */
	struct cardea_placement placement;
	struct cardea_join_claims claims;
	struct cardea_move move;
	struct cardea_revocation revocation; /* of the old connection, if the node does not move it */
};

/* ---- the commands ---- */

static int find_seat(struct cardea_tx *tx, struct move_op *op)
{
	const struct cardea_moderating at = {&op->who, &op->tenant, &op->from, &op->from_session, NULL};
	int err =
	        cardea_authenticate_native(op->base.domain, tx, &op->presented, &op->who, &op->tenant);

	if (!err) {
		err = cardea_grant_room(&op->who, op->command.room);
	}
	if (!err) {
		err = cardea_grant_act(&op->who, CARDEA_ACT_MODERATE);
	}
	if (!err) {
		err = cardea_room_find(tx, op->tenant.id, op->command.room, &op->from);
	}
	CARDEA_REFUSE_IF(SESSION_OVER, !err && !op->from.session[0]);
	if (!err) {
		err = cardea_store_session_get(tx, op->tenant.id, op->from.session, &op->from_session);
	}
	if (!err) {
		err = cardea_moderation_find(tx, &at, op->command.participant, &op->seat);
	}
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN,
	                 !err && (op->seat.is_removed || op->seat.admission != CARDEA_SEAT_ADMITTED));
	return err;
}

/* The seat that the host who moves has in the target, if any. */
static int check_host(struct cardea_tx *tx, const struct move_op *op)
{
	struct cardea_seat_row own, there;
	int err = cardea_store_seat_get(tx, op->tenant.id, op->who.seat, &own);

	if (err) {
		return err;
	}
	err = CARDEA_E_NOT_FOUND;
	if (own.client_key) {
		err = cardea_store_seat_by_client(tx, op->tenant.id, op->to.session, own.client_key,
		                                  &there);
	}
	if (err == CARDEA_E_NOT_FOUND && own.is_invited) {
		err = cardea_store_seat_by_user(tx, op->tenant.id, op->to.session, own.external_user_id,
		                                &there);
	}
	return err && err != CARDEA_E_NOT_FOUND ? err
	                                        : cardea_grant_move_into(&own, err ? NULL : &there);
}

static int find_target(struct cardea_tx *tx, struct move_op *op)
{
	int err = cardea_room_find(tx, op->tenant.id, op->command.to, &op->to);

	if (!err && op->who.kind == CARDEA_PRINCIPAL_SEAT) {
		err = check_host(tx, op);
	}
	CARDEA_REFUSE_IF(JSON_RANGE, !err && strcmp(op->from.id, op->to.id) == 0);
	CARDEA_REFUSE_IF(SESSION_OVER, !err && !op->to.session[0]);
	return err ? err : cardea_store_session_get(tx, op->tenant.id, op->to.session, &op->to_session);
}

/* Who moves vouches for who is moved; all else is as at every entrance. */
static int admit(struct cardea_tx *tx, const struct move_op *op)
{
	struct cardea_block_person person = cardea_block_person_of(&op->seat);
	struct cardea_entrant entrant = {
	        .role = op->seat.role,
	        .is_hidden = op->seat.is_hidden,
	        .limit = cardea_capacity_of(&op->to, &op->to_session, &op->tenant)};
	int err = cardea_store_seat_count(tx, op->tenant.id, op->to.id, &entrant.active);

	if (!err) {
		err = cardea_block_find(tx, &op->to, &person, &entrant.is_blocked);
	}
	return err ? err
	           : cardea_admit(&op->to, &op->to_session, &entrant, cardea_tx_now_ms(tx)).reason;
}

/* Everything that has to be so, in both commands; the target has its place. */
static int check(struct cardea_tx *tx, struct move_op *op)
{
	int err = find_seat(tx, op);

	if (!err) {
		err = find_target(tx, op);
	}
	if (!err) {
		err = admit(tx, op);
	}
	CARDEA_REFUSE_IF(NOT_CONNECTED, !err && (!op->seat.is_online || !op->from.node[0]));
	if (!err) {
		err = cardea_arrival_place(tx, &op->offered, &op->to);
	}
	CARDEA_REFUSE_IF(NODE_OTHER, !err && (strcmp(op->from.node, op->to.node) != 0 ||
	                                      strcmp(op->from.boot, op->to.boot) != 0));
	return err;
}

static int prepare(struct cardea_tx *tx, void *arg)
{
	struct move_op *op = arg;
	int err = check(tx, op);

	return err ? err : cardea_room_placement(tx, &op->tenant, &op->to, NULL, &op->placement);
}

/* Takes a place as whoever enters does, until its connection is there. */
static int seat_there(struct cardea_tx *tx, const struct move_op *op, struct cardea_seat_row *out)
{
	const struct cardea_seat_row *seat = &op->seat;
	const struct cardea_seat_spec spec = {.display_name = seat->display_name,
	                                      .external_user_id = seat->external_user_id,
	                                      .metadata = seat->metadata,
	                                      .avatar = seat->avatar,
	                                      .locale = seat->locale,
	                                      .role = seat->role,
	                                      .is_guest = seat->is_guest,
	                                      .is_hidden = seat->is_hidden,
	                                      .admission = CARDEA_SEAT_ADMITTED};
	int err = cardea_seat_add(tx, &op->to, &spec, out);

	return err ? err : cardea_seat_enter(tx, out, op->to.node);
}

static void describe(struct move_op *op, const struct cardea_seat_row *there)
{
	const struct cardea_standing standing = {&op->to, &op->to_session, there};
	struct cardea_move *move = &op->move;

	cardea_arrival_claims(op->base.domain, &standing, CARDEA_DUP_REPLACE, &op->claims);
	memcpy(move->at.room, op->from.id, sizeof(move->at.room));
	memcpy(move->at.node, op->from.node, sizeof(move->at.node));
	move->at.epoch = op->from.epoch;
	memcpy(move->seat, op->seat.id, sizeof(move->seat));
	memcpy(move->to_seat, there->id, sizeof(move->to_seat));
	memcpy(move->to_room, there->room, sizeof(move->to_room));
	move->to_gen = there->gen;
	cardea_seat_revocation(&op->from, &op->seat, "moved", &op->revocation);
}

static int commit(struct cardea_tx *tx, void *arg)
{
	struct move_op *op = arg;
	const char *by;
	struct cardea_seat_row there;
	int err = check(tx, op);

	/* Another meeting, or another place, since the node opened it. */
	CARDEA_REFUSE_IF(STORE_CONFLICT, !err && (op->to.epoch != op->placement.epoch ||
	                                          strcmp(op->to.session, op->placement.session) != 0));
	if (!err) {
		err = seat_there(tx, op, &there);
	}
	if (!err) {
		err = cardea_store_media_pass_on(tx, &op->seat, &there);
	}
	by = op->who.kind == CARDEA_PRINCIPAL_SEAT ? op->who.seat : NULL;
	if (!err) {
		err = cardea_seat_move_out(tx, &op->seat, &there, by);
	}
	if (!err) {
		cardea_join_claims_clear(&op->claims);
		err = cardea_arrival_jti(tx, op->claims.jti);
	}
	if (!err) {
		describe(op, &there);
	}
	return err;
}

/* ---- around them ---- */

static void finish(int err, struct move_op *op)
{
	const struct cardea_moved result = {.room = op->move.to_room,
	                                    .participant = op->move.to_seat,
	                                    .display_name = op->claims.name,
	                                    .role = op->claims.role};

	op->done(err, err ? NULL : &result, op->arg);
	cardea_join_claims_clear(&op->claims);
	cardea_op_free(&op->base);
}

static void node_moved(int err, void *arg)
{
	struct move_op *op = arg;

	if (err) {
		cardea_media_revoke(op->base.domain, &op->revocation);
	}
	finish(err, op);
}

static void ask_node(int err, void *arg)
{
	struct move_op *op = arg;
	const struct cardea_media_port *media = &op->base.domain->options.media;
	g_autofree char *token = NULL;

	if (err) {
		finish(err, op);
		return;
	}
	err = cardea_arrival_sign(op->base.domain, &op->claims, &token);
	if (err) {
		node_moved(err, op);
		return;
	}
	op->move.token = token;
	media->move(media->arg, &op->move, node_moved, op);
}

static void opened(int err, void *arg)
{
	struct move_op *op = arg;
	cardea_moved_h done = op->done;
	void *done_arg = op->arg;

	if (err) {
		finish(err, op);
		return;
	}
	err = cardea_op_run(&op->base, commit, ask_node); /* frees it if refused */
	if (err) {
		done(err, NULL, done_arg);
	}
}

static void open_target(int err, void *arg)
{
	struct move_op *op = arg;
	const struct cardea_media_port *media = &op->base.domain->options.media;

	if (err) {
		finish(err, op);
	} else {
		media->open(media->arg, &op->placement, opened, op);
	}
}

int cardea_domain_move(struct cardea_domain *domain, const struct cardea_presented *who,
                       const struct cardea_move_command *command, cardea_moved_h done, void *arg)
{
	struct move_op *op = cardea_op_new(domain, sizeof(*op));

	op->presented = cardea_op_presented(&op->base, who);
	op->command.room = cardea_op_strdup(&op->base, command->room);
	op->command.participant = cardea_op_strdup(&op->base, command->participant);
	op->command.to = cardea_op_strdup(&op->base, command->to);
	op->done = done;
	op->arg = arg;
	cardea_arrival_offer(domain, &op->offered);
	return cardea_op_run(&op->base, prepare, open_target);
}
