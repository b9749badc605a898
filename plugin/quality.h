/*
 * quality: in which layer each receiver gets what it is to show (layers.h decides), and which
 * layers senders may leave out because nobody watches them (docs/plugin-api.md 2.8, event
 * `layers`). Room thread only.
 */
#ifndef CARDEA_PLUGIN_QUALITY_H
#define CARDEA_PLUGIN_QUALITY_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "room.h"
#include "source.h"

#define CARDEA_QUALITY_TICK_MS 200 /* on a tick of 100 ms */
/* A layer that nobody watched for so long is left out by the sender. */
#define CARDEA_LAYER_IDLE_MS   2000

/* Whether there is anything to choose: somebody else's camera or screen is open. */
bool cardea_quality_needed(const struct cardea_room *room);

/* Measures all layers, chooses for every receiver, tells senders. Every CARDEA_QUALITY_TICK_MS
 * while it is needed; does nothing when called sooner. */
void cardea_quality_run(struct cardea_room *room, int64_t now_ms);

/* The encodings that the client is to send, low to high, as in event `layers`. New array. */
json_t *cardea_quality_rids(const struct cardea_source *source);

#endif
