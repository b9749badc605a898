/* media_sessions: Janus sessions that `enter` has promised to a seat. Inside a command. */
#ifndef CARDEA_STORE_MEDIA_SESSIONS_H
#define CARDEA_STORE_MEDIA_SESSIONS_H

#include <stddef.h>
#include <stdint.h>
#include "cardea_limits.h"
#include "store/store.h"

enum cardea_media_state {
	CARDEA_MEDIA_PROMISED = 0, /* a join token is out */
	CARDEA_MEDIA_CREATED,      /* it was used to create the Janus session */
};

struct cardea_media_row {
	char tenant[CARDEA_UUID_SIZE];
	char node[CARDEA_MAX_ID + 1];
	char boot[CARDEA_UUID_SIZE];
	uint64_t janus_session; /* below 2^53 */
	char jti[CARDEA_MAX_ID + 1];
	char room[CARDEA_UUID_SIZE];
	char seat[CARDEA_UUID_SIZE];
	int64_t gen;
	enum cardea_media_state state;
	int64_t created_at;
};

int cardea_store_media_insert(struct cardea_tx *tx, const struct cardea_media_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_media_by_jti(struct cardea_tx *tx, const char *jti, struct cardea_media_row *out);
int cardea_store_media_get(struct cardea_tx *tx, const char *node, uint64_t janus_session,
                           struct cardea_media_row *out);
int cardea_store_media_set_state(struct cardea_tx *tx, const struct cardea_media_row *row,
                                 enum cardea_media_state state);
/* What @from held and was used is @to's from now on: another seat, perhaps in another room. */
struct cardea_seat_row;
int cardea_store_media_pass_on(struct cardea_tx *tx, const struct cardea_seat_row *from,
                               const struct cardea_seat_row *to);
/* Nothing to delete is fine. */
int cardea_store_media_delete(struct cardea_tx *tx, const char *node, uint64_t janus_session);
/* Those of every life of @node but @boot. */
int cardea_store_media_delete_other_boots(struct cardea_tx *tx, const char *node, const char *boot);
/* Promises in @room from before @before that nobody came for. */
int cardea_store_media_forget(struct cardea_tx *tx, const char *tenant, const char *room,
                              int64_t before);
/* Those that were created. */
int cardea_store_media_list_on_node(struct cardea_tx *tx, const char *node,
                                    const struct cardea_media_row **out, size_t *count);

#endif
