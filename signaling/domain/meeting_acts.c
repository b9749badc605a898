/* meeting_acts: what users do in a meeting and to each other (spec/meetings 7, 8, 11, 12.3). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/effects.h"
#include "domain/event_codec.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/meeting_rows.h"
#include "domain/room_life.h"
#include "domain/room_lock.h"
#include "domain/seats.h"

struct act_op {
	struct cardea_op base;
	struct cardea_meeting_caller who;
	const char *user;        /* whom it is about */
	const char *kind, *text; /* of a message; text also the changes of options */
	const char *needed;      /* option that must not be false */
	bool presents;
	cardea_done_h done;
	cardea_meeting_user_h user_done;
	void *arg;
	/* result */
	struct cardea_meeting_rows rows;
	struct cardea_seat_row target;
	struct cardea_effects effects;
};

static void answer(int err, void *arg)
{
	struct act_op *op = arg;
	struct cardea_meeting_user user;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	if (op->user_done) {
		cardea_meeting_show_user(&op->target, &user);
		op->user_done(err, err ? NULL : &user, op->arg);
	} else {
		op->done(err, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct act_op *new_op(struct cardea_domain *domain, const struct cardea_meeting_caller *who,
                             cardea_done_h done, void *arg)
{
	struct act_op *op = cardea_op_new(domain, sizeof(*op));

	op->who.id = cardea_op_strdup(&op->base, who->id);
	op->who.api_key = cardea_op_strdup(&op->base, who->api_key);
	op->done = done;
	op->arg = arg;
	return op;
}

static struct act_op *new_key_op(struct cardea_domain *domain, const char *access_key,
                                 cardea_done_h done, void *arg)
{
	const struct cardea_meeting_caller who = {.id = access_key};

	return new_op(domain, &who, done, arg);
}

/* The meeting in which the holder of the access key may do @act. */
static int find(struct cardea_tx *tx, struct act_op *op, enum cardea_meeting_act act)
{
	int err = cardea_meeting_by_access_key(tx, op->who.id, &op->rows);

	return err ? err : cardea_grant_meeting(&op->rows.session, &op->rows.seat, act);
}

/* The same for calls that an API key may make as well; with that there is no seat. */
static int find_any(struct cardea_tx *tx, struct act_op *op, enum cardea_meeting_act act)
{
	int err = cardea_meeting_by_caller(op->base.domain, tx, &op->who, &op->rows);

	if (err || !op->rows.seat.id[0]) {
		return err;
	}
	return cardea_grant_meeting(&op->rows.session, &op->rows.seat, act);
}

static const char *by(const struct act_op *op)
{
	return op->rows.seat.id[0] ? op->rows.seat.id : NULL;
}

/* ---- a user ---- */

static int get_user(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	int err = cardea_meeting_by_access_key(tx, op->who.id, &op->rows);

	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = cardea_meeting_find_user(tx, &op->rows, op->user, &op->target);
	}
	/* Who waits sees nobody but himself, and only hosts see who waits (spec/meetings 12.2). */
	if (!err && strcmp(op->target.id, op->rows.seat.id) != 0 &&
	    (cardea_grant_meeting(&op->rows.session, &op->rows.seat, CARDEA_MEETING_READ_USER) ||
	     !cardea_grant_sees(&op->rows.session, op->rows.seat.role, op->rows.seat.id, &op->target) ||
	     (op->target.admission != CARDEA_SEAT_ADMITTED &&
	      op->rows.seat.role != CARDEA_ROLE_HOST))) {
		err = CARDEA_E_USER_UNKNOWN;
	}
	return err;
}

int cardea_domain_meeting_user(struct cardea_domain *domain, const char *access_key,
                               const char *user, cardea_meeting_user_h done, void *arg)
{
	struct act_op *op = new_key_op(domain, access_key, NULL, arg);

	op->user = cardea_op_strdup(&op->base, user);
	op->user_done = done;
	return cardea_op_run(&op->base, get_user, answer);
}

/* ---- kick and admit ---- */

static int remove_user(struct cardea_tx *tx, struct act_op *op)
{
	const struct cardea_session_row *session = &op->rows.session;
	int err;

	CARDEA_REFUSE_IF(FORBIDDEN, !session->kick_available);
	if (!op->target.id[0] || op->target.is_removed) {
		return CARDEA_E_USER_UNKNOWN;
	}
	err = cardea_seat_kick(tx, session, &op->target, &(struct cardea_seat_removal){.by = by(op)});
	if (!err) {
		cardea_effect_revoke(&op->effects, &op->rows.room, &op->target, "host", NULL);
	}
	return err;
}

static int kick(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	int err = find(tx, op, CARDEA_MEETING_KICK);

	cardea_effects_begin(&op->effects, tx);
	memset(&op->target, 0, sizeof(op->target));
	if (err) {
		return err;
	}
	err = cardea_meeting_find_user(tx, &op->rows, op->user, &op->target);
	if (err && err != CARDEA_E_USER_UNKNOWN) {
		return err;
	}
	if (!err && op->target.admission == CARDEA_SEAT_WAITING && !op->target.is_removed) {
		return cardea_seat_deny(tx, &op->target, NULL, by(op));
	}
	return remove_user(tx, op);
}

int cardea_domain_meeting_kick(struct cardea_domain *domain, const char *access_key,
                               const char *user, cardea_done_h done, void *arg)
{
	struct act_op *op = new_key_op(domain, access_key, done, arg);

	op->user = cardea_op_strdup(&op->base, user);
	return cardea_op_run(&op->base, kick, answer);
}

static int admit(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	int err = find_any(tx, op, CARDEA_MEETING_ADMIT);

	cardea_effects_begin(&op->effects, tx);
	CARDEA_REFUSE_IF(SESSION_OVER, !err && !op->rows.session.id[0]);
	if (!err) {
		err = cardea_meeting_find_user(tx, &op->rows, op->user, &op->target);
	}
	CARDEA_REFUSE_IF(USER_UNKNOWN, !err && (op->target.is_removed ||
	                                        op->target.admission != CARDEA_SEAT_WAITING));
	CARDEA_REFUSE_IF(ROOM_LOCKED, !err && op->rows.room.is_locked);
	return err ? err : cardea_seat_admit(tx, &op->target, by(op));
}

int cardea_domain_meeting_admit(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, const char *user,
                                cardea_meeting_user_h done, void *arg)
{
	struct act_op *op = new_op(domain, who, NULL, arg);

	op->user = cardea_op_strdup(&op->base, user);
	op->user_done = done;
	return cardea_op_run(&op->base, admit, answer);
}

/* ---- lock ---- */

static int lock(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	int err = find(tx, op, CARDEA_MEETING_LOCK);

	cardea_effects_begin(&op->effects, tx);
	return err ? err : cardea_room_lock(tx, &op->rows.room, by(op), &op->effects);
}

int cardea_domain_meeting_lock(struct cardea_domain *domain, const char *access_key,
                               cardea_done_h done, void *arg)
{
	return cardea_op_run(&new_key_op(domain, access_key, done, arg)->base, lock, answer);
}

/* ---- end ---- */

static int end(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	struct cardea_room_row *room = &op->rows.room;
	int err = find_any(tx, op, CARDEA_MEETING_END);

	cardea_effects_begin(&op->effects, tx);
	CARDEA_REFUSE_IF(ROOM_UNKNOWN, !err && !op->rows.session.id[0]);
	if (err) {
		return err;
	}
	cardea_effect_close(&op->effects, room);
	return cardea_room_end(tx, room, "ended");
}

int cardea_domain_meeting_end(struct cardea_domain *domain, const struct cardea_meeting_caller *who,
                              cardea_done_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, who, done, arg)->base, end, answer);
}

