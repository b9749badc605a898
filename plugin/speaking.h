/*
 * speaking: who speaks in a room: looks at the levels of its microphones, has the slots of those
 * who began to speak assigned, and tells everybody (docs/plugin-api.md 4.3). Room thread only.
 */
#ifndef CARDEA_PLUGIN_SPEAKING_H
#define CARDEA_PLUGIN_SPEAKING_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <jansson.h>
#include "room.h"

/* A room's part of it, all silent. */
struct cardea_speaking *cardea_speaking_new(void);
void cardea_speaking_free(struct cardea_speaking *speaking);

/* Whether cardea_speaking_run has anything to do: somebody could be heard by somebody, or something
 * is not told yet. An empty room forgets what it told. */
bool cardea_speaking_needed(struct cardea_room *room);

/* Reads the levels, chooses, tells. Every CARDEA_SPEAK_TICK_MS while it is needed. */
void cardea_speaking_run(struct cardea_room *room, int64_t now_ms);

/* The voices of all open audio sources, who is heard first in front. Valid until the next call. */
const GPtrArray *cardea_speaking_rank(struct cardea_room *room);

/* Whom a picture should follow, or NULL. */
const struct cardea_voice *cardea_speaking_dominant(const struct cardea_room *room);

/* @source was closed. */
void cardea_speaking_drop(struct cardea_room *room, struct cardea_source *source);

/* What everybody was told last. New object. */
json_t *cardea_speaking_told(const struct cardea_room *room);

#endif
