/*
 * fake_receiver: slots with cameras in three layers and a budget, for cases in which the test makes
 * up the estimates.
 */
#ifndef CARDEA_FAKE_RECEIVER_H
#define CARDEA_FAKE_RECEIVER_H

#include "unit.h"

#include "plugin/layers.h"

#define NONE   CARDEA_LAYER_NONE
#define SLOTS  25
#define LOW    120000
#define MIDDLE 400000
#define HIGH   1300000
#define TICK   200 /* pace of the choice */
#define LARGE  1080

struct receiver {
	struct cardea_budget budget;
	struct cardea_layer_offer offers[SLOTS][CARDEA_SOURCE_LAYERS];
	struct cardea_layer_want wants[SLOTS];
	unsigned count;
	int64_t now;
	uint32_t given;
};

/* With @count slots of the lowest priority that want all. To be freed with g_free. */
struct receiver *new_receiver(unsigned count);
void add(struct receiver *receiver, enum cardea_priority priority, uint16_t height);
void choose(struct receiver *receiver);
/* An estimate comes, and what is sent is chosen again. */
void estimate(struct receiver *receiver, uint32_t bps);
/* The same estimate for so long. */
void run(struct receiver *receiver, uint32_t bps, int64_t ms);
/* The layers by slot, as in "01-". */
const char *layers(const struct receiver *receiver);

#endif
