/* meetings: registering in a meeting, and the meeting as its users see it (spec/meetings 7). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/call_tokens.h"
#include "domain/meeting_rows.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/secrets.h"

struct meeting_op {
	struct cardea_op base;
	struct cardea_meeting_start command; /* of a guest: user only */
	const char *credential;              /* guest token or access key */
	bool follows;
	cardea_meeting_h done;
	void *arg;
	/* result */
	struct cardea_meeting_rows rows;
	struct cardea_meeting meeting;
};

/* ---- registering ---- */

/* How a guest comes in (spec/meetings 12.1). */
static enum cardea_seat_admission admission_of(const struct cardea_session_row *session,
                                               bool is_guest)
{
	return is_guest && (!session->begun_at || session->waiting_room) ? CARDEA_SEAT_WAITING
	                                                                 : CARDEA_SEAT_ADMITTED;
}

static int issue_key(struct cardea_tx *tx, const struct meeting_op *op,
                     struct cardea_seat_row *seat)
{
	const struct cardea_secret_place place = {"participants", seat->id, "access_key"};

	return cardea_secret_issue(op->base.domain->options.keys.seal, tx, seat->tenant,
	                           CARDEA_CREDENTIAL_ACCESS_KEY, &place, &seat->access_key);
}

static bool is_same(const char *a, const char *b)
{
	return g_strcmp0(a, b) == 0;
}

/* Somebody who is registered gets the same credentials; what is new of name and picture is taken
 * over. */
static int register_again(struct cardea_tx *tx, const struct meeting_op *op,
                          struct cardea_seat_row *seat, bool is_guest)
{
	const struct cardea_meeting_person *user = &op->command.user;
	bool is_changed = !is_same(seat->display_name, user->name) ||
	                  !is_same(seat->avatar, user->avatar) || !is_same(seat->locale, user->locale);
	int err = 0;

	CARDEA_REFUSE_IF(USER_LEVEL, is_guest != (seat->role != CARDEA_ROLE_HOST));
	seat->display_name = user->name;
	seat->avatar = user->avatar;
	seat->locale = user->locale;
	if (!seat->access_key.data) {
		err = issue_key(tx, op, seat);
		is_changed = true;
	}
	if (!err && seat->is_removed) {
		return cardea_seat_return(tx, seat, admission_of(&op->rows.session, is_guest));
	}
	return err || !is_changed ? err : cardea_store_seat_update(tx, seat);
}

static int register_new(struct cardea_tx *tx, const struct meeting_op *op,
                        struct cardea_seat_row *seat, bool is_guest)
{
	const struct cardea_meeting_person *user = &op->command.user;
	const struct cardea_seat_spec spec = {
	        .display_name = user->name,
	        .external_user_id = user->id,
	        .avatar = user->avatar,
	        .locale = user->locale,
	        .key_seal = op->base.domain->options.keys.seal,
	        .role = is_guest ? CARDEA_ROLE_PARTICIPANT : CARDEA_ROLE_HOST,
	        .admission = admission_of(&op->rows.session, is_guest),
	        .is_guest = is_guest,
	        .is_outside = true,
	};

	return cardea_seat_add(tx, &op->rows.room, &spec, seat);
}

static int register_user(struct cardea_tx *tx, struct meeting_op *op, bool is_guest)
{
	struct cardea_seat_row *seat = &op->rows.seat;
	const char *id = op->command.user.id;
	int err = CARDEA_E_NOT_FOUND;

	if (id && !op->rows.is_new) {
		err = cardea_store_seat_by_registration(tx, op->rows.room.tenant, op->rows.session.id, id,
		                                        seat);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		return register_new(tx, op, seat, is_guest);
	}
	return err ? err : register_again(tx, op, seat, is_guest);
}

/* ---- a regular user ---- */

