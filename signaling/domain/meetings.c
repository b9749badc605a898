/* meetings: registering in a meeting, and the meeting as its users see it (spec/meetings 7). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/call_tokens.h"
#include "domain/meeting_rows.h"
#include "domain/permalink_rows.h"
#include "domain/registration.h"
#include "domain/room_life.h"

struct meeting_op {
	struct cardea_op base;
	struct cardea_meeting_start command; /* of a guest: user only */
	const char *credential;              /* guest token, access key or permalink's user token */
	bool follows;
	cardea_meeting_h done;
	void *arg;
	/* result */
	struct cardea_meeting_rows rows;
	struct cardea_meeting meeting;
};

/* ---- a regular user ---- */

static int start(struct cardea_tx *tx, void *arg)
{
	struct meeting_op *op = arg;
	int err;

	memset(&op->rows, 0, sizeof(op->rows));
	err = cardea_meeting_tenant(op->base.domain, tx, op->command.api_key, &op->rows.tenant);
	if (!err) {
		err = cardea_registration_open(op->base.domain, tx, &op->command, &op->rows);
	}
	if (!err) {
		err = cardea_registration_add(op->base.domain, tx, &op->command.user, false, &op->rows);
	}
	return err ? err : cardea_meeting_show(op->base.domain, tx, &op->rows, &op->meeting);
}

static int start_permalink(struct cardea_tx *tx, void *arg)
{
	struct meeting_op *op = arg;
	int err = cardea_permalink_start(op->base.domain, tx, op->credential, &op->rows);

	return err ? err : cardea_meeting_show(op->base.domain, tx, &op->rows, &op->meeting);
}

/* ---- a guest ---- */

static int add_guest(struct cardea_tx *tx, void *arg)
{
	struct meeting_op *op = arg;
	int err = cardea_meeting_by_guest_token(tx, op->credential, &op->rows);

	/* Everybody, guests who were in as well: those have their access key (spec/meetings 11.5). */
	CARDEA_REFUSE_IF(ROOM_LOCKED, !err && op->rows.room.is_locked);
	if (!err) {
		err = cardea_registration_add(op->base.domain, tx, &op->command.user, true, &op->rows);
	}
	return err ? err : cardea_meeting_show(op->base.domain, tx, &op->rows, &op->meeting);
}

/* ---- with an access key ---- */

static int get(struct cardea_tx *tx, void *arg)
{
	struct meeting_op *op = arg;
	int err = cardea_meeting_by_access_key(tx, op->credential, &op->rows);

	if (!err && op->follows && op->rows.seat.role == CARDEA_ROLE_HOST &&
	    !op->rows.seat.is_removed) {
		err = cardea_room_begin(tx, &op->rows.room);
	}
	return err ? err : cardea_meeting_show(op->base.domain, tx, &op->rows, &op->meeting);
}

/* ---- the answer ---- */

/* Signed after the commit: it is not part of what is stored. */
static void answer(int err, void *arg)
{
	struct meeting_op *op = arg;
	struct cardea_meeting *meeting = &op->meeting;
	char *token = NULL;

	if (!err) {
		err = (meeting->is_waiting ? cardea_call_token_fake : cardea_call_token_mint)(
		        op->base.domain, meeting->user.client_id, meeting->conf_id, &token);
		meeting->auth_token = token;
	}
	op->done(err, err ? NULL : meeting, op->arg);
	g_free(token);
	cardea_op_free(&op->base);
}

static struct meeting_op *new_op(struct cardea_domain *domain, const char *credential,
                                 cardea_meeting_h done, void *arg)
{
	struct meeting_op *op = cardea_op_new(domain, sizeof(*op));

	op->credential = cardea_op_strdup(&op->base, credential);
	op->done = done;
	op->arg = arg;
	return op;
}

int cardea_domain_meeting_start(struct cardea_domain *domain,
                                const struct cardea_meeting_start *command, cardea_meeting_h done,
                                void *arg)
{
	struct meeting_op *op = new_op(domain, NULL, done, arg);

	op->command = *command;
	op->command.api_key = cardea_op_strdup(&op->base, command->api_key);
	op->command.room = cardea_op_filled(&op->base, command->room);
	op->command.room_name = cardea_op_filled(&op->base, command->room_name);
	op->command.options = cardea_op_strdup(&op->base, command->options);
	op->command.user = cardea_registration_person(&op->base, &command->user);
	return cardea_op_run(&op->base, start, answer);
}

int cardea_domain_meeting_start_permalink(struct cardea_domain *domain, const char *user_token,
                                          cardea_meeting_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, user_token, done, arg)->base, start_permalink, answer);
}

int cardea_domain_meeting_guest(struct cardea_domain *domain, const char *guest_token,
                                const struct cardea_meeting_person *user, cardea_meeting_h done,
                                void *arg)
{
	struct meeting_op *op = new_op(domain, guest_token, done, arg);

	op->command.user = cardea_registration_person(&op->base, user);
	return cardea_op_run(&op->base, add_guest, answer);
}

int cardea_domain_meeting_get(struct cardea_domain *domain, const char *access_key,
                              cardea_meeting_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, access_key, done, arg)->base, get, answer);
}

int cardea_domain_meeting_follow(struct cardea_domain *domain, const char *access_key,
                                 cardea_meeting_h done, void *arg)
{
	struct meeting_op *op = new_op(domain, access_key, done, arg);

	op->follows = true;
	return cardea_op_run(&op->base, get, answer);
}
