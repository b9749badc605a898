/* nodes: media nodes, and how far the events of each are in the log. */
#include "store/nodes.h"

#include "store/rows.h"

static int take_boot(const struct cardea_value *row, void *boot)
{
	return cardea_column_copy(&row[0], boot, CARDEA_UUID_SIZE);
}

int cardea_store_node_boot(struct cardea_tx *tx, const char *node, char boot[CARDEA_UUID_SIZE])
{
	boot[0] = '\0';
	return CARDEA_QUERY(tx, "SELECT boot FROM nodes WHERE node = $1", take_boot, boot,
	                    CARDEA_TEXT(node));
}

int cardea_store_node_set_boot(struct cardea_tx *tx, const char *node, const char *boot)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO nodes (node, boot, seen_at) VALUES ($1, $2, $3) "
	        "ON CONFLICT (node) DO UPDATE SET boot = excluded.boot, seen_at = excluded.seen_at",
	        CARDEA_TEXT(node), CARDEA_TEXT(boot), CARDEA_INT(cardea_tx_now_ms(tx)));
}

int cardea_store_node_event_last(struct cardea_tx *tx, const char *tenant, const char *node,
                                 const char *boot, const char *room, int64_t *seq)
{
	*seq = 0;
	return CARDEA_QUERY(tx,
	                    "SELECT seq FROM node_events "
	                    "WHERE tenant = $1 AND node = $2 AND boot = $3 AND room = $4",
	                    cardea_rows_take_integer, seq, CARDEA_TEXT(tenant), CARDEA_TEXT(node),
	                    CARDEA_TEXT(boot), CARDEA_TEXT(room));
}

int cardea_store_node_event_set(struct cardea_tx *tx, const char *tenant, const char *node,
                                const char *boot, const char *room, int64_t seq)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO node_events (tenant, node, boot, room, seq) VALUES ($1, $2, $3, $4, $5) "
	        "ON CONFLICT (tenant, node, boot, room) DO UPDATE SET seq = excluded.seq",
	        CARDEA_TEXT(tenant), CARDEA_TEXT(node), CARDEA_TEXT(boot), CARDEA_TEXT(room),
	        CARDEA_INT(seq));
}

int cardea_store_node_event_forget(struct cardea_tx *tx, const char *node, const char *boot)
{
	return CARDEA_EXEC(tx, "DELETE FROM node_events WHERE node = $1 AND boot <> $2",
	                   CARDEA_TEXT(node), CARDEA_TEXT(boot));
}
