/*
 * tellings: what a room's node has to be told because of a log event: at once, or, if this gateway
 * was killed in between, when the node says how far it was told (docs/plugin-api.md 5, `told`).
 * Inside a command.
 */
#ifndef CARDEA_DOMAIN_TELLINGS_H
#define CARDEA_DOMAIN_TELLINGS_H

#include "domain/domain.h"
#include "domain/event_codec.h"
#include "store/rooms.h"

/* What follows from event @id of @type; strings of @data are borrowed. False if nothing does. */
bool cardea_telling_of(const struct cardea_room_row *room, int64_t id, int64_t at_ms,
                       const char *type, const struct cardea_event_data *data,
                       struct cardea_telling *out);
/* The raised hands in order. */
int cardea_telling_hands(struct cardea_tx *tx, const struct cardea_room_row *room,
                         struct cardea_telling *out);
/* What follows from the events after number @told; *@out is memory of the tx. */
int cardea_tellings_missed(struct cardea_tx *tx, const struct cardea_room_row *room, int64_t told,
                           const struct cardea_telling **out, size_t *count);

#endif