/* ---- messages ---- */

static int send_message(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	struct cardea_event_data data = {.kind = op->kind, .text = op->text};
	int err = find(tx, op, CARDEA_MEETING_SPEAK);

	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = cardea_grant_send(
		        &(struct cardea_standing){&op->rows.room, &op->rows.session, &op->rows.seat},
		        cardea_message_kind_of(op->kind, false));
	}
	if (err) {
		return err;
	}
	data.name = op->rows.seat.display_name;
	return cardea_seat_tell(tx, &op->rows.room, &op->rows.seat, CARDEA_EVENT_MESSAGE_SENT, &data,
	                        &op->effects);
}

int cardea_domain_meeting_message(struct cardea_domain *domain, const char *access_key,
                                  const char *kind, const char *text, cardea_done_h done, void *arg)
{
	struct act_op *op = new_key_op(domain, access_key, done, arg);

	op->kind = cardea_op_strdup(&op->base, kind);
	op->text = cardea_op_strdup(&op->base, text);
	return cardea_op_run(&op->base, send_message, answer);
}

static int ask_mute(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	int err = find(tx, op, CARDEA_MEETING_SPEAK);

	cardea_effects_begin(&op->effects, tx);
	return err ? err
	           : cardea_journal_seat(tx, &op->rows.seat, CARDEA_EVENT_ROOM_MUTE_ASKED, NULL, NULL);
}

