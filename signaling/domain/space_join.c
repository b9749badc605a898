/*
 * space_join: from a right to enter to a seat, in three steps (spec/spaces 11), and what becomes of
 * a seat when the right goes.
 */
#include "domain/space_op.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/account_sessions.h"
#include "domain/blocks.h"
#include "domain/grants.h"
#include "domain/rights.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/space_entry.h"

#define SIGNALING_LIFE_S 86400 /* as an access link's; the meeting ends sooner or renews it */

/* ---- step 1 ---- */

static int account_key(const char *account, char out[CARDEA_DIGEST_SIZE])
{
	return cardea_seat_client_key(CARDEA_CLIENT_KEY_ACCOUNT, account, out);
}

/* A user has one seat in a meeting (spec/model I3). */
static int find_own_seat(struct cardea_tx *tx, const struct cardea_space_op *op,
                         const struct cardea_room_row *room, struct cardea_seat_row *out,
                         bool *has_seat)
{
	char digest[CARDEA_DIGEST_SIZE];
	int err;

	*has_seat = false;
	if (op->caller.kind != CARDEA_CALLER_USER) {
		return 0;
	}
	err = account_key(op->caller.account.id, digest);
	if (!err) {
		err = cardea_store_seat_by_client(tx, room->tenant, room->session, digest, out);
	}
	*has_seat = !err;
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

static enum cardea_role role_of(const struct cardea_space_op *op)
{
	if (op->caller.kind == CARDEA_CALLER_LINK) {
		return op->caller.link.is_moderator ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT;
	}
	return cardea_grant_space_seat(op->standing);
}

static int admit(struct cardea_tx *tx, const struct cardea_space_op *op,
                 const struct cardea_room_row *room, const struct cardea_session_row *session,
                 const struct cardea_seat_row *seat, bool *must_wait)
{
	struct cardea_entrant entrant = {
	        .seat = seat,
	        .role = role_of(op),
	        .is_guest = op->caller.kind != CARDEA_CALLER_USER && role_of(op) != CARDEA_ROLE_HOST,
	        .replaces = true, /* nobody connects here */
	        .limit = cardea_capacity_of(room, session, &op->caller.tenant)};
	struct cardea_admission admission;
	struct cardea_block_person person = {0};
	char digest[CARDEA_DIGEST_SIZE];
	int err = cardea_store_seat_count(tx, room->tenant, room->id, &entrant.active);

	if (!err && op->caller.kind == CARDEA_CALLER_USER) {
		err = account_key(op->caller.account.id, digest);
		person.client_key = digest;
		person.user = op->caller.account.id;
	}
	if (op->caller.kind == CARDEA_CALLER_LINK) {
		person.user = op->caller.link.external_user_id;
		person.is_guest = !op->caller.link.is_moderator;
	}
	if (!err) {
		err = cardea_block_find(tx, room, &person, &entrant.is_blocked);
	}
	if (err) {
		return err;
	}
	admission = cardea_admit(room, session, &entrant, cardea_tx_now_ms(tx));
	*must_wait = admission.verdict == CARDEA_WAIT;
	return admission.reason;
}

static int make_seat(struct cardea_tx *tx, const struct cardea_space_op *op,
                     const struct cardea_room_row *room, bool must_wait,
                     struct cardea_seat_row *out)
{
	const struct cardea_space_caller *who = &op->caller;
	bool is_user = who->kind == CARDEA_CALLER_USER;
	char digest[CARDEA_DIGEST_SIZE];
	struct cardea_seat_spec spec = {
	        .display_name = op->command.name,
	        .external_user_id = is_user ? cardea_tx_strdup(tx, who->account.id) : NULL,
	        .role = role_of(op),
	        .admission = must_wait ? CARDEA_SEAT_WAITING : CARDEA_SEAT_ADMITTED,
	        .is_guest = !is_user && role_of(op) != CARDEA_ROLE_HOST,
	        .is_outside = must_wait,
	        .leaves_at = must_wait ? 0 : cardea_tx_now_ms(tx) + CARDEA_SEAT_ENTER_MS};
	int err = is_user ? account_key(who->account.id, digest) : 0;

	if (is_user) {
		spec.client_key = cardea_tx_strdup(tx, digest);
		spec.display_name = spec.display_name ? spec.display_name : who->account.username;
	}
	if (who->kind == CARDEA_CALLER_LINK) {
		spec.display_name = who->link.display_name;
		spec.external_user_id = who->link.external_user_id;
	}
	if (!spec.display_name) {
		return CARDEA_E_VALIDATION;
	}
	return err ? err : cardea_seat_add(tx, room, &spec, out);
}

static int reuse_seat(struct cardea_tx *tx, struct cardea_space_op *op,
                      const struct cardea_room_row *room, const struct cardea_session_row *session,
                      struct cardea_seat_row *seat)
{
	const struct cardea_permissions to = {.has_role = true, .role = role_of(op)};
	int err = seat->is_removed ? cardea_seat_return(tx, seat, CARDEA_SEAT_ADMITTED) : 0;

	return err ? err : cardea_rights_change_seat(tx, room, session, seat, &to, NULL, &op->effects);
}

/* Tokens of the participant itself: for those who have no other that says who they are. */
static int sign_in_seat(struct cardea_tx *tx, struct cardea_space_op *op,
                        const struct cardea_seat_row *seat)
{
	struct cardea_account_claims claims = {.gen = seat->gen};

	if (op->caller.kind != CARDEA_CALLER_LINK && op->caller.kind != CARDEA_CALLER_NOBODY) {
		return 0;
	}
	g_strlcpy(claims.subject, seat->client_id, sizeof(claims.subject));
	memcpy(claims.client, op->caller.claims.client, sizeof(claims.client));
	memcpy(claims.room, op->room.id, sizeof(claims.room));
	return cardea_account_sign_in(op->base.domain, tx, CARDEA_USE_SEAT, &claims, &op->result.seat);
}

static int remember_seat(struct cardea_tx *tx, struct cardea_space_op *op,
                         const struct cardea_seat_row *seat)
{
	struct cardea_space_seat_row row = {0};

	g_strlcpy(row.tenant, seat->tenant, sizeof(row.tenant));
	g_strlcpy(row.id, seat->client_id, sizeof(row.id));
	g_strlcpy(row.seat, seat->id, sizeof(row.seat));
	g_strlcpy(row.object, op->room.id, sizeof(row.object));
	if (op->caller.kind != CARDEA_CALLER_NOBODY) {
		g_strlcpy(row.owner, op->caller.claims.subject, sizeof(row.owner));
	}
	op->result.id = cardea_tx_strdup(tx, row.id);
	return cardea_store_space_seat_insert(tx, &row);
}

static int seat_caller(struct cardea_tx *tx, struct cardea_space_op *op,
                       struct cardea_seat_row *seat)
{
	struct cardea_session_row session;
	struct cardea_room_row room;
	bool has_seat = false, must_wait = false;
	int err = cardea_space_session(op->base.domain, tx, &op->caller.tenant, &op->room, &room,
	                               &session);

	if (!err) {
		err = find_own_seat(tx, op, &room, seat, &has_seat);
	}
	/* Who was removed is admitted anew (spec/spaces 11: there is no block). */
	if (!err) {
		err = admit(tx, op, &room, &session, has_seat && !seat->is_removed ? seat : NULL,
		            &must_wait);
	}
	if (err) {
		return err;
	}
	return has_seat ? reuse_seat(tx, op, &room, &session, seat)
	                : make_seat(tx, op, &room, must_wait, seat);
}

int cardea_space_participant_add(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_space_caller *who = &op->caller;
	struct cardea_seat_row seat;
	int err = cardea_grant_space_entry(op->space.is_public, op->room.is_public, op->standing);

	if (!err && who->kind == CARDEA_CALLER_LINK) {
		err = cardea_space_link_check(&who->link);
	}
	if (!err) {
		err = seat_caller(tx, op, &seat);
	}
	if (!err && who->kind == CARDEA_CALLER_LINK) {
		err = cardea_space_link_use(tx, &who->link, seat.id);
	}
	if (!err) {
		err = remember_seat(tx, op, &seat);
	}
	return err ? err : sign_in_seat(tx, op, &seat);
}

/* ---- steps 2 and 3 ---- */

/* Is the participant the caller's? */
static bool is_own(const struct cardea_space_op *op, const struct cardea_space_seat_row *row)
{
	const struct cardea_account_claims *claims = &op->caller.claims;

	if (op->caller.kind == CARDEA_CALLER_SEAT) {
		return strcmp(claims->subject, row->id) == 0 && strcmp(claims->room, row->object) == 0;
	}
	if (op->caller.kind == CARDEA_CALLER_LINK) {
		return strcmp(op->caller.link.seat, row->seat) == 0; /* of many the last one */
	}
	return strcmp(claims->subject, row->owner) == 0;
}

static int find_seat(struct cardea_tx *tx, const struct cardea_space_op *op,
                     struct cardea_space_seat_row *row, struct cardea_seat_row *seat)
{
	struct cardea_space_room_row room;
	int err = cardea_store_space_seat_get(tx, op->caller.tenant.id, op->command.id, row);

	if (!err) {
		err = cardea_store_space_room_get(tx, row->tenant, row->object, &room);
	}
	CARDEA_REFUSE_IF(NOT_FOUND, !err && strcmp(room.space, op->space.id) != 0);
	CARDEA_REFUSE_IF(NOT_FOUND, !err && op->room.id[0] && strcmp(room.id, op->room.id) != 0);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && !is_own(op, row));
	if (!err) {
		err = cardea_store_seat_get(tx, row->tenant, row->seat, seat);
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && op->caller.kind == CARDEA_CALLER_SEAT &&
	                                          seat->gen != op->caller.claims.gen);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && seat->is_removed);
	return err;
}

