/*
 * node_events: what media nodes report goes into the log once, in order (docs/plugin-api.md 5), and
 * what the gateway believes of a node is put right when it says hello.
 */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/journal.h"
#include "domain/node_requests.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/tellings.h"
#include "store/media_sessions.h"
#include "store/nodes.h"

/* ---- events ---- */

struct event_op {
	struct cardea_op base;
	struct cardea_node_event event;
	struct cardea_node_seat *seats;
	void (*done)(int err, void *arg);
	void *arg;
	/* result */
	struct cardea_effects effects;
};

/* CARDEA_E_NOT_FOUND for a seat that is unknown, of another room, or no longer to be seen there. */
static int get_seat(struct cardea_tx *tx, const struct cardea_room_row *room, const char *id,
                    struct cardea_seat_row *out)
{
	int err = cardea_store_seat_get(tx, room->tenant, id, out);

	if (!err && (out->is_removed || out->admission != CARDEA_SEAT_ADMITTED ||
	             strcmp(out->session, room->session) != 0)) {
		err = CARDEA_E_NOT_FOUND;
	}
	return err;
}

static bool has_connection(const struct cardea_seat_row *seat, const char *connection)
{
	return seat->is_online && g_strcmp0(seat->connection, connection) == 0;
}

static int take_online(struct cardea_tx *tx, const struct cardea_room_row *room, const char *id,
                       const char *connection)
{
	struct cardea_seat_row seat;
	int err = get_seat(tx, room, id, &seat);

	if (err || has_connection(&seat, connection)) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	err = cardea_seat_online(tx, &seat, connection);
	return !err && seat.role == CARDEA_ROLE_HOST && !seat.is_hidden ? cardea_room_begin(tx, room)
	                                                                : err;
}

/* Also of a removed seat: it is the end of its connection. */
static int take_offline(struct cardea_tx *tx, const struct cardea_room_row *room,
                        const struct cardea_node_event *event)
{
	struct cardea_seat_row seat;
	int err = cardea_store_seat_get(tx, room->tenant, event->seat, &seat);

	if (err || strcmp(seat.room, room->id) != 0 || !has_connection(&seat, event->connection)) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	return cardea_seat_offline(tx, &seat, event->reason);
}

static int take_source(struct cardea_tx *tx, const struct cardea_room_row *room,
                       const struct cardea_node_event *event)
{
	const struct cardea_event_data data = {.kind = event->kind, .state = event->state};
	struct cardea_seat_row seat;
	int err = get_seat(tx, room, event->seat, &seat);

	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	return cardea_journal_seat(tx, &seat, CARDEA_EVENT_PARTICIPANT_SOURCE, &data, NULL);
}

static bool is_listed(const struct cardea_node_event *event, const char *seat)
{
	for (size_t i = 0; i < event->seat_count; i++) {
		if (strcmp(event->seats[i].seat, seat) == 0) {
			return true;
		}
	}
	return false;
}

/* Everybody online as of its number: what differs from the rows is made up for. */
static int take_snapshot(struct cardea_tx *tx, const struct cardea_room_row *room,
                         const struct cardea_node_event *event)
{
	const struct cardea_seat_row *online = NULL;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &online,
	                                 &count);

	for (size_t i = 0; i < count && !err; i++) {
		if (!is_listed(event, online[i].id)) {
			struct cardea_seat_row seat = online[i];

			err = cardea_seat_offline(tx, &seat, "missed");
		}
	}
	for (size_t i = 0; i < event->seat_count && !err; i++) {
		err = take_online(tx, room, event->seats[i].seat, event->seats[i].connection);
	}
	return err;
}

