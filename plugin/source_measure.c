/* source: taking stock of layers, and what they offer to whom chooses among them (layers.h). */
#include "source.h"

#include <string.h>

/* A rate is of so much time at least: a stream begins with a key frame, which is large. */
#define SHORTEST_MS 500

/* With each measure, while the layer is sent, its cost falls by this part of what it is too high.
 */
#define COST_FALL 16

#define UNKNOWN_HEIGHT 720 /* of a picture whose key frame does not tell, or has not come */

static void restart_samples(struct cardea_layer *layer, struct cardea_layer_sample now)
{
	for (unsigned i = 0; i < CARDEA_MEASURE_SAMPLES; i++)
		layer->samples[i] = now;
}

/* A sender that is busy stands still for a second, and what it has just begun is little at first:
 * neither is what the layer costs. */
static void note_cost(struct cardea_layer *layer)
{
	if (layer->bps > layer->cost_bps)
		layer->cost_bps = layer->bps;
	else if (layer->wanted)
		layer->cost_bps -= (layer->cost_bps - layer->bps) / COST_FALL;
}

static void measure_rate(struct cardea_layer *layer, int64_t now_ms)
{
	const struct cardea_layer_sample now = {.ms = now_ms, .bytes = atomic_load(&layer->bytes)};
	struct cardea_layer_sample *last = &layer->samples[CARDEA_MEASURE_SAMPLES - 1];
	int64_t seen_ms = atomic_load(&layer->seen_ms);
	if (seen_ms == 0 || now_ms - seen_ms > CARDEA_LAYER_SILENT_MS) {
		layer->bps = 0;
		restart_samples(layer, now);
		return;
	}
	int64_t span = MAX(now_ms - layer->samples[0].ms, SHORTEST_MS);
	uint64_t bps = (now.bytes - layer->samples[0].bytes) * 8000 / (uint64_t)span;
	layer->bps = (uint32_t)CLAMP(bps, 1, UINT32_MAX);
	if (now.bytes != last->bytes)
		note_cost(layer);
	if (now_ms - last->ms < CARDEA_MEASURE_STEP_MS)
		return;
	memmove(&layer->samples[0], &layer->samples[1], sizeof(now) * (CARDEA_MEASURE_SAMPLES - 1));
	*last = now;
}

static bool absent(const struct cardea_layer *layer, int64_t now_ms)
{
	return layer->absent_ms != 0 && now_ms - layer->absent_ms < CARDEA_LAYER_RETRY_MS;
}

static void measure_presence(struct cardea_layer *layer, int64_t now_ms)
{
	int64_t seen_ms = atomic_load(&layer->seen_ms);
	if (layer->wanted && layer->wanted_ms == 0)
		layer->wanted_ms = now_ms;
	int64_t since = MAX(layer->wanted_ms, seen_ms);
	if (seen_ms > layer->absent_ms)
		layer->absent_ms = 0;
	if (layer->wanted && now_ms - since >= CARDEA_LAYER_MISSING_MS && !absent(layer, now_ms))
		layer->absent_ms = now_ms;
}

void cardea_source_measure(struct cardea_source *source, int64_t now_ms)
{
	for (unsigned i = 0; i < cardea_source_layers(source); i++) {
		measure_rate(&source->layers[i], now_ms);
		measure_presence(&source->layers[i], now_ms);
		cardea_recent_expire(&source->layers[i].recent, now_ms);
	}
}

bool cardea_source_want_layer(struct cardea_source *source, unsigned layer, bool wanted,
                              int64_t now_ms)
{
	struct cardea_layer *changed = &source->layers[layer];
	if (changed->wanted == wanted)
		return false;
	changed->wanted = wanted;
	changed->wanted_ms = now_ms;
	return true;
}

/* Encodings halve the picture from one to the next. */
static uint16_t guess_height(unsigned layer, unsigned layers)
{
	return layer < layers ? (uint16_t)(UNKNOWN_HEIGHT >> (layers - 1 - layer)) : UNKNOWN_HEIGHT;
}

static struct cardea_layer_offer offer_of(const struct cardea_source *source, unsigned index,
                                          int64_t now_ms)
{
	const struct cardea_layer *layer = &source->layers[index];
	unsigned layers = cardea_source_layers(source);
	struct cardea_layer_offer offer = {
	        .usable = index < layers && !absent(layer, now_ms),
	        .height = (uint16_t)atomic_load(&layer->size),
	        .bps = layer->cost_bps,
	};
	if (offer.bps == 0)
		offer.bps =
		        cardea_layer_guess_bps(offer.height ? offer.height : guess_height(index, layers));
	return offer;
}

void cardea_source_offers(const struct cardea_source *source, int64_t now_ms,
                          struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS])
{
	bool any = false;
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++) {
		offers[i] = offer_of(source, i, now_ms);
		any |= offers[i].usable;
	}
	/* A still screen may send nothing for long; what there is, is there. */
	if (!any || atomic_load(&source->encodings) == 0)
		offers[0].usable = true;
}