/* The right to be there is asked again at every step (spec/spaces 9). */
static int check_entry(struct cardea_tx *tx, const struct cardea_space_op *op,
                       const struct cardea_space_seat_row *row)
{
	struct cardea_space_room_row room;
	unsigned standing = 0;
	int err = cardea_store_space_room_get(tx, row->tenant, row->object, &room);

	if (!err) {
		err = cardea_space_standing(tx, &op->caller, &op->space, &room, &standing);
	}
	if (err || op->caller.kind == CARDEA_CALLER_SEAT) {
		return err; /* a seat's own token goes when the seat is removed */
	}
	return cardea_grant_space_entry(op->space.is_public, room.is_public, standing);
}

int cardea_space_participant_signal(struct cardea_tx *tx, struct cardea_space_op *op)
{
	int64_t now_s = cardea_tx_now_ms(tx) / 1000;
	struct cardea_account_claims claims = {.iat = now_s, .exp = now_s + SIGNALING_LIFE_S};
	struct cardea_space_seat_row row;
	struct cardea_seat_row seat;
	char *token = NULL;
	int err = find_seat(tx, op, &row, &seat);

	if (!err) {
		err = check_entry(tx, op, &row);
	}
	if (!err) {
		err = cardea_account_token_id(cardea_tx_random(tx), claims.jti);
	}
	if (err) {
		return err;
	}
	claims.gen = seat.gen;
	memcpy(claims.subject, row.id, sizeof(claims.subject));
	memcpy(claims.client, op->caller.claims.client, sizeof(claims.client));
	memcpy(claims.room, row.object, sizeof(claims.room));
	err = cardea_account_token_mint(op->base.domain->accounts, CARDEA_USE_SIGNALING, &claims,
	                                &token);
	op->result.signaling_token = cardea_tx_strdup(tx, token);
	g_free(token);
	return err;
}