static int apply(struct cardea_tx *tx, const struct cardea_room_row *room,
                 const struct cardea_node_event *event, struct cardea_effects *effects)
{
	/* From a placement that is over: it has been seen, but changes nothing any more. */
	if (event->epoch != room->epoch || strcmp(event->node, room->node) != 0) {
		return 0;
	}
	switch (event->type) {
	case CARDEA_NODE_ONLINE:
		return take_online(tx, room, event->seat, event->connection);
	case CARDEA_NODE_OFFLINE:
		return take_offline(tx, room, event);
	case CARDEA_NODE_SOURCE:
		return take_source(tx, room, event);
	case CARDEA_NODE_SNAPSHOT:
		return take_snapshot(tx, room, event);
	case CARDEA_NODE_MESSAGE:
	case CARDEA_NODE_HAND:
	case CARDEA_NODE_MODERATE:
		return cardea_node_request_take(tx, room, event, effects);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

static int ingest(struct cardea_tx *tx, void *arg)
{
	struct event_op *op = arg;
	const struct cardea_node_event *event = &op->event;
	bool is_snapshot = event->type == CARDEA_NODE_SNAPSHOT;
	struct cardea_room_row room;
	int64_t last = 0;
	int err = cardea_store_room_by_id(tx, event->room, &room);

	cardea_effects_begin(&op->effects, tx);
	if (err) {
		/* A room that is not in the store has no log; the node may forget its events. */
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	err = cardea_store_node_event_last(tx, room.tenant, event->node, event->boot, event->room,
	                                   &last);
	if (err || event->seq < last || (event->seq == last && !is_snapshot)) {
		return err; /* seen before */
	}
	if (event->seq != last + 1 && !is_snapshot) {
		return CARDEA_E_STORE_CONFLICT;
	}
	err = apply(tx, &room, event, &op->effects);
	if (err) {
		return err;
	}
	return cardea_store_node_event_set(tx, room.tenant, event->node, event->boot, event->room,
	                                   event->seq);
}

static void answer_event(int err, void *arg)
{
	struct event_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, op->arg);
	g_free(op->seats);
	cardea_op_free(&op->base);
}

static void copy_event(struct event_op *op, const struct cardea_node_event *event)
{
	op->event = *event;
	op->event.node = cardea_op_strdup(&op->base, event->node);
	op->event.boot = cardea_op_strdup(&op->base, event->boot);
	op->event.room = cardea_op_strdup(&op->base, event->room);
	op->event.seat = cardea_op_strdup(&op->base, event->seat);
	op->event.connection = cardea_op_strdup(&op->base, event->connection);
	op->event.reason = cardea_op_strdup(&op->base, event->reason);
	op->event.kind = cardea_op_strdup(&op->base, event->kind);
	op->event.state = cardea_op_strdup(&op->base, event->state);
	op->event.to = cardea_op_strdup(&op->base, event->to);
	op->event.text = cardea_op_strdup(&op->base, event->text);
	op->event.target = cardea_op_strdup(&op->base, event->target);
	op->seats = g_new0(struct cardea_node_seat, event->seat_count);
	for (size_t i = 0; i < event->seat_count; i++) {
		op->seats[i].seat = cardea_op_strdup(&op->base, event->seats[i].seat);
		op->seats[i].connection = cardea_op_strdup(&op->base, event->seats[i].connection);
	}
	op->event.seats = op->seats;
}

int cardea_domain_node_event(struct cardea_domain *domain, const struct cardea_node_event *event,
                             void (*done)(int err, void *arg), void *arg)
{
	bool has_seat = event->type == CARDEA_NODE_SNAPSHOT || event->seat;
	bool has_target = event->type != CARDEA_NODE_MODERATE || event->target;
	struct event_op *op;
	struct cardea_node_seat *seats;
	int err;

	if (!event->node || !event->boot || !event->room || !has_seat || !has_target) {
		return CARDEA_E_INVALID;
	}
	op = cardea_op_new(domain, sizeof(*op));
	copy_event(op, event);
	op->done = done;
	op->arg = arg;
	seats = op->seats;
	err = cardea_op_run(&op->base, ingest, answer_event);
	if (err) {
		g_free(seats);
	}
	return err;
}

/* ---- hello ---- */

struct hello_op {
	struct cardea_op base;
	const char *node, *boot;
	GHashTable *told; /* room -> number, as the node says */
	cardea_placements_h done;
	void *arg;
	/* result; of the tx */
	struct cardea_placement *placements;
	size_t count;
};

/* The node has forgotten the room: nobody is there, and the next `enter` places it anew. */
static int lose_room(struct cardea_tx *tx, const struct cardea_room_row *lost)
{
	struct cardea_room_row room = *lost;
	int err = cardea_seat_all_offline(tx, &room, "node_restarted");

	room.node[0] = '\0';
	room.boot[0] = '\0';
	return err ? err : cardea_store_room_update(tx, &room);
}

static int keep_room(struct cardea_tx *tx, struct hello_op *op, const struct cardea_room_row *room)
{
	struct cardea_placement *placement = &op->placements[op->count];
	const int64_t *told = g_hash_table_lookup(op->told, room->id);
	struct cardea_tenant_row tenant;
	int err;

	if (room->status != CARDEA_ROOM_ROW_ACTIVE) {
		return 0;
	}
	err = cardea_store_tenant_get(tx, room->tenant, &tenant);
	if (!err) {
		err = cardea_room_placement(tx, &tenant, room, NULL, placement);
	}
	if (!err && told) {
		err = cardea_tellings_missed(tx, room, *told, &placement->missed, &placement->missed_count);
	}
	op->count += !err;
	return err;
}

static int meet(struct cardea_tx *tx, void *arg)
{
	struct hello_op *op = arg;
	const struct cardea_room_row *rooms = NULL;
	size_t count = 0;
	int err = cardea_store_room_list_on_node(tx, op->node, &rooms, &count);

	op->count = 0;
	op->placements = cardea_tx_alloc(tx, count * sizeof(*op->placements));
	for (size_t i = 0; i < count && !err; i++) {
		err = strcmp(rooms[i].boot, op->boot) == 0 ? keep_room(tx, op, &rooms[i])
		                                           : lose_room(tx, &rooms[i]);
	}
	if (!err) {
		err = cardea_store_media_delete_other_boots(tx, op->node, op->boot);
	}
	if (!err) {
		err = cardea_store_node_event_forget(tx, op->node, op->boot);
	}
	return err ? err : cardea_store_node_set_boot(tx, op->node, op->boot);
}

static void answer_hello(int err, void *arg)
{
	struct hello_op *op = arg;

	op->done(err, err ? NULL : op->placements, err ? 0 : op->count, op->arg);
	g_hash_table_unref(op->told);
	cardea_op_free(&op->base);
}

static GHashTable *copy_told(const struct cardea_node_room *rooms, size_t count)
{
	GHashTable *told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (size_t i = 0; i < count; i++) {
		g_hash_table_insert(told, g_strdup(rooms[i].room),
		                    g_memdup2(&rooms[i].told, sizeof(rooms[i].told)));
	}
	return told;
}

int cardea_domain_node_hello(struct cardea_domain *domain, const char *node, const char *boot,
                             const struct cardea_node_room *rooms, size_t room_count,
                             cardea_placements_h done, void *arg)
{
	struct hello_op *op;
	GHashTable *told;
	int err;

	if (!cardea_id_is_plain(node, CARDEA_MAX_ID) || !cardea_id_is_uuid(boot)) {
		return CARDEA_E_INVALID;
	}
	op = cardea_op_new(domain, sizeof(*op));
	op->node = cardea_op_strdup(&op->base, node);
	op->boot = cardea_op_strdup(&op->base, boot);
	op->told = told = copy_told(rooms, room_count);
	op->done = done;
	op->arg = arg;
	err = cardea_op_run(&op->base, meet, answer_hello);
	if (err) {
		g_hash_table_unref(told);
	}
	return err;
}
