/* room_calls: scheduling, listing, changing, ending and deleting rooms. */
#include "domain/rooms.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/event_codec.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/media_port.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/views.h"

struct room_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room_id, *reason;
	struct cardea_room_spec spec;
	struct cardea_room_times times;
	struct cardea_room_change change;
	cardea_room_done_h done;
	void *arg;
	/* result */
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	int64_t participants;
	char closed_node[CARDEA_MAX_ID + 1]; /* where the meeting that ended was */
	bool is_deleted;
};

static int authenticate(struct cardea_tx *tx, struct room_op *op, enum cardea_act act)
{
	struct cardea_principal principal;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &op->tenant);

	op->participants = 0;
	op->closed_node[0] = '\0';
	op->is_deleted = false;
	if (!err) {
		err = cardea_grant_act(&principal, act);
	}
	return err || !op->room_id ? err : cardea_grant_room(&principal, op->room_id);
}

static int find(struct cardea_tx *tx, struct room_op *op)
{
	int err = authenticate(tx, op, CARDEA_ACT_ROOM_CHANGE);

	return err ? err : cardea_room_find(tx, op->tenant.id, op->room_id, &op->room);
}

static void answer(int err, void *arg)
{
	struct room_op *op = arg;
	struct cardea_room_view view;

	if (!err) {
		cardea_media_close(op->base.domain, op->closed_node, op->room.id, op->room.epoch);
		cardea_view_room(&op->room, op->participants, &view);
	}
	op->done(err, err || op->is_deleted ? NULL : &view, op->arg);
	cardea_op_free(&op->base);
}

static struct room_op *new_op(struct cardea_domain *domain, const struct cardea_presented *who,
                              const char *room_id, cardea_room_done_h done, void *arg)
{
	struct room_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->room_id = cardea_op_strdup(&op->base, room_id);
	op->done = done;
	op->arg = arg;
	return op;
}

/* ---- schedule ---- */

static int check_times(const struct cardea_room_times *times, int64_t now_ms)
{
	if (times->start_at <= now_ms) {
		return CARDEA_E_SCHEDULE_PAST;
	}
	if (times->end_at && times->end_at <= times->start_at) {
		return CARDEA_E_SCHEDULE_END;
	}
	return times->allow_early_join_minutes < 0 ? CARDEA_E_EARLY_MINUTES : 0;
}

static int schedule(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = authenticate(tx, op, CARDEA_ACT_ROOM_CREATE);

	if (!err) {
		err = check_times(&op->times, cardea_tx_now_ms(tx));
	}
	return err ? err : cardea_room_schedule(tx, &op->tenant, &op->spec, &op->times, &op->room);
}

int cardea_domain_room_schedule(struct cardea_domain *domain, const struct cardea_presented *who,
                                const struct cardea_room_schedule *command, cardea_room_done_h done,
                                void *arg)
{
	struct room_op *op = new_op(domain, who, NULL, done, arg);

	op->spec.name = cardea_op_strdup(&op->base, command->room.name);
	op->spec.config = command->room.config;
	op->spec.config.extra = cardea_op_strdup(&op->base, command->room.config.extra);
	op->times = (struct cardea_room_times){.start_at = command->start_at,
	                                       .end_at = command->end_at,
	                                       .allow_early_join_minutes =
	                                               command->allow_early_join_minutes};
	return cardea_op_run(&op->base, schedule, answer);
}

/* ---- update ---- */

static int change_config(struct cardea_tx *tx, struct cardea_room_row *room,
                         const struct cardea_room_config *config)
{
	if (config->max_participants >= 0) {
		room->max_participants = config->max_participants;
	}
	if (config->recording_enabled >= 0) {
		room->recording_enabled = config->recording_enabled;
	}
	if (config->chat_enabled >= 0) {
		room->chat_enabled = config->chat_enabled;
	}
	return config->extra
	               ? cardea_object_merge(tx, room->config_extra, config->extra, &room->config_extra)
	               : 0;
}

static int update(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	struct cardea_room_row *room = &op->room;
	struct cardea_event_data data = {0};
	int err = find(tx, op);

	if (!err) {
		err = change_config(tx, room, &op->change.config);
	}
	if (err) {
		return err;
	}
	if (op->change.name) {
		room->name = op->change.name[0] ? op->change.name : NULL;
	}
	room->updated_at = cardea_tx_now_ms(tx);
	data.name = room->name;
	err = cardea_store_room_update(tx, room);
	if (!err) {
		err = cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_UPDATED, &data, NULL);
	}
	return err ? err : cardea_store_seat_count(tx, room->tenant, room->id, &op->participants);
}

