/* media_sessions: the Janus sessions of browsers, as the tunnel sees them (spec/native 13). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_join_token.h"
#include "cardea_refusal.h"
#include "domain/resume.h"
#include "store/media_sessions.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/tenants.h"
#include "store/sessions.h"

static void to_session(const struct cardea_media_row *row, struct cardea_media_session *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->node, row->node, sizeof(out->node));
	memcpy(out->seat, row->seat, sizeof(out->seat));
	memcpy(out->room, row->room, sizeof(out->room));
	out->janus_session = row->janus_session;
	out->gen = row->gen;
}

struct media_op {
	struct cardea_op base;
	const char *node, *secret; /* join token or resume string */
	cardea_media_session_h done;
	void *arg;
	/* result */
	struct cardea_media_session session;
};

/* A removal, the end of the meeting or of its tenant kills what was promised before. */
static int check_seat(struct cardea_tx *tx, const struct cardea_media_row *row,
                      struct cardea_seat_row *seat)
{
	struct cardea_session_row session;
	struct cardea_tenant_row tenant;
	int err = cardea_store_seat_get(tx, row->tenant, row->seat, seat);

	if (!err) {
		err = cardea_store_session_get(tx, seat->tenant, seat->session, &session);
	}
	if (!err) {
		err = cardea_store_tenant_get(tx, seat->tenant, &tenant);
	}
	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(TENANT_INACTIVE, !tenant.is_active);
	CARDEA_REFUSE_IF(GEN_STALE, seat->is_removed || seat->gen != row->gen);
	CARDEA_REFUSE_IF(SESSION_OVER, session.ended_at != 0);
	return 0;
}

int cardea_resume_find(struct cardea_tx *tx, const struct cardea_seal *seal, const char *text,
                       struct cardea_media_row *connection, struct cardea_seat_row *seat)
{
	struct cardea_media_session held;
	int err = cardea_resume_open(seal, text, &held);

	if (!err) {
		err = cardea_store_media_get(tx, held.node, held.janus_session, connection);
	}
	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(NOT_FOUND, connection->state != CARDEA_MEDIA_CREATED);
	return check_seat(tx, connection, seat);
}

static int create(struct cardea_tx *tx, void *arg)
{
	struct cardea_seat_row seat;
	struct media_op *op = arg;
	const struct cardea_domain *domain = op->base.domain;
	struct cardea_join_claims claims;
	struct cardea_media_row row;
	int err = cardea_join_token_verify(domain->join, domain->issuer, op->secret, strlen(op->secret),
	                                   cardea_tx_now_ms(tx) / 1000, &claims);

	if (err) {
		return err;
	}
	err = cardea_store_media_by_jti(tx, claims.jti, &row);
	cardea_join_claims_clear(&claims);
	if (err) {
		return err;
	}
	/* The room is on another node by now, or the browser came to the wrong one. */
	CARDEA_REFUSE_IF(NOT_FOUND, strcmp(row.node, op->node) != 0);
	CARDEA_REFUSE_IF(TOKEN_BOUND, row.state != CARDEA_MEDIA_PROMISED);
	err = check_seat(tx, &row, &seat);
	if (!err) {
		err = cardea_store_media_set_state(tx, &row, CARDEA_MEDIA_CREATED);
	}
	to_session(&row, &op->session);
	return err;
}

static int claim(struct cardea_tx *tx, void *arg)
{
	struct media_op *op = arg;
	struct cardea_media_row row;
	struct cardea_seat_row seat;
	int err = cardea_resume_find(tx, op->base.domain->options.keys.seal, op->secret, &row, &seat);

	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(NOT_FOUND, strcmp(row.node, op->node) != 0);
	to_session(&row, &op->session);
	return 0;
}

static void answer(int err, void *arg)
{
	struct media_op *op = arg;

	op->done(err, err ? NULL : &op->session, op->arg);
	cardea_op_free(&op->base);
}

static int run(struct cardea_domain *domain, const char *node, const char *secret,
               cardea_store_command_h command, cardea_media_session_h done, void *arg)
{
	struct media_op *op = cardea_op_new(domain, sizeof(*op));

	op->node = cardea_op_strdup(&op->base, node);
	op->secret = cardea_op_strdup(&op->base, secret ? secret : "");
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, command, answer);
}

int cardea_domain_media_create(struct cardea_domain *domain, const char *node,
                               const char *join_token, cardea_media_session_h done, void *arg)
{
	return run(domain, node, join_token, create, done, arg);
}

int cardea_domain_media_claim(struct cardea_domain *domain, const char *node, const char *resume,
                              cardea_media_session_h done, void *arg)
{
	return run(domain, node, resume, claim, done, arg);
}

/* ---- gone ---- */

struct gone_op {
	struct cardea_op base;
	const char *node;
	uint64_t janus_session;
	void (*done)(int err, void *arg);
	void *arg;
};

static int forget(struct cardea_tx *tx, void *arg)
{
	struct gone_op *op = arg;

	return cardea_store_media_delete(tx, op->node, op->janus_session);
}

static void answer_gone(int err, void *arg)
{
	struct gone_op *op = arg;

	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_media_gone(struct cardea_domain *domain, const char *node, uint64_t janus_session,
                             void (*done)(int err, void *arg), void *arg)
{
	struct gone_op *op = cardea_op_new(domain, sizeof(*op));

	op->node = cardea_op_strdup(&op->base, node);
	op->janus_session = janus_session;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, forget, answer_gone);
}

/* ---- all of a node ---- */

struct list_op {
	struct cardea_op base;
	const char *node;
	cardea_media_sessions_h done;
	void *arg;
	/* result */
	const struct cardea_media_row *rows;
	size_t count;
};

static int list(struct cardea_tx *tx, void *arg)
{
	struct list_op *op = arg;

	return cardea_store_media_list_on_node(tx, op->node, &op->rows, &op->count);
}

static void answer_list(int err, void *arg)
{
	struct list_op *op = arg;
	size_t count = err ? 0 : op->count;
	struct cardea_media_session *sessions = g_new0(struct cardea_media_session, count);

	for (size_t i = 0; i < count; i++) {
		to_session(&op->rows[i], &sessions[i]);
	}
	op->done(err, sessions, count, op->arg);
	g_free(sessions);
	cardea_op_free(&op->base);
}

int cardea_domain_media_sessions(struct cardea_domain *domain, const char *node,
                                 cardea_media_sessions_h done, void *arg)
{
	struct list_op *op = cardea_op_new(domain, sizeof(*op));

	op->node = cardea_op_strdup(&op->base, node);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list, answer_list);
}
