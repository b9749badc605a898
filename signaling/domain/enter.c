/*
 * enter: any credential becomes media (spec/native 1). One command finds who it is, admits, places
 * the room and writes the promised Janus session; then the node opens the room; then the token is
 * signed and the answer given.
 */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/arrival.h"
#include "domain/entering.h"
#include "domain/grants.h"
#include "domain/resume.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "store/media_sessions.h"

/* A promise is worth as much as the join token that goes with it. */
#define PROMISE_MS ((int64_t)1000 * (CARDEA_JOIN_TOKEN_LIFE_S + CARDEA_TOKEN_LEEWAY_S))

struct enter_op {
	struct cardea_op base;
	struct cardea_enter command;
	struct cardea_node_life offered;
	cardea_entered_h done;
	void *arg;
	/* result of the command; its text is copied, because it is used after the command's end */
	struct cardea_join_claims claims;
	struct cardea_media_session media;
	struct cardea_placement placement;
	struct cardea_min_gen *min_gen;
	char *avatar, *room_name, *locale, *denial;
	struct cardea_rights rights;
	bool room_locked;
	char *welcome_text, *exit_url, *waiting_text;
	bool mute_on_start;
	bool is_waiting, waits_for_host, is_early;
};

static void clear_result(struct enter_op *op)
{
	cardea_join_claims_clear(&op->claims);
	g_clear_pointer(&op->min_gen, g_free);
	g_clear_pointer(&op->avatar, g_free);
	g_clear_pointer(&op->room_name, g_free);
	g_clear_pointer(&op->locale, g_free);
	g_clear_pointer(&op->denial, g_free);
	g_clear_pointer(&op->welcome_text, g_free);
	g_clear_pointer(&op->exit_url, g_free);
	g_clear_pointer(&op->waiting_text, g_free);
}

static void free_op(struct enter_op *op)
{
	clear_result(op);
	cardea_op_free(&op->base);
}

/* ---- the command ---- */

/* What the node will be told, in memory that outlives the command. */
static int describe_placement(struct cardea_tx *tx, struct enter_op *op,
                              const struct cardea_entrance *at)
{
	int err = cardea_room_placement(tx, &at->tenant, &at->room, at->seat.id, &op->placement);

	if (!err) {
		op->min_gen = g_memdup2(op->placement.min_gen,
		                        op->placement.min_gen_count * sizeof(struct cardea_min_gen));
		op->placement.min_gen = op->min_gen;
	}
	return err;
}

/* A Janus session of the gateway's choice is promised to the seat before anybody can ask for it
 * (spec/native 13). */
static int promise_session(struct cardea_tx *tx, struct enter_op *op,
                           const struct cardea_entrance *at)
{
	int64_t now = cardea_tx_now_ms(tx);
	struct cardea_media_row row = {.gen = at->seat.gen, .created_at = now};
	int err = cardea_arrival_jti(tx, row.jti);

	if (!err) {
		err = cardea_id_janus(cardea_tx_random(tx), &row.janus_session);
	}
	memcpy(row.tenant, at->seat.tenant, sizeof(row.tenant));
	memcpy(row.node, at->room.node, sizeof(row.node));
	memcpy(row.boot, at->room.boot, sizeof(row.boot));
	memcpy(row.room, at->room.id, sizeof(row.room));
	memcpy(row.seat, at->seat.id, sizeof(row.seat));
	if (!err) {
		err = cardea_store_media_forget(tx, row.tenant, row.room, now - PROMISE_MS);
	}
	if (!err) {
		err = cardea_store_media_insert(tx, &row);
	}
	memcpy(op->media.node, row.node, sizeof(op->media.node));
	memcpy(op->media.seat, at->holder, sizeof(op->media.seat));
	memcpy(op->media.room, row.room, sizeof(op->media.room));
	op->media.janus_session = row.janus_session;
	op->media.gen = at->holder_gen;
	memcpy(op->claims.jti, row.jti, sizeof(op->claims.jti));
	return err;
}

static void describe_seat(struct enter_op *op, const struct cardea_entrance *at)
{
	const struct cardea_seat_row *seat = &at->seat;
	const struct cardea_standing standing = {&at->room, &at->session, seat};

	cardea_arrival_claims(op->base.domain, &standing,
	                      at->replaces ? CARDEA_DUP_REPLACE : CARDEA_DUP_REFUSE, &op->claims);
	op->rights = cardea_grant_rights(&standing);
	op->avatar = g_strdup(seat->avatar);
	op->locale = g_strdup(seat->locale);
	op->room_name = g_strdup(at->room.name);
	op->room_locked = at->room.is_locked;
	op->welcome_text = g_strdup(at->session.welcome_text);
	op->exit_url = g_strdup(at->session.exit_url);
	op->mute_on_start = at->session.policy.mute_on_start;
}

/* Placing took everybody offline, perhaps this seat too. Its key is copied, because it may be read
 * while the row is written. */
static int read_seat_again(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	char tenant[CARDEA_UUID_SIZE], id[CARDEA_UUID_SIZE];

	memcpy(tenant, seat->tenant, sizeof(tenant));
	memcpy(id, seat->id, sizeof(id));
	return cardea_store_seat_get(tx, tenant, id, seat);
}

/* Holds nothing but a ticket: no token, no Janus session (DESIGN 5). */
static int keep_waiting(struct cardea_tx *tx, struct enter_op *op, struct cardea_entrance *at)
{
	int err = 0;

	op->waits_for_host = !at->session.begun_at;
	op->waiting_text = g_strdup(at->session.waiting_text);
	op->locale = g_strdup(at->seat.locale);
	memcpy(op->media.seat, at->seat.id, sizeof(op->media.seat));
	g_strlcpy(op->claims.tenant, at->seat.tenant, sizeof(op->claims.tenant));
	if (at->seat.is_removed || at->seat.admission == CARDEA_SEAT_EXPECTED) {
		err = cardea_seat_return(tx, &at->seat, CARDEA_SEAT_WAITING);
	}
	return err || !cardea_grant_waits_in_place(&at->seat) ? err
	                                                      : cardea_seat_keep_place(tx, &at->seat);
}

