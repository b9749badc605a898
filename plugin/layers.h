/*
 * layers: which layer each video slot of one receiver gets. Pure: no Janus, no JSON, no lock, no
 * allocation, no clock of its own. Room thread.
 *
 * What all slots together may cost is the receiver's budget (budget.h). Bit rates in bit/s, times
 * monotonic milliseconds.
 */
#ifndef CARDEA_PLUGIN_LAYERS_H
#define CARDEA_PLUGIN_LAYERS_H

#include <stdbool.h>
#include <stdint.h>
#include "budget.h"

#define CARDEA_SOURCE_LAYERS 3
#define CARDEA_LAYER_NONE    (-1)

/* What a source offers in one layer, as measured (source.h). */
struct cardea_layer_offer {
	bool usable;     /* arrives, or is paused and comes back when asked for */
	uint32_t bps;    /* measured; for one that is paused what it was, else an estimate; never 0 */
	uint16_t height; /* of its picture; 0: not known yet */
};

enum cardea_priority {
	CARDEA_PRIORITY_REST = 0,
	CARDEA_PRIORITY_SPEAKER, /* the slot follows who speaks */
	CARDEA_PRIORITY_PINNED,
	CARDEA_PRIORITY_SCREEN,
};

/* One video slot that has something to show. */
struct cardea_layer_want {
	const struct cardea_layer_offer *offers; /* CARDEA_SOURCE_LAYERS of them, low to high */
	uint16_t height;                         /* the most the client can use */
	enum cardea_priority priority;
	int layer; /* in: chosen last time; out: chosen now, CARDEA_LAYER_NONE pauses the slot */
};

/*
 * Chooses a layer for each of @count slots, in the order of the m-lines. No slot gets more than the
 * lowest layer that is as high as wanted. A slot that showed nothing gets the lowest layer first.
 * Steps down at once when the estimate falls below what is sent, lowest priority first, and pauses
 * slots when not even the lowest layers fit, but never the first one of the highest priority. Steps
 * up one slot and one layer at a time, when the estimate allows it, or as a probe when there was no
 * sign of congestion for a while. A step that fails is taken back at once and followed by a longer
 * pause. Returns the bit/s given out.
 */
uint32_t cardea_layers_choose(struct cardea_budget *budget, struct cardea_layer_want *wants,
                              unsigned count, int64_t now_ms);

/* What a layer of that height (0: not known) probably costs, as long as nobody has measured it;
 * never 0. */
uint32_t cardea_layer_guess_bps(uint16_t height);

#endif