int cardea_space_participant_join(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_session_row session;
	struct cardea_space_seat_row row;
	struct cardea_seat_row seat;
	int err = find_seat(tx, op, &row, &seat);

	if (!err) {
		err = check_entry(tx, op, &row);
	}
	if (!err) {
		err = cardea_store_session_get(tx, seat.tenant, seat.session, &session);
	}
	CARDEA_REFUSE_IF(SESSION_OVER, !err && session.ended_at != 0);
	return err;
}

/* ---- while a meeting runs ---- */

static int remove_seat(struct cardea_tx *tx, struct cardea_space_op *op,
                       const struct cardea_room_row *room, struct cardea_seat_row *seat)
{
	const struct cardea_seat_removal how = {.reason = "role"};
	int err = cardea_seat_remove(tx, seat, &how);

	cardea_effect_revoke(&op->effects, room, seat, "role", NULL);
	return err;
}

/* Of an account in a meeting that runs. */
static int change_role(struct cardea_tx *tx, struct cardea_space_op *op,
                       const struct cardea_room_row *room, struct cardea_seat_row *seat,
                       enum cardea_role role)
{
	const struct cardea_permissions to = {.has_role = true, .role = role};
	struct cardea_session_row session;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	return err ? err : cardea_rights_change_seat(tx, room, &session, seat, &to, NULL, &op->effects);
}

int cardea_space_apply(struct cardea_tx *tx, struct cardea_space_op *op,
                       const struct cardea_space_room_row *row, const char *account)
{
	char digest[CARDEA_DIGEST_SIZE];
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	unsigned standing = 0;
	int err = cardea_store_room_get(tx, row->tenant, row->room, &room);

	if (err || !room.session[0]) {
		return err;
	}
	err = account_key(account, digest);
	if (!err) {
		err = cardea_store_seat_by_client(tx, room.tenant, room.session, digest, &seat);
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	if (seat.is_removed) {
		return 0;
	}
	err = cardea_space_standing_of(tx, row->tenant, account, row->space, row->id, &standing);
	if (err) {
		return err;
	}
	if (cardea_grant_space_entry(op->space.is_public, row->is_public, standing)) {
		return remove_seat(tx, op, &room, &seat);
	}
	return change_role(tx, op, &room, &seat, cardea_grant_space_seat(standing));
}
