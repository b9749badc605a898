/* webhook_queue: what webhooks are owed: queued with the event, told by the sender (webhooks.h). */
#include "domain/webhooks.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/domain_private.h"
#include "domain/event_codec.h"
#include "domain/meeting_rows.h"
#include "domain/secrets.h"
#include "store/events.h"
#include "store/webhooks.h"

/* ---- which events ---- */

static const struct {
	const char *event;
	enum cardea_webhook_type type;
} told_events[] = {
        {CARDEA_EVENT_PARTICIPANT_ONLINE, CARDEA_WEBHOOK_PARTICIPANT_UPDATE},
        {CARDEA_EVENT_PARTICIPANT_OFFLINE, CARDEA_WEBHOOK_PARTICIPANT_UPDATE},
        {CARDEA_EVENT_ROOM_CREATED, CARDEA_WEBHOOK_ROOM_UPDATE},
        {CARDEA_EVENT_ROOM_OPENED, CARDEA_WEBHOOK_ROOM_UPDATE},
        {CARDEA_EVENT_ROOM_ENDED, CARDEA_WEBHOOK_ROOM_UPDATE},
};

/* 0 for an event that no webhook is told. */
static unsigned type_of(const char *event)
{
	for (size_t i = 0; i < G_N_ELEMENTS(told_events); i++) {
		if (strcmp(told_events[i].event, event) == 0) {
			return told_events[i].type;
		}
	}
	return 0;
}

int cardea_webhook_owe(struct cardea_tx *tx, const char *tenant, const char *room, const char *type,
                       int64_t seq)
{
	unsigned types = type_of(type);

	return types ? cardea_store_webhook_owe(tx, tenant, types, room, seq) : 0;
}

/* ---- the oldest event ---- */

struct next_op {
	struct cardea_op base;
	const char *webhook;
	cardea_webhook_message_h done;
	void *arg;
	/* result */
	bool is_found;
	struct cardea_webhook_item item;
	struct cardea_meeting_rows rows;
	struct cardea_meeting_user user;
	struct cardea_webhook_message message;
};

static int open_key(struct cardea_tx *tx, struct next_op *op, const struct cardea_webhook_row *row)
{
	struct cardea_api_key_row key;
	const struct cardea_secret_place place = {"api_keys", key.id, "key"};
	int err = cardea_store_api_key_get(tx, row->tenant, row->api_key, &key);

	return err ? err
	           : cardea_secret_open(op->base.domain->options.keys.seal, tx, &place, &key.key,
	                                &op->message.key);
}

static int find_event(struct cardea_tx *tx, const struct cardea_webhook_row *row,
                      const struct cardea_webhook_item *item, const struct cardea_event_row **out)
{
	size_t count = 0;
	int err = cardea_store_event_list(tx, row->tenant, item->room, item->seq - 1, 1, out, &count);

	return !err && (count == 0 || (*out)->seq != item->seq) ? CARDEA_E_STORE : err;
}

/* The room in the session of @event, which may be over by now. */
static int show_room(struct cardea_tx *tx, struct next_op *op, const char *tenant,
                     const struct cardea_event_row *event)
{
	struct cardea_meeting_rows *rows = &op->rows;
	struct cardea_meeting_room *room = &op->message.room;
	int err = cardea_store_room_get(tx, tenant, op->item.room, &rows->room);

	if (!err) {
		err = cardea_store_tenant_get(tx, tenant, &rows->tenant);
	}
	if (!err && event->session[0]) {
		err = cardea_store_session_get(tx, tenant, event->session, &rows->session);
	}
	if (!err) {
		err = cardea_meeting_show_room(op->base.domain, tx, rows, room);
	}
	room->is_shut_down = strcmp(event->type, CARDEA_EVENT_ROOM_ENDED) == 0;
	room->is_running = !room->is_shut_down;
	return err;
}

static int show_user(struct cardea_tx *tx, struct next_op *op, const char *tenant,
                     const struct cardea_event_row *event)
{
	struct cardea_event_data data;
	int err;

	if (op->message.type != CARDEA_WEBHOOK_PARTICIPANT_UPDATE) {
		return 0;
	}
	err = cardea_event_decode(tx, event->data, &data);
	if (!err) {
		err = cardea_store_seat_get(tx, tenant, data.participant, &op->rows.seat);
	}
	if (!err) {
		cardea_meeting_show_user(&op->rows.seat, &op->user);
		op->message.user = &op->user;
		op->message.is_online = strcmp(event->type, CARDEA_EVENT_PARTICIPANT_ONLINE) == 0;
	}
	return err;
}

