/* conference_invites: a backend seats somebody and gets a token for them (spec/plugnmeet 5). */
#include "domain/conferences.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/blocks.h"
#include "domain/conference_rows.h"
#include "domain/conference_tokens.h"
#include "domain/effects.h"
#include "domain/journal.h"
#include "domain/seats.h"
#include "domain/signed_calls.h"

struct invite_op {
	struct cardea_op base;
	struct cardea_signed who;
	struct cardea_conference_invite invite;
	cardea_conference_token_h done;
	void *arg;
	/* result */
	struct cardea_conference_rows rows;
	struct cardea_seat_row seat;
	const char *user_id, *secret;
	struct cardea_effects effects;
};

/* The user id that counts: the caller's, or one of ours where the room makes them. */
static int choose_id(struct cardea_tx *tx, struct invite_op *op)
{
	char made[CARDEA_UUID_SIZE];
	int err;

	op->user_id = op->invite.user_id;
	if (!op->rows.session.has_made_ids || op->invite.keeps_id) {
		return op->invite.id_fault;
	}
	err = cardea_id_uuid(cardea_tx_random(tx), made);
	op->user_id = cardea_tx_strdup(tx, made);
	return err;
}

/* Hosts carry no locks and never wait (spec/model I6). */
static enum cardea_seat_admission admission_of(const struct invite_op *op)
{
	return op->rows.session.waiting_room && !op->invite.is_host ? CARDEA_SEAT_EXPECTED
	                                                            : CARDEA_SEAT_ADMITTED;
}

static struct cardea_locks locks_of(const struct invite_op *op)
{
	const struct cardea_locks none = {0};

	return op->invite.is_host ? none : op->invite.locks;
}

static int add_seat(struct cardea_tx *tx, struct invite_op *op)
{
	const struct cardea_conference_invite *invite = &op->invite;
	const struct cardea_seat_spec spec = {
	        .display_name = invite->name,
	        .external_user_id = op->user_id,
	        .metadata = invite->metadata,
	        .avatar = invite->avatar,
	        .locale = invite->locale,
	        .locks = locks_of(op),
	        .role = invite->is_host ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT,
	        .admission = admission_of(op),
	        .is_hidden = invite->is_hidden,
	        .is_outside = true,
	        .is_invited = true,
	};

	return cardea_seat_add(tx, &op->rows.room, &spec, &op->seat);
}

/* Whoever is in the room by that id now has to leave, whether the new token is used or not. */
static int drop(struct cardea_tx *tx, struct invite_op *op)
{
	static const char text[] = "notifications.room-disconnected-duplicate-entry";
	const struct cardea_seat_removal how = {.reason = "duplicate", .text = text};
	int err = cardea_seat_remove(tx, &op->seat, &how);

	cardea_effect_revoke(&op->effects, &op->rows.room, &op->seat, "duplicate", text);
	return err;
}

/* Let in once is let in, until the next removal. */
static enum cardea_seat_admission admission_again(const struct invite_op *op)
{
	return admission_of(op) == CARDEA_SEAT_ADMITTED ? CARDEA_SEAT_ADMITTED : op->seat.admission;
}

static int seat_again(struct cardea_tx *tx, struct invite_op *op)
{
	const struct cardea_conference_invite *invite = &op->invite;
	struct cardea_seat_row *seat = &op->seat;

	seat->display_name = invite->name;
	seat->avatar = invite->avatar;
	seat->locale = invite->locale;
	seat->metadata = invite->metadata;
	seat->locks = locks_of(op);
	seat->role = invite->is_host ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT;
	seat->is_hidden = invite->is_hidden;
	if (!seat->rights_event) {
		seat->rights_event =
		        seat->ordinal; /* its node is told what it does not have from the token */
	}
	return cardea_seat_return(tx, seat, admission_again(op));
}