static int make_room(struct cardea_tx *tx, struct meeting_op *op,
                     const struct cardea_session_spec *session)
{
	const struct cardea_meeting_start *command = &op->command;
	struct cardea_room_spec spec = {.key = command->room,
	                                .name = command->room_name,
	                                .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                .session = *session};
	char key[CARDEA_OBJECT_ID_SIZE];

	if (!spec.key) {
		int err = cardea_id_object(cardea_tx_random(tx), cardea_tx_now_ms(tx) / 1000, key);

		if (err) {
			return err;
		}
		spec.key = cardea_tx_strdup(tx, key);
	}
	return cardea_room_make(tx, op->base.domain->options.keys.seal, &op->rows.tenant, &spec,
	                        &op->rows.room, &op->rows.session);
}

static int find_or_open_room(struct cardea_tx *tx, struct meeting_op *op)
{
	const struct cardea_meeting_start *command = &op->command;
	const struct cardea_domain *domain = op->base.domain;
	const struct cardea_session_spec spec = {
	        .empty_timeout_ms = domain->options.meeting_empty_timeout_ms,
	        .has_guest_token = command->has_guest_token,
	        .waiting_room = command->waiting_room,
	        .kick_available = command->kick_available,
	        .lock_available = command->lock_available,
	        .options = command->options,
	};
	struct cardea_room_row *room = &op->rows.room;
	int err = CARDEA_E_ROOM_UNKNOWN;

	if (command->room) {
		err = cardea_room_find_key(tx, op->rows.tenant.id, command->room, room);
	}
	op->rows.is_new = err == CARDEA_E_ROOM_UNKNOWN || (!err && !room->session[0]);
	if (err == CARDEA_E_ROOM_UNKNOWN) {
		return make_room(tx, op, &spec);
	}
	if (err) {
		return err;
	}
	if (room->session[0]) {
		return cardea_store_session_get(tx, room->tenant, room->session, &op->rows.session);
	}
	if (command->room_name) {
		room->name = command->room_name;
	}
	return cardea_room_open(tx, domain->options.keys.seal, &op->rows.tenant, &spec, room,
	                        &op->rows.session);
}

static int start(struct cardea_tx *tx, void *arg)
{
	struct meeting_op *op = arg;
	int err;

	memset(&op->rows, 0, sizeof(op->rows));
	err = cardea_meeting_tenant(op->base.domain, tx, op->command.api_key, &op->rows.tenant);
	if (!err) {
		err = find_or_open_room(tx, op);
	}
	if (!err) {
		err = register_user(tx, op, false);
	}
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
		err = register_user(tx, op, true);
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

static const char *copy_or_none(struct meeting_op *op, const char *text)
{
	return text && text[0] ? cardea_op_strdup(&op->base, text) : NULL;
}

static void copy_person(struct meeting_op *op, const struct cardea_meeting_person *person)
{
	char id[CARDEA_OBJECT_ID_SIZE];

	op->command.user = (struct cardea_meeting_person){
	        .id = copy_or_none(op, person->id),
	        .name = cardea_op_strdup(&op->base, person->name),
	        .avatar = copy_or_none(op, person->avatar),
	        .locale = copy_or_none(op, person->locale),
	};
	if (!op->command.user.id &&
	    !cardea_id_object(&cardea_random_kernel,
	                      cardea_clock_wall_ms(op->base.domain->options.clock) / 1000, id)) {
		op->command.user.id = cardea_op_strdup(&op->base, id);
	}
}

int cardea_domain_meeting_start(struct cardea_domain *domain,
                                const struct cardea_meeting_start *command, cardea_meeting_h done,
                                void *arg)
{
	struct meeting_op *op = new_op(domain, NULL, done, arg);

	op->command = *command;
	op->command.api_key = cardea_op_strdup(&op->base, command->api_key);
	op->command.room = copy_or_none(op, command->room);
	op->command.room_name = copy_or_none(op, command->room_name);
	op->command.options = cardea_op_strdup(&op->base, command->options);
	copy_person(op, &command->user);
	return cardea_op_run(&op->base, start, answer);
}

int cardea_domain_meeting_guest(struct cardea_domain *domain, const char *guest_token,
                                const struct cardea_meeting_person *user, cardea_meeting_h done,
                                void *arg)
{
	struct meeting_op *op = new_op(domain, guest_token, done, arg);

	copy_person(op, user);
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
