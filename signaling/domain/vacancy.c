/* vacancy: meetings with nobody in them end. */
#include "domain/vacancy.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/domain_private.h"
#include "domain/room_life.h"
#include "domain/seats.h"

/* At once, so that requests are not held up. */
#define MANY          64
#define LOOK_AGAIN_MS 300000 /* spec/plugnmeet 4.4 */

/* ---- which ---- */

static bool is_past(int64_t at_ms, int64_t now_ms)
{
	return at_ms > 0 && at_ms <= now_ms;
}

struct list_op {
	struct cardea_op base;
	cardea_vacancies_h done;
	void *arg;
	/* result */
	struct cardea_vacancy *list;
	size_t count;
};

static int list_due(struct cardea_tx *tx, void *arg)
{
	struct list_op *op = arg;
	const struct cardea_session_row *rows = NULL;
	int err = cardea_store_session_list_due(tx, cardea_tx_now_ms(tx), MANY, &rows, &op->count);

	op->list = cardea_tx_alloc(tx, op->count * sizeof(*op->list));
	for (size_t i = 0; i < op->count && !err; i++) {
		op->list[i] =
		        (struct cardea_vacancy){.tenant = rows[i].tenant,
		                                .session = rows[i].id,
		                                .is_over = is_past(rows[i].ends_at, cardea_tx_now_ms(tx))};
	}
	return err;
}

static void answer_list(int err, void *arg)
{
	struct list_op *op = arg;

	op->done(err, err ? NULL : op->list, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_vacancies(struct cardea_domain *domain, cardea_vacancies_h done, void *arg)
{
	struct list_op *op = cardea_op_new(domain, sizeof(*op));

	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list_due, answer_list);
}

/* ---- one ---- */

struct end_op {
	struct cardea_op base;
	const char *tenant, *session;
	cardea_done_h done;
	void *arg;
	/* result */
	struct cardea_room_row room;
	char node[CARDEA_MAX_ID + 1]; /* where it was, if it has ended */
};

static bool is_due(const struct cardea_session_row *session, int64_t now_ms)
{
	return is_past(session->empties_at, now_ms) || is_past(session->ends_at, now_ms);
}

/* Somebody is in it. Its time begins anew, or, if that counted from the start, is over already;
 * then it ends at the first look that finds nobody (spec/plugnmeet 4.4). */
static int look_later(struct cardea_tx *tx, const struct end_op *op)
{
	int64_t now = cardea_tx_now_ms(tx);
	int err = cardea_store_session_postpone(tx, op->tenant, op->session, now);

	return err ? err
	           : cardea_store_session_look_again(tx, op->tenant, op->session, now + LOOK_AGAIN_MS);
}

static int end_if_empty(struct cardea_tx *tx, void *arg)
{
	struct end_op *op = arg;
	struct cardea_session_row session;
	int64_t count = 0; /* hidden ones keep no meeting going (spec/plugnmeet N4) */
	bool is_over;
	int err = cardea_store_session_get(tx, op->tenant, op->session, &session);

	op->node[0] = '\0';
	if (err || session.ended_at || !is_due(&session, cardea_tx_now_ms(tx))) {
		return err;
	}
	is_over = is_past(session.ends_at, cardea_tx_now_ms(tx));
	err = cardea_store_room_get(tx, op->tenant, session.room, &op->room);
	if (!err) {
		err = cardea_seat_settle(tx, &op->room);
	}
	if (!err) {
		err = cardea_store_seat_count(tx, op->tenant, op->room.id, &count);
	}
	if (err) {
		return err;
	}
	if (count > 0 && !is_over) {
		return look_later(tx, op);
	}
	memcpy(op->node, op->room.node, sizeof(op->node));
	return cardea_room_end(tx, &op->room, is_over ? "duration" : "empty");
}

static int postpone(struct cardea_tx *tx, void *arg)
{
	struct end_op *op = arg;

	op->node[0] = '\0';
	return look_later(tx, op);
}

static void answer_end(int err, void *arg)
{
	struct end_op *op = arg;
	const struct cardea_media_port *media = &op->base.domain->options.media;

	if (!err && op->node[0] && media->close) {
		media->close(media->arg, op->node, op->room.id, op->room.epoch);
	}
	if (op->done) {
		op->done(err, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct end_op *new_end(struct cardea_domain *domain, const char *tenant, const char *session)
{
	struct end_op *op = cardea_op_new(domain, sizeof(*op));

	op->tenant = cardea_op_strdup(&op->base, tenant);
	op->session = cardea_op_strdup(&op->base, session);
	return op;
}

int cardea_domain_end_if_empty(struct cardea_domain *domain, const char *tenant,
                               const char *session, cardea_done_h done, void *arg)
{
	struct end_op *op = new_end(domain, tenant, session);

	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, end_if_empty, answer_end);
}

int cardea_domain_meeting_left(struct cardea_domain *domain, const char *tenant,
                               const char *session)
{
	return cardea_op_run(&new_end(domain, tenant, session)->base, postpone, answer_end);
}