/* True if somebody presents who is there. */
static int has_presenter(struct cardea_tx *tx, const struct cardea_session_row *session, bool *out)
{
	struct cardea_seat_row seat;
	int err;

	*out = false;
	if (!session->presenter[0]) {
		return 0;
	}
	err = cardea_store_seat_get(tx, session->tenant, session->presenter, &seat);
	*out = !err && !seat.left_at;
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

/* The first host presents, unless nobody can see him (spec/plugnmeet 8); who is no such host any
 * more does not. */
static int choose_presenter(struct cardea_tx *tx, struct invite_op *op)
{
	struct cardea_session_row *session = &op->rows.session;
	bool may_present = op->invite.is_host && !op->invite.is_hidden;
	bool presents = strcmp(session->presenter, op->seat.id) == 0;
	bool has_one = false;
	int err;

	if (may_present == presents) {
		return 0;
	}
	err = may_present ? has_presenter(tx, session, &has_one) : 0;
	if (err || has_one) {
		return err;
	}
	g_strlcpy(session->presenter, may_present ? op->seat.id : "", sizeof(session->presenter));
	err = cardea_store_session_update(tx, session);
	if (err) {
		return err;
	}
	return may_present ? cardea_journal_seat(tx, &op->seat, CARDEA_EVENT_ROOM_PRESENTER, NULL, NULL)
	                   : cardea_journal_around(tx, &op->seat, CARDEA_EVENT_ROOM_PRESENTER);
}

static int find_room(struct cardea_tx *tx, struct invite_op *op, const char *tenant)
{
	const struct cardea_block_person person = {.user = op->invite.user_id};
	int err = cardea_conference_find(tx, tenant, op->invite.room_id, &op->rows);

	/* The list of who is blocked dies with the session, so a room that does not run has none. */
	if (err) {
		return err == CARDEA_E_SESSION_OVER ? CARDEA_E_ROOM_UNKNOWN : err;
	}
	return cardea_block_check(tx, &op->rows.room, &person);
}

/*
 * Whose seat the call decides about: its own, or that of a user whom the same tenant registered. In
 * the other dialects ids are chosen by guests and by participants, who hold credentials of those
 * seats and shall gain nothing by what is asked here for a user of that name (spec/model I15).
 */
static bool is_ours(const struct cardea_seat_row *seat)
{
	return seat->is_invited || (seat->access_key.data && !seat->is_guest);
}

static int take_seat(struct cardea_tx *tx, struct invite_op *op)
{
	const struct cardea_session_row *session = &op->rows.session;
	int err = cardea_store_seat_by_user(tx, session->tenant, session->id, op->user_id, &op->seat);

	if (err && err != CARDEA_E_NOT_FOUND) {
		return err;
	}
	if (err || op->seat.is_guest || (op->seat.left_at && !is_ours(&op->seat))) {
		err = add_seat(tx, op);
	} else if (op->seat.left_at) {
		err = seat_again(tx, op);
	} else {
		err = drop(tx, op);
		err = err ? err : add_seat(tx, op);
	}
	return err ? err : choose_presenter(tx, op);
}

static int invite(struct cardea_tx *tx, void *arg)
{
	struct invite_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate_signed(op->base.domain, tx, &op->who, &tenant, &op->secret);

	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = find_room(tx, op, tenant.id);
	}
	if (!err) {
		err = op->invite.fault;
	}
	if (!err) {
		err = choose_id(tx, op);
	}
	return err ? err : take_seat(tx, op);
}

static int mint(const struct invite_op *op, char **token)
{
	const struct cardea_conference_claims claims = {.key = op->who.key,
	                                                .name = op->invite.name,
	                                                .user_id = op->user_id,
	                                                .room_id = op->invite.room_id,
	                                                .sid = op->rows.session.id,
	                                                .seat = op->seat.id,
	                                                .gen = op->seat.gen,
	                                                .is_host = op->invite.is_host,
	                                                .is_hidden = op->invite.is_hidden,
	                                                .client_type = op->invite.client_type};

	return cardea_conference_token_mint(&claims, op->secret,
	                                    cardea_clock_wall_ms(op->base.domain->options.clock) / 1000,
	                                    token);
}

static void answer(int err, void *arg)
{
	struct invite_op *op = arg;
	char *token = NULL;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
		err = mint(op, &token);
	}
	op->done(err, token, op->arg);
	g_free(token);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_invite(struct cardea_domain *domain, const struct cardea_signed *who,
                                    const struct cardea_conference_invite *command,
                                    cardea_conference_token_h done, void *arg)
{
	struct invite_op *op = cardea_op_new(domain, sizeof(*op));
	struct cardea_conference_invite *copy = &op->invite;

	op->who = cardea_op_signed(&op->base, who);
	*copy = *command;
	copy->room_id = cardea_op_strdup(&op->base, command->room_id);
	copy->name = cardea_op_strdup(&op->base, command->name);
	copy->user_id = cardea_op_strdup(&op->base, command->user_id);
	copy->avatar = cardea_op_filled(&op->base, command->avatar);
	copy->locale = cardea_op_filled(&op->base, command->locale);
	copy->metadata = cardea_op_strdup(&op->base, command->metadata);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, invite, answer);
}