int cardea_domain_room_update(struct cardea_domain *domain, const struct cardea_presented *who,
                              const char *room_id, const struct cardea_room_change *change,
                              cardea_room_done_h done, void *arg)
{
	struct room_op *op = new_op(domain, who, room_id, done, arg);

	op->change = *change;
	op->change.name = cardea_op_strdup(&op->base, change->name);
	op->change.config.extra = cardea_op_strdup(&op->base, change->config.extra);
	return cardea_op_run(&op->base, update, answer);
}

/* ---- end, delete ---- */

static void note_close(struct room_op *op)
{
	memcpy(op->closed_node, op->room.node, sizeof(op->closed_node));
}

static int end(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = find(tx, op);

	if (err || op->room.status == CARDEA_ROOM_ROW_ENDED) {
		return err;
	}
	note_close(op);
	return cardea_room_end(tx, &op->room, op->reason ? op->reason : "ended");
}

int cardea_domain_room_end(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room_id, const char *reason, cardea_room_done_h done,
                           void *arg)
{
	struct room_op *op = new_op(domain, who, room_id, done, arg);

	op->reason = cardea_op_strdup(&op->base, reason);
	return cardea_op_run(&op->base, end, answer);
}

static int delete (struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	int err = find(tx, op);

	op->is_deleted = true;
	if (err) {
		return err;
	}
	note_close(op);
	return cardea_room_delete(tx, &op->room);
}

int cardea_domain_room_delete(struct cardea_domain *domain, const struct cardea_presented *who,
                              const char *room_id, cardea_room_done_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, who, room_id, done, arg)->base, delete, answer);
}

/* ---- list ---- */

struct list_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_room_query query;
	cardea_rooms_h done;
	void *arg;
	/* result */
	struct cardea_room_view *views;
	size_t count;
	int64_t total;
};

static unsigned row_statuses(unsigned statuses)
{
	static const struct {
		enum cardea_room_status status;
		enum cardea_room_row_status row;
	} pairs[] = {{CARDEA_ROOM_SCHEDULED, CARDEA_ROOM_ROW_SCHEDULED},
	             {CARDEA_ROOM_ACTIVE, CARDEA_ROOM_ROW_ACTIVE},
	             {CARDEA_ROOM_ENDED, CARDEA_ROOM_ROW_ENDED}};
	unsigned set = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		set |= statuses & (1u << pairs[i].status) ? 1u << pairs[i].row : 0;
	}
	return set;
}

static int show(struct cardea_tx *tx, struct list_op *op, const struct cardea_room_row *rooms)
{
	op->views = cardea_tx_alloc(tx, op->count * sizeof(*op->views));
	for (size_t i = 0; i < op->count; i++) {
		int64_t participants = 0;
		int err = cardea_seat_settle(tx, &rooms[i]);

		if (!err) {
			err = cardea_store_seat_count(tx, rooms[i].tenant, rooms[i].id, &participants);
		}
		if (err) {
			return err;
		}
		cardea_view_room(&rooms[i], participants, &op->views[i]);
	}
	return 0;
}

static int list(struct cardea_tx *tx, void *arg)
{
	struct list_op *op = arg;
	const struct cardea_room_row *rooms = NULL;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	unsigned set = row_statuses(op->query.statuses);
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_ROOM_CREATE);
	}
	if (!err) {
		err = cardea_store_room_count(tx, tenant.id, set, &op->total);
	}
	if (!err) {
		err = cardea_store_room_list(tx, tenant.id, set, op->query.limit, op->query.offset, &rooms,
		                             &op->count);
	}
	return err ? err : show(tx, op, rooms);
}

static void answer_list(int err, void *arg)
{
	struct list_op *op = arg;

	op->done(err, err ? NULL : op->views, err ? 0 : op->count, err ? 0 : op->total, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_room_list(struct cardea_domain *domain, const struct cardea_presented *who,
                            const struct cardea_room_query *query, cardea_rooms_h done, void *arg)
{
	struct list_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->query = *query;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list, answer_list);
}
