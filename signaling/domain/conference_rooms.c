/* conference_rooms: sessions that a backend books, and what it is told of them. */
#include "domain/conferences.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/conference_rows.h"
#include "domain/effects.h"
#include "domain/room_life.h"
#include "domain/signed_calls.h"

/* More rooms than this run for one tenant: the list ends, the first ones are the oldest. */
#define MAX_ROOMS 10000

struct room_op {
	struct cardea_op base;
	struct cardea_signed who;
	struct cardea_conference_book book; /* room_id also for the other calls */
	bool with_people;
	cardea_conference_h done;
	cardea_conferences_h list_done;
	cardea_done_h end_done;
	void *arg;
	/* result */
	struct cardea_tenant_row tenant;
	struct cardea_conference_rows rows;
	struct cardea_conference shown, *list;
	size_t count;
	struct cardea_effects effects;
};

static struct room_op *new_op(struct cardea_domain *domain, const struct cardea_signed *who,
                              const char *room_id, void *arg)
{
	struct room_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_signed(&op->base, who);
	op->book.room_id = cardea_op_strdup(&op->base, room_id);
	op->arg = arg;
	return op;
}

static int authenticate(struct cardea_tx *tx, struct room_op *op)
{
	return cardea_authenticate_signed(op->base.domain, tx, &op->who, &op->tenant, NULL);
}

static void answer(int err, void *arg)
{
	struct room_op *op = arg;

	op->done(err, err ? NULL : &op->shown, op->arg);
	cardea_op_free(&op->base);
}

/* ---- book ---- */

static struct cardea_session_spec session_spec(const struct cardea_conference_book *book)
{
	return (struct cardea_session_spec){
	        .empty_timeout_ms = book->empty_timeout_ms,
	        .duration_ms = book->duration_ms,
	        .has_begun = true,
	        .waiting_room = book->waiting_room,
	        .kick_available = true,
	        .lock_available = true,
	        .policy = book->policy,
	        .metadata = book->metadata,
	        .welcome_text = book->welcome_text,
	        .exit_url = book->exit_url,
	        .waiting_text = book->waiting_text,
	        .has_made_ids = book->has_made_ids,
	        .is_early_empty = true,
	};
}

static int make_room(struct cardea_tx *tx, struct room_op *op)
{
	const struct cardea_room_spec spec = {.key = op->book.room_id,
	                                      .name = op->book.title,
	                                      .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                      .session = session_spec(&op->book)};

	return cardea_room_make(tx, op->base.domain->options.keys.seal, &op->tenant, &spec,
	                        &op->rows.room, &op->rows.session);
}

static int open_room(struct cardea_tx *tx, struct room_op *op)
{
	const struct cardea_session_spec spec = session_spec(&op->book);

	op->rows.room.name = op->book.title;
	return cardea_room_open(tx, op->base.domain->options.keys.seal, &op->tenant, &spec,
	                        &op->rows.room, &op->rows.session);
}

static int book(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = authenticate(tx, op);

	if (!err) {
		err = cardea_conference_find(tx, op->tenant.id, op->book.room_id, &op->rows);
	}
	if (err == CARDEA_E_ROOM_UNKNOWN) {
		err = make_room(tx, op);
	} else if (err == CARDEA_E_SESSION_OVER) {
		err = open_room(tx, op);
	}
	return err ? err : cardea_conference_show(tx, &op->rows, false, &op->shown);
}

int cardea_domain_conference_book(struct cardea_domain *domain, const struct cardea_signed *who,
                                  const struct cardea_conference_book *command,
                                  cardea_conference_h done, void *arg)
{
	struct room_op *op = new_op(domain, who, command->room_id, arg);
	const char *room_id = op->book.room_id;

	op->book = *command;
	op->book.room_id = room_id;
	op->book.title = cardea_op_strdup(&op->base, command->title);
	op->book.metadata = cardea_op_strdup(&op->base, command->metadata);
	op->book.welcome_text = cardea_op_filled(&op->base, command->welcome_text);
	op->book.exit_url = cardea_op_filled(&op->base, command->exit_url);
	op->book.waiting_text = cardea_op_filled(&op->base, command->waiting_text);
	op->done = done;
	return cardea_op_run(&op->base, book, answer);
}

/* ---- get and list ---- */

static int get(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = authenticate(tx, op);

	if (!err) {
		err = cardea_conference_find(tx, op->tenant.id, op->book.room_id, &op->rows);
	}
	return err ? err : cardea_conference_show(tx, &op->rows, op->with_people, &op->shown);
}

int cardea_domain_conference_get(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const char *room_id, bool with_people, cardea_conference_h done,
                                 void *arg)
{
	struct room_op *op = new_op(domain, who, room_id, arg);

	op->with_people = with_people;
	op->done = done;
	return cardea_op_run(&op->base, get, answer);
}

