/* blocks: rows of who may not come in. */
#include "store/blocks.h"

#include "store/rows.h"
#include "store/store_engine.h"

int cardea_store_block_add(struct cardea_tx *tx, const char *tenant, const char *room,
                           const char *session, const char *person, bool *added)
{
	size_t count = 0;
	int err = CARDEA_QUERY(tx,
	                       "INSERT INTO blocks (tenant, room, session, person, created_at) "
	                       "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING person",
	                       cardea_rows_count, &count, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                       CARDEA_TEXT(session), CARDEA_TEXT(person),
	                       CARDEA_INT(cardea_tx_now_ms(tx)));

	*added = count > 0;
	return err;
}

int cardea_store_block_find(struct cardea_tx *tx, const char *tenant, const char *room,
                            const char *session, const char *person, bool *found)
{
	size_t count = 0;
	int err = CARDEA_QUERY(tx,
	                       "SELECT 1 FROM blocks WHERE tenant = $1 AND room = $2 AND person = $3 "
	                       "AND session IN ('', $4)",
	                       cardea_rows_count, &count, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                       CARDEA_TEXT(person), CARDEA_TEXT(session));

	*found = count > 0;
	return err;
}
