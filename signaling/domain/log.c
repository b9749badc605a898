/* log: reading a room's event log. */
#include "domain/log.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/grants.h"
#include "domain/meeting_rows.h"
#include "domain/room_life.h"
#include "store/events.h"

struct read_op {
	struct cardea_op base;
	const char *tenant, *room;
	int64_t after;
	cardea_log_h done;
	void *arg;
	/* result */
	struct cardea_meeting_rows rows;
	struct cardea_log_event *events;
	struct cardea_log_part part;
};

static int find_user(struct cardea_tx *tx, const struct read_op *op, const char *seat_id,
                     const struct cardea_meeting_user **out)
{
	struct cardea_seat_row *seat = cardea_tx_alloc(tx, sizeof(*seat));
	int err = cardea_store_seat_get(tx, op->tenant, seat_id, seat);

	*out = err ? NULL : cardea_meeting_show_users(tx, seat, 1);
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

static void copy_row(const struct cardea_event_row *row, struct cardea_log_event *event)
{
	event->seq = row->seq;
	event->at_ms = row->at;
	event->session = row->session;
	event->type = row->type;
	event->text = row->data;
}

static int show_event(struct cardea_tx *tx, struct read_op *op, const struct cardea_event_row *row)
{
	struct cardea_log_event *event = &op->events[op->part.count];
	int err = cardea_event_decode(tx, row->data, &event->data);

	if (err || event->data.is_hidden) {
		return err;
	}
	copy_row(row, event);
	event->user = NULL;
	op->part.count++;
	return event->data.participant ? find_user(tx, op, event->data.participant, &event->user) : 0;
}

static int show_events(struct cardea_tx *tx, struct read_op *op)
{
	const struct cardea_event_row *rows = NULL;
	size_t count = 0;
	int err = cardea_store_event_list(tx, op->tenant, op->room, op->after, CARDEA_LOG_PART, &rows,
	                                  &count);

	op->events = cardea_tx_alloc(tx, count * sizeof(*op->events));
	op->part.events = op->events;
	op->part.last = count > 0 ? rows[count - 1].seq : op->after;
	op->part.has_more = count == CARDEA_LOG_PART;
	for (size_t i = 0; i < count && !err; i++) {
		err = show_event(tx, op, &rows[i]);
	}
	return err;
}

static int show_people(struct cardea_tx *tx, struct read_op *op)
{
	const struct cardea_seat_row *online = NULL, *waiting = NULL;
	struct cardea_meeting_user *users;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, op->tenant, op->room, CARDEA_SEATS_ONLINE, &online, &count);

	users = cardea_tx_alloc(tx, count * sizeof(*users));
	for (size_t i = 0; i < count && !err; i++) {
		if (!online[i].is_hidden && !online[i].is_removed) {
			cardea_meeting_show_user(&online[i], &users[op->part.user_count++]);
		}
	}
	op->part.users = users;
	if (!err) {
		err = cardea_store_seat_list(tx, op->tenant, op->room, CARDEA_SEATS_WAITING, &waiting,
		                             &op->part.waiting_count);
	}
	op->part.waiting = cardea_meeting_show_users(tx, waiting, err ? 0 : op->part.waiting_count);
	return err;
}

static int read_log(struct cardea_tx *tx, void *arg)
{
	struct read_op *op = arg;
	struct cardea_meeting_rows *rows = &op->rows;
	int err;

	memset(rows, 0, sizeof(*rows));
	memset(&op->part, 0, sizeof(op->part));
	err = cardea_store_room_get(tx, op->tenant, op->room, &rows->room);
	if (!err) {
		err = cardea_store_tenant_get(tx, op->tenant, &rows->tenant);
	}
	if (!err && rows->room.session[0]) {
		err = cardea_store_session_get(tx, op->tenant, rows->room.session, &rows->session);
	}
	if (!err) {
		err = cardea_meeting_show_room(op->base.domain, tx, rows, &op->part.room);
	}
	if (!err) {
		err = show_events(tx, op);
	}
	return err ? err : show_people(tx, op);
}

static void answer(int err, void *arg)
{
	struct read_op *op = arg;

	op->done(err, err ? NULL : &op->part, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_log_read(struct cardea_domain *domain, const char *tenant, const char *room,
                           int64_t after, cardea_log_h done, void *arg)
{
	struct read_op *op = cardea_op_new(domain, sizeof(*op));

	op->tenant = cardea_op_strdup(&op->base, tenant);
	op->room = cardea_op_strdup(&op->base, room);
	op->after = after;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, read_log, answer);
}

/* ---- the log itself ---- */

struct events_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room;
	int64_t after, limit;
	cardea_events_h done;
	void *arg;
	/* result */
	struct cardea_log_event *events;
	size_t count;
	int64_t last;
};

/* A host sees neither hidden participants nor what others write to each other. */
static bool is_for(const struct cardea_principal *who, const struct cardea_event_data *data)
{
	if (who->kind == CARDEA_PRINCIPAL_TENANT) {
		return true;
	}
	return !data->is_hidden && (!data->to || strcmp(data->to, who->seat) == 0 ||
	                            g_strcmp0(data->participant, who->seat) == 0);
}

static int copy_events(struct cardea_tx *tx, struct events_op *op,
                       const struct cardea_principal *who, const char *room)
{
	const struct cardea_event_row *rows = NULL;
	size_t count = 0;
	int err = cardea_store_event_list(tx, who->tenant, room, op->after, op->limit, &rows, &count);

	op->events = cardea_tx_alloc(tx, count * sizeof(*op->events));
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_log_event *event = &op->events[op->count];

		err = cardea_event_decode(tx, rows[i].data, &event->data);
		if (!err && is_for(who, &event->data)) {
			copy_row(&rows[i], event);
			op->count++;
		}
	}
	return err;
}

static int read_events(struct cardea_tx *tx, void *arg)
{
	struct events_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	op->count = 0;
	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_EVENTS_READ);
	}
	if (!err) {
		err = cardea_grant_room(&principal, op->room);
	}
	if (!err) {
		err = cardea_room_find(tx, tenant.id, op->room, &room);
	}
	if (!err) {
		err = copy_events(tx, op, &principal, room.id);
	}
	return err ? err : cardea_store_event_last(tx, tenant.id, room.id, &op->last);
}

static void answer_events(int err, void *arg)
{
	struct events_op *op = arg;

	op->done(err, err ? NULL : op->events, err ? 0 : op->count, op->last, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_events(struct cardea_domain *domain, const struct cardea_presented *who,
                         const char *room, int64_t after, int64_t limit, cardea_events_h done,
                         void *arg)
{
	struct events_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->room = cardea_op_strdup(&op->base, room);
	op->after = after;
	op->limit = limit;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, read_events, answer_events);
}