static int show_all(struct cardea_tx *tx, struct room_op *op, const struct cardea_room_row *rooms,
                    size_t count)
{
	struct cardea_conference_rows *rows = cardea_tx_alloc(tx, count * sizeof(*rows));
	int err = 0;

	op->list = cardea_tx_alloc(tx, count * sizeof(*op->list));
	for (op->count = 0; op->count < count && !err; op->count += !err) {
		struct cardea_conference_rows *at = &rows[op->count];

		at->room = rooms[op->count];
		err = cardea_store_session_get(tx, at->room.tenant, at->room.session, &at->session);
		if (!err) {
			err = cardea_conference_show(tx, at, true, &op->list[op->count]);
		}
	}
	return err;
}

static int list(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	const struct cardea_room_row *rooms = NULL;
	size_t count = 0;
	int err = authenticate(tx, op);

	op->count = 0;
	if (!err) {
		err = cardea_store_room_list_active(tx, op->tenant.id, MAX_ROOMS, &rooms, &count);
	}
	return err ? err : show_all(tx, op, rooms, count);
}

static void answer_list(int err, void *arg)
{
	struct room_op *op = arg;

	op->list_done(err, err ? NULL : op->list, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conferences(struct cardea_domain *domain, const struct cardea_signed *who,
                              cardea_conferences_h done, void *arg)
{
	struct room_op *op = new_op(domain, who, NULL, arg);

	op->list_done = done;
	return cardea_op_run(&op->base, list, answer_list);
}

/* ---- end ---- */

static int end(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = authenticate(tx, op);

	cardea_effects_begin(&op->effects, tx);
	if (!err) {
		err = cardea_conference_find(tx, op->tenant.id, op->book.room_id, &op->rows);
	}
	if (err) {
		return err == CARDEA_E_SESSION_OVER ? CARDEA_E_ROOM_UNKNOWN : err;
	}
	cardea_effect_close(&op->effects, &op->rows.room);
	return cardea_room_end(tx, &op->rows.room, "ended");
}

static void answer_end(int err, void *arg)
{
	struct room_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->end_done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_end(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const char *room_id, cardea_done_h done, void *arg)
{
	struct room_op *op = new_op(domain, who, room_id, arg);

	op->end_done = done;
	return cardea_op_run(&op->base, end, answer_end);
}

/* ---- past ---- */

struct past_op {
	struct cardea_op base;
	struct cardea_signed who;
	struct cardea_past_query query;
	cardea_conference_past_h done;
	void *arg;
	/* result */
	struct cardea_conference_past *list;
	size_t count;
	int64_t total;
};

static int past(struct cardea_tx *tx, void *arg)
{
	struct past_op *op = arg;
	const struct cardea_past_session *rows = NULL;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate_signed(op->base.domain, tx, &op->who, &tenant, NULL);

	op->count = 0;
	if (!err) {
		err = cardea_store_session_list_past(tx, tenant.id, &op->query, &rows, &op->count,
		                                     &op->total);
	}
	op->list = cardea_tx_alloc(tx, op->count * sizeof(*op->list));
	for (size_t i = 0; i < op->count; i++) {
		op->list[i] =
		        (struct cardea_conference_past){.room_id = rows[i].room_key ? rows[i].room_key : "",
		                                        .title = rows[i].room_name ? rows[i].room_name : "",
		                                        .sid = rows[i].session,
		                                        .metadata = rows[i].metadata,
		                                        .started_at = rows[i].started_at,
		                                        .ended_at = rows[i].ended_at,
		                                        .joined = rows[i].participants};
	}
	return err;
}

static void answer_past(int err, void *arg)
{
	struct past_op *op = arg;

	op->done(err, err ? NULL : op->list, err ? 0 : op->count, op->total, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_conference_past(struct cardea_domain *domain, const struct cardea_signed *who,
                                  const struct cardea_conference_query *query,
                                  cardea_conference_past_h done, void *arg)
{
	struct past_op *op = cardea_op_new(domain, sizeof(*op));
	g_autoptr(GString) keys = g_string_new(NULL);

	for (size_t i = 0; query->room_ids[i]; i++) {
		g_string_append_printf(keys, "%s%s ", i == 0 ? " " : "", query->room_ids[i]);
	}
	op->who = cardea_op_signed(&op->base, who);
	op->query = (struct cardea_past_query){.keys = cardea_op_strdup(&op->base, keys->str),
	                                       .oldest_first = query->oldest_first,
	                                       .from = query->from,
	                                       .limit = query->limit};
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, past, answer_past);
}
