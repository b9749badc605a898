/* meeting_lists: rooms and users for the holder of an API key (spec/meetings 7, 13.4). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/meeting_rows.h"
#include "store/events.h"

/* More rooms than this run for one tenant: the list ends, the first ones are the oldest. */
#define MAX_ROOMS 10000

/* ---- rooms ---- */

struct rooms_op {
	struct cardea_op base;
	const char *api_key;
	cardea_meeting_rooms_h done;
	void *arg;
	/* result */
	struct cardea_meeting_room *rooms;
	size_t count;
};

static int show_rooms(struct rooms_op *op, struct cardea_tx *tx,
                      const struct cardea_meeting_rows *of, const struct cardea_room_row *rooms,
                      size_t count)
{
	struct cardea_meeting_rows *rows = cardea_tx_alloc(tx, count * sizeof(*rows));
	int err = 0;

	op->rooms = cardea_tx_alloc(tx, count * sizeof(*op->rooms));
	for (op->count = 0; op->count < count && !err; op->count += !err) {
		struct cardea_meeting_rows *at = &rows[op->count];

		at->tenant = of->tenant;
		at->room = rooms[op->count];
		err = cardea_store_session_get(tx, at->room.tenant, at->room.session, &at->session);
		if (!err) {
			err = cardea_meeting_show_room(op->base.domain, tx, at, &op->rooms[op->count]);
		}
	}
	return err;
}

static int list_rooms(struct cardea_tx *tx, void *arg)
{
	struct rooms_op *op = arg;
	struct cardea_meeting_rows of;
	const struct cardea_room_row *rooms = NULL;
	size_t count = 0;
	int err = cardea_meeting_tenant(op->base.domain, tx, op->api_key, &of.tenant);

	op->count = 0;
	if (!err) {
		err = cardea_store_room_list_active(tx, of.tenant.id, MAX_ROOMS, &rooms, &count);
	}
	return err ? err : show_rooms(op, tx, &of, rooms, count);
}

static void answer_rooms(int err, void *arg)
{
	struct rooms_op *op = arg;

	op->done(err, err ? NULL : op->rooms, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_meeting_rooms(struct cardea_domain *domain, const char *api_key,
                                cardea_meeting_rooms_h done, void *arg)
{
	struct rooms_op *op = cardea_op_new(domain, sizeof(*op));

	op->api_key = cardea_op_strdup(&op->base, api_key);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list_rooms, answer_rooms);
}

/* ---- one room with its users ---- */

struct report_op {
	struct cardea_op base;
	struct cardea_meeting_caller who;
	int online;
	bool is_for_tenant;
	cardea_meeting_report_h done;
	void *arg;
	/* result */
	struct cardea_meeting_rows rows;
	struct cardea_meeting_report report;
};

static bool is_wanted(const struct report_op *op, const struct cardea_seat_row *seat)
{
	if (seat->admission != CARDEA_SEAT_ADMITTED || seat->is_removed ||
	    strcmp(seat->session, op->rows.session.id) != 0) {
		return false;
	}
	return op->online < 0 || seat->is_online == (op->online == 1);
}

static int show_users(struct report_op *op, struct cardea_tx *tx)
{
	const struct cardea_room_row *room = &op->rows.room;
	const struct cardea_seat_row *seats = NULL;
	struct cardea_meeting_user *users;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_VISIBLE, &seats,
	                                 &count);

	users = cardea_tx_alloc(tx, count * sizeof(*users));
	op->report.count = 0;
	for (size_t i = 0; i < count && !err; i++) {
		if (is_wanted(op, &seats[i])) {
			cardea_meeting_show_user(&seats[i], &users[op->report.count++]);
		}
	}
	op->report.users = users;
	return err;
}

static int report(struct cardea_tx *tx, void *arg)
{
	struct report_op *op = arg;
	struct cardea_meeting_report *out = &op->report;
	int err = (op->is_for_tenant ? cardea_meeting_by_room : cardea_meeting_by_caller)(
	        op->base.domain, tx, &op->who, &op->rows);

	memset(out, 0, sizeof(*out));
	if (!err) {
		err = cardea_meeting_show_room(op->base.domain, tx, &op->rows, &out->room);
	}
	if (!err && op->rows.session.id[0]) {
		err = show_users(op, tx);
	}
	if (err) {
		return err;
	}
	memcpy(out->tenant, op->rows.room.tenant, sizeof(out->tenant));
	memcpy(out->room_id, op->rows.room.id, sizeof(out->room_id));
	return cardea_store_event_last(tx, op->rows.room.tenant, op->rows.room.id, &out->last_event);
}

static void answer_report(int err, void *arg)
{
	struct report_op *op = arg;

	op->done(err, err ? NULL : &op->report, op->arg);
	cardea_op_free(&op->base);
}

static struct report_op *new_report(struct cardea_domain *domain,
                                    const struct cardea_meeting_caller *who, int online,
                                    cardea_meeting_report_h done, void *arg)
{
	struct report_op *op = cardea_op_new(domain, sizeof(*op));

	op->who.id = cardea_op_strdup(&op->base, who->id);
	op->who.api_key = cardea_op_strdup(&op->base, who->api_key);
	op->online = online;
	op->done = done;
	op->arg = arg;
	return op;
}

int cardea_domain_meeting_users(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, int online,
                                cardea_meeting_report_h done, void *arg)
{
	struct report_op *op = new_report(domain, who, online, done, arg);

	op->is_for_tenant = true;
	return cardea_op_run(&op->base, report, answer_report);
}

int cardea_domain_meeting_report(struct cardea_domain *domain,
                                 const struct cardea_meeting_caller *who,
                                 cardea_meeting_report_h done, void *arg)
{
	return cardea_op_run(&new_report(domain, who, 1, done, arg)->base, report, answer_report);
}