static int go_in(struct cardea_tx *tx, struct enter_op *op, struct cardea_entrance *found)
{
	struct cardea_entrance at = *found;
	int err = cardea_arrival_place(tx, &op->offered, &at.room);

	if (!err) {
		err = read_seat_again(tx, &at.seat);
	}
	if (!err) {
		err = cardea_seat_enter(tx, &at.seat, at.room.node);
	}
	if (!err && !at.is_moved) {
		memcpy(at.holder, at.seat.id, sizeof(at.holder));
		at.holder_gen = at.seat.gen;
	}
	if (!err) {
		err = promise_session(tx, op, &at);
	}
	if (err) {
		return err;
	}
	describe_seat(op, &at);
	return describe_placement(tx, op, &at);
}

static int enter(struct cardea_tx *tx, void *arg)
{
	struct enter_op *op = arg;
	struct cardea_entrance at;
	int err;

	clear_result(op);
	err = cardea_entering_decide(op->base.domain, tx, &op->command, &at, &op->is_waiting);
	op->is_early = !err && at.is_early;
	if (err == CARDEA_E_DENIED) {
		op->denial = g_strdup(at.seat.denial);
	}
	if (err || op->is_early) {
		return err;
	}
	return op->is_waiting ? keep_waiting(tx, op, &at) : go_in(tx, op, &at);
}

/* ---- after it ---- */

static void give_entered(struct enter_op *op, const char *token, const char *resume)
{
	const struct cardea_entered result = {
	        .claims = op->claims,
	        .publish = op->rights.publish,
	        .locks = op->rights.locks,
	        .avatar = op->avatar,
	        .room_name = op->room_name,
	        .room_locked = op->room_locked,
	        .welcome_text = op->welcome_text,
	        .exit_url = op->exit_url,
	        .mute_on_start = op->mute_on_start,
	        .locale = op->locale,
	        .node = op->placement.node,
	        .join_token = token,
	        .expires_in_s = CARDEA_JOIN_TOKEN_LIFE_S,
	        .resume = resume,
	        .audio_slots = op->command.audio_slots,
	        .video_slots = op->command.video_slots,
	};

	op->done(0, &result, op->arg);
}

static void answer(int err, void *arg)
{
	struct enter_op *op = arg;
	const struct cardea_domain_options *options = &op->base.domain->options;
	char *token = NULL, *resume = NULL;

	if (!err) {
		err = cardea_arrival_sign(op->base.domain, &op->claims, &token);
	}
	if (!err) {
		err = cardea_resume_close(options->keys.seal, &op->media, &resume);
	}
	if (err) {
		op->done(err, NULL, op->arg);
	} else {
		give_entered(op, token, resume);
	}
	g_free(token);
	g_free(resume);
	free_op(op);
}

/* Who came with a ticket keeps it: how often it asks is counted by it. */
static void answer_waiting(struct enter_op *op)
{
	struct cardea_entered result = {.is_waiting = true,
	                                .waits_for_host = op->waits_for_host,
	                                .waiting_text = op->waiting_text,
	                                .locale = op->locale,
	                                .ticket = op->command.credential};
	char *ticket = NULL;
	int err = 0;

	if (!cardea_domain_is_ticket(op->command.credential)) {
		err = cardea_ticket_close(op->base.domain->options.keys.seal, op->claims.tenant,
		                          op->media.seat, &ticket);
		result.ticket = ticket;
	}
	op->done(err, err ? NULL : &result, op->arg);
	g_free(ticket);
	free_op(op);
}

static void answer_denied(struct enter_op *op)
{
	const struct cardea_entered result = {.denial = op->denial};

	op->done(CARDEA_E_DENIED, &result, op->arg);
	free_op(op);
}

/* No meeting runs yet: there is nowhere to wait in, so the credential is asked with again. */
static void answer_early(struct enter_op *op)
{
	const struct cardea_entered result = {
	        .is_waiting = true, .waits_for_host = true, .ticket = op->command.credential};

	op->done(0, &result, op->arg);
	free_op(op);
}

static void open_room(int err, void *arg)
{
	struct enter_op *op = arg;
	const struct cardea_media_port *media = &op->base.domain->options.media;

	if (err == CARDEA_E_DENIED) {
		answer_denied(op);
	} else if (err) {
		answer(err, op);
	} else if (op->is_early) {
		answer_early(op);
	} else if (op->is_waiting) {
		answer_waiting(op);
	} else {
		media->open(media->arg, &op->placement, answer, op);
	}
}

int cardea_domain_enter(struct cardea_domain *domain, const struct cardea_enter *command,
                        cardea_entered_h done, void *arg)
{
	struct enter_op *op = cardea_op_new(domain, sizeof(*op));

	op->command = *command;
	op->command.credential = cardea_op_strdup(&op->base, command->credential);
	op->command.name = cardea_op_strdup(&op->base, command->name);
	op->command.resume = cardea_op_strdup(&op->base, command->resume);
	op->command.client_key = cardea_op_strdup(&op->base, command->client_key);
	op->command.origin = cardea_op_strdup(&op->base, command->origin);
	op->done = done;
	op->arg = arg;
	cardea_arrival_offer(domain, &op->offered);
	return cardea_op_run(&op->base, enter, open_room);
}
