/*
 * plugnmeet_rooms: what a backend books (spec/plugnmeet 4, 7, 9): room metadata with its defaults,
 * and the session that follows from it. No state, loop thread.
 */
#ifndef CARDEA_API_PLUGNMEET_ROOMS_H
#define CARDEA_API_PLUGNMEET_ROOMS_H

#include <jansson.h>
#include "domain/conferences.h"

/*
 * Fills @out from a decoded cardea_plugnmeet_create; its texts are borrowed from @body and from
 * *@metadata, a new text for free(). Else a text that says what cannot be had, for g_free.
 */
char *cardea_plugnmeet_book(json_t *body, struct cardea_conference_book *out, char **metadata);

/* `lock_settings`; NULL is none. */
struct cardea_locks cardea_plugnmeet_locks(const json_t *settings);
json_t *cardea_plugnmeet_lock_settings(struct cardea_locks locks);

/* ActiveRoomInfo, a new reference. */
json_t *cardea_plugnmeet_room_info(const struct cardea_conference *conference);
/* One of participants_info. */
json_t *cardea_plugnmeet_person_info(const struct cardea_conference_person *person);
/* One of rooms_list, for cardea_plugnmeet_past_rooms. */
json_t *cardea_plugnmeet_past_info(const struct cardea_conference_past *past);

#endif
