/*
 * participants_json: rooms and participants as the participants dialect writes them
 * (spec/participants 4, 5, 7). Pure; any thread.
 */
#ifndef CARDEA_API_PARTICIPANTS_JSON_H
#define CARDEA_API_PARTICIPANTS_JSON_H

#include <jansson.h>
#include "domain/domain.h"

/* Each returns a new object. */
json_t *cardea_json_room(const struct cardea_room_view *room);
json_t *cardea_json_room_with_count(const struct cardea_room_view *room);
/* False if there is no status of that name, of whatever case. */
bool cardea_json_room_status(const char *name, enum cardea_room_status *out);
json_t *cardea_json_participant(const struct cardea_participant_view *participant);
json_t *cardea_json_participant_added(const struct cardea_participant_added *added);
/* {"participants": [...]} */
json_t *cardea_json_participants(const struct cardea_participant_view *list, size_t count);

#endif
