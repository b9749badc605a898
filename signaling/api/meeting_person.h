/*
 * meeting_person: names and people in the bodies of the meetings dialect (spec/meetings 7). What is
 * not valid is answered with 400, and the call is freed. Loop thread.
 */
#ifndef CARDEA_API_MEETING_PERSON_H
#define CARDEA_API_MEETING_PERSON_H

#include "api/meeting_calls.h"

/* The text @name of @object, of at most @max bytes: *@out is borrowed, NULL if absent, or "". False
 * if it was refused. */
bool cardea_meeting_name_read(struct cardea_meeting_call *call, const json_t *object,
                              const char *name, size_t max, const char **out);

/* Name (required), id, avatar and language; @out borrows from @object and from *@name, which is
 * freed with g_free. False if the person was refused; then there is nothing to free. */
bool cardea_meeting_person_read(struct cardea_meeting_call *call, const json_t *object,
                                struct cardea_meeting_person *out, char **name);

#endif