static int show_event(struct cardea_tx *tx, struct next_op *op,
                      const struct cardea_webhook_row *row)
{
	struct cardea_webhook_message *message = &op->message;
	const struct cardea_event_row *event = NULL;
	int err = find_event(tx, row, &op->item, &event);

	if (err) {
		return err;
	}
	message->url = row->url;
	message->type = type_of(event->type);
	message->room_id = op->item.room;
	message->seq = event->seq;
	message->at_ms = event->at;
	err = open_key(tx, op, row);
	if (!err) {
		err = show_room(tx, op, row->tenant, event);
	}
	return err ? err : show_user(tx, op, row->tenant, event);
}

static int next(struct cardea_tx *tx, void *arg)
{
	struct next_op *op = arg;
	struct cardea_webhook_row row;
	int err = cardea_store_webhook_by_id(tx, op->webhook, &row);

	memset(&op->rows, 0, sizeof(op->rows));
	memset(&op->message, 0, sizeof(op->message));
	if (!err) {
		err = cardea_store_webhook_oldest(tx, &row, &op->item);
	}
	op->is_found = !err;
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	return show_event(tx, op, &row);
}

static void answer_next(int err, void *arg)
{
	struct next_op *op = arg;

	op->done(err, err || !op->is_found ? NULL : &op->message, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_webhook_next(struct cardea_domain *domain, const char *webhook,
                               cardea_webhook_message_h done, void *arg)
{
	struct next_op *op = cardea_op_new(domain, sizeof(*op));

	op->webhook = cardea_op_strdup(&op->base, webhook);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, next, answer_next);
}

/* ---- what came of it ---- */

struct report_op {
	struct cardea_op base;
	const char *webhook;
	struct cardea_webhook_item item;
	struct cardea_webhook_told told; /* without the room, which is in item */
	cardea_done_h done;
	void *arg;
};

static int report(struct cardea_tx *tx, void *arg)
{
	struct report_op *op = arg;
	struct cardea_webhook_row row;
	int err = cardea_store_webhook_by_id(tx, op->webhook, &row);

	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	if (op->told.sent_ms) {
		row.last_request_at = op->told.sent_ms;
		row.last_response_code = op->told.status;
		err = cardea_store_webhook_update(tx, &row);
	}
	return err || !op->told.is_settled ? err : cardea_store_webhook_settle(tx, &row, &op->item);
}

static void answer_report(int err, void *arg)
{
	struct report_op *op = arg;

	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_webhook_report(struct cardea_domain *domain, const char *webhook,
                                 const struct cardea_webhook_told *told, cardea_done_h done,
                                 void *arg)
{
	struct report_op *op = cardea_op_new(domain, sizeof(*op));

	op->webhook = cardea_op_strdup(&op->base, webhook);
	op->told = *told;
	op->told.room_id = NULL;
	op->item.seq = told->seq;
	g_strlcpy(op->item.room, told->room_id, sizeof(op->item.room));
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, report, answer_report);
}

/* ---- all ---- */

struct owed_op {
	struct cardea_op base;
	cardea_webhook_ids_h done;
	void *arg;
	/* result */
	const char **ids;
	size_t count;
};

static int list_owed(struct cardea_tx *tx, void *arg)
{
	struct owed_op *op = arg;
	const struct cardea_webhook_row *rows = NULL;
	int err = cardea_store_webhook_list_owed(tx, &rows, &op->count);

	op->ids = cardea_tx_alloc(tx, op->count * sizeof(*op->ids));
	for (size_t i = 0; i < op->count && !err; i++) {
		op->ids[i] = rows[i].id;
	}
	return err;
}

static void answer_owed(int err, void *arg)
{
	struct owed_op *op = arg;

	op->done(err, err ? NULL : op->ids, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_webhooks_owed(struct cardea_domain *domain, cardea_webhook_ids_h done, void *arg)
{
	struct owed_op *op = cardea_op_new(domain, sizeof(*op));

	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list_owed, answer_owed);
}
