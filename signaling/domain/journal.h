/* journal: appends to the event log, in the transaction of the change; and what webhooks are told,
 * to what they are owed. Inside a command. */
#ifndef CARDEA_DOMAIN_JOURNAL_H
#define CARDEA_DOMAIN_JOURNAL_H

#include "domain/event_codec.h"
#include "store/participants.h"
#include "store/rooms.h"

/* @seq (may be NULL) becomes the event's number. */
int cardea_journal_room(struct cardea_tx *tx, const struct cardea_room_row *room, const char *type,
                        const struct cardea_event_data *data, int64_t *seq);
/* The same about @seat: adds who it is to @data (may be NULL). */
int cardea_journal_seat(struct cardea_tx *tx, const struct cardea_seat_row *seat, const char *type,
                        const struct cardea_event_data *data, int64_t *seq);
/* About the tenant itself, in a log of its own: the room of that log is the tenant's id. */
int cardea_journal_tenant(struct cardea_tx *tx, const char *tenant, const char *type,
                          const struct cardea_event_data *data);
/* About the room that @seat is in, without data. */
int cardea_journal_around(struct cardea_tx *tx, const struct cardea_seat_row *seat,
                          const char *type);

#endif
