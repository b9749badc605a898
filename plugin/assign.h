/*
 * assign: who is in which receiving slot: audio slots carry the loudest, video slots what video.c
 * says (docs/plugin-api.md 4.2). Room thread only.
 */
#ifndef CARDEA_PLUGIN_ASSIGN_H
#define CARDEA_PLUGIN_ASSIGN_H

#include <jansson.h>
#include "room.h"

/* Clears slots whose source is no longer wanted and fills free ones. Whatever changes here, routes
 * follow at the end of the job (routes.h). */
void cardea_assign_run(struct cardea_room *room);

/* Notes which slots packets have switched since the last call. Every tick. */
void cardea_assign_catch_up(struct cardea_room *room);

/* For video.c and quality.c: lets @slot show @source in @layer as soon as it can (NULL: nothing).
 * Its route follows at the end of the job. */
void cardea_assign_show(struct cardea_session *receiver, struct cardea_slot *slot,
                        struct cardea_source *source, unsigned layer);
struct cardea_participant *cardea_assign_publisher(const struct cardea_source *source);
/* Whether @participant may and does want it. */
bool cardea_assign_wanted(struct cardea_room *room, const struct cardea_participant *participant,
                          const struct cardea_source *source);
/* Whether the m-line was accepted and takes the source's codec. */
bool cardea_assign_usable(const struct cardea_session *receiver, const struct cardea_slot *slot,
                          const struct cardea_source *source);

/* Gives audio slots to those who speak; @ranked as of cardea_speaking_rank. */
void cardea_assign_speakers(struct cardea_room *room, const GPtrArray *ranked, int64_t now_ms);

/* Takes @source out of the list of open sources and out of every slot, at once. */
void cardea_assign_drop_source(struct cardea_room *room, struct cardea_source *source);

/* Empties the slots of a handle that leaves the room; nothing is told to it. */
void cardea_assign_clear_slots(struct cardea_room *room, struct cardea_session *session);

/* Sends `slots` to the receivers whose map changed. */
void cardea_assign_tell(struct cardea_room *room);

/* The slot map of a receive handle. New object. */
json_t *cardea_assign_map(const struct cardea_session *session);

#endif
