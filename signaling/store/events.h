/* events: the event log, numbered per room without gaps over its sessions. Inside a command. */
#ifndef CARDEA_STORE_EVENTS_H
#define CARDEA_STORE_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_event_row {
	int64_t seq;                    /* from 1 */
	char session[CARDEA_UUID_SIZE]; /* "" = none */
	int64_t at;
	const char *type, *data; /* data: text of the domain's codec */
};

/* Takes the room's next number: *@seq is never NULL. */
int cardea_store_event_append(struct cardea_tx *tx, const char *tenant, const char *room,
                              const char *session, const char *type, const char *data,
                              int64_t *seq);
/* Up to @limit events with seq above @after. */
int cardea_store_event_list(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t after, int64_t limit, const struct cardea_event_row **out,
                            size_t *count);
/* The same, of three types only. */
int cardea_store_event_list_of(struct cardea_tx *tx, const char *tenant, const char *room,
                               int64_t after, int64_t limit, const char *const types[3],
                               const struct cardea_event_row **out, size_t *count);
/* The last ones of @seat's life (types `participant.`) with seq above @after, the newest first:
 * those whose data name it, in whatever part. */
int cardea_store_event_list_about(struct cardea_tx *tx, const char *tenant, const char *room,
                                  int64_t after, int64_t limit, const char *seat,
                                  const struct cardea_event_row **out, size_t *count);
/* The room's last number, 0 if it has no event yet. */
int cardea_store_event_last(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t *seq);

#endif