int cardea_domain_meeting_ask_mute(struct cardea_domain *domain, const char *access_key,
                                   cardea_done_h done, void *arg)
{
	return cardea_op_run(&new_key_op(domain, access_key, done, arg)->base, ask_mute, answer);
}

/* ---- presentation ---- */

static int present(struct cardea_tx *tx, void *arg)
{
	const struct cardea_event_data nothing = {0};
	struct act_op *op = arg;
	struct cardea_session_row *session = &op->rows.session;
	const struct cardea_seat_row *seat = &op->rows.seat;
	bool is_own;
	int err = find(tx, op, CARDEA_MEETING_SPEAK);

	cardea_effects_begin(&op->effects, tx);
	if (err) {
		return err;
	}
	is_own = strcmp(session->presenter, seat->id) == 0;
	CARDEA_REFUSE_IF(PRESENTER_OTHER, op->presents && session->presenter[0] && !is_own);
	CARDEA_REFUSE_IF(NOT_FOUND, !op->presents && !is_own);
	if (op->presents && is_own) {
		return 0;
	}
	g_strlcpy(session->presenter, op->presents ? seat->id : "", sizeof(session->presenter));
	err = cardea_store_session_update(tx, session);
	if (err) {
		return err;
	}
	return op->presents ? cardea_journal_seat(tx, seat, CARDEA_EVENT_ROOM_PRESENTER, NULL, NULL)
	                    : cardea_journal_room(tx, &op->rows.room, CARDEA_EVENT_ROOM_PRESENTER,
	                                          &nothing, NULL);
}

int cardea_domain_meeting_present(struct cardea_domain *domain, const char *access_key,
                                  bool presents, cardea_done_h done, void *arg)
{
	struct act_op *op = new_key_op(domain, access_key, done, arg);

	op->presents = presents;
	return cardea_op_run(&op->base, present, answer);
}

/* ---- options ---- */

static int change_options(struct cardea_tx *tx, void *arg)
{
	struct act_op *op = arg;
	struct cardea_session_row *session = &op->rows.session;
	struct cardea_event_data data = {0};
	int err = find(tx, op, CARDEA_MEETING_SPEAK);

	cardea_effects_begin(&op->effects, tx);
	CARDEA_REFUSE_IF(NOT_AVAILABLE,
	                 !err && op->needed && cardea_object_is_false(session->options, op->needed));
	if (!err) {
		err = cardea_object_merge(tx, session->options, op->text, &session->options);
	}
	if (!err) {
		err = cardea_store_session_update(tx, session);
	}
	data.text = session->options;
	return err ? err
	           : cardea_journal_room(tx, &op->rows.room, CARDEA_EVENT_ROOM_OPTIONS, &data, NULL);
}

int cardea_domain_meeting_options(struct cardea_domain *domain, const char *access_key,
                                  const char *changes, const char *needed, cardea_done_h done,
                                  void *arg)
{
	struct act_op *op = new_key_op(domain, access_key, done, arg);

	op->needed = cardea_op_strdup(&op->base, needed);
	op->text = cardea_op_strdup(&op->base, changes);
	return cardea_op_run(&op->base, change_options, answer);
}
