#include "layers.h"

#include <stddef.h>

#define ANY_PRIORITY   (CARDEA_PRIORITY_SCREEN + 1)
#define LOWEST_HEIGHT  180 /* of a camera of 720 lines in three layers */
#define HIGHEST_HEIGHT 4320
#define UNKNOWN_HEIGHT 360

struct choice {
	struct cardea_budget *budget;
	struct cardea_layer_want *wants;
	unsigned count;
	int64_t now_ms;
	struct cardea_layer_want *first; /* never paused; NULL: nobody offers anything */
	uint64_t total;
};

/* ---- one slot ---- */

static uint64_t bps_of(const struct cardea_layer_want *want, int layer)
{
	return layer == CARDEA_LAYER_NONE ? 0 : want->offers[layer].bps;
}

/* The nearest usable layer below @layer, CARDEA_LAYER_NONE if there is none. */
static int below(const struct cardea_layer_want *want, int layer)
{
	while (--layer >= 0) {
		if (want->offers[layer].usable)
			return layer;
	}
	return CARDEA_LAYER_NONE;
}

/* The nearest usable layer above @layer (CARDEA_LAYER_NONE: the lowest). */
static int above(const struct cardea_layer_want *want, int layer)
{
	while (++layer < CARDEA_SOURCE_LAYERS) {
		if (want->offers[layer].usable)
			return layer;
	}
	return CARDEA_LAYER_NONE;
}

static int lowest(const struct cardea_layer_want *want)
{
	return above(want, CARDEA_LAYER_NONE);
}

/* Each layer has twice the height of the one below it, as long as nobody knows better. */
static unsigned height_of(const struct cardea_layer_offer *offers, int layer)
{
	if (offers[layer].height)
		return offers[layer].height;
	for (int known = 0; known < CARDEA_SOURCE_LAYERS; known++) {
		unsigned height = offers[known].height;
		if (height)
			return known < layer ? height << (layer - known) : height >> (known - layer);
	}
	return LOWEST_HEIGHT << layer;
}

/* The lowest layer that is high enough, else the highest there is. */
static int highest_useful(const struct cardea_layer_want *want)
{
	int found = CARDEA_LAYER_NONE;
	for (int layer = lowest(want); layer != CARDEA_LAYER_NONE; layer = above(want, layer)) {
		found = layer;
		if (height_of(want->offers, layer) >= want->height)
			break;
	}
	return found;
}

/* What @want may keep of the layer it had, CARDEA_LAYER_NONE if it has to begin again. */
static int kept(const struct cardea_layer_want *want)
{
	int most = highest_useful(want);
	if (want->layer == CARDEA_LAYER_NONE || most == CARDEA_LAYER_NONE)
		return CARDEA_LAYER_NONE;
	int layer = want->layer < most ? want->layer : most;
	return want->offers[layer].usable ? layer : below(want, layer);
}

static void set_layer(struct choice *choice, struct cardea_layer_want *want, int layer)
{
	choice->total += bps_of(want, layer);
	choice->total -= bps_of(want, want->layer);
	want->layer = layer;
}

/* ---- down ---- */

/* Which slot steps down next: of the lowest priority, there the highest layer, there the last. NULL
 * if all of these priorities have their lowest. */
static struct cardea_layer_want *next_down(const struct choice *choice, int priority_below)
{
	struct cardea_layer_want *found = NULL;
	for (unsigned i = 0; i < choice->count; i++) {
		struct cardea_layer_want *want = &choice->wants[i];
		if ((int)want->priority >= priority_below || want->layer <= lowest(want))
			continue;
		if (!found || want->priority < found->priority ||
		    (want->priority == found->priority && want->layer >= found->layer))
			found = want;
	}
	return found;
}

static struct cardea_layer_want *next_pause(const struct choice *choice, int priority_below)
{
	struct cardea_layer_want *found = NULL;
	for (unsigned i = 0; i < choice->count; i++) {
		struct cardea_layer_want *want = &choice->wants[i];
		if ((int)want->priority >= priority_below || want->layer == CARDEA_LAYER_NONE ||
		    want == choice->first)
			continue;
		if (!found || want->priority <= found->priority)
			found = want;
	}
	return found;
}

/* Steps down until no more than @limit is left, slots of a priority below @down to their lowest
 * layer, then those below @pause to nothing. */
static void fit(struct choice *choice, uint64_t limit, int down, int pause)
{
	struct cardea_layer_want *want;
	while (choice->total > limit && (want = next_down(choice, down)))
		set_layer(choice, want, below(want, want->layer));
	while (choice->total > limit && (want = next_pause(choice, pause))) {
		set_layer(choice, want, CARDEA_LAYER_NONE);
		choice->budget->starved = true;
	}
}

/* Takes the last step up back if it is known which one it was; true if that is enough. */
static bool take_back(struct choice *choice, uint64_t limit)
{
	struct cardea_budget *budget = choice->budget;
	if (!budget->watched || budget->grew_layer == CARDEA_LAYER_NONE ||
	    budget->slots != choice->count)
		return false;
	struct cardea_layer_want *want = &choice->wants[budget->grew_slot];
	int layer = below(want, budget->grew_layer);
	if (want->layer != budget->grew_layer || (layer == CARDEA_LAYER_NONE && want == choice->first))
		return false;
	set_layer(choice, want, layer);
	budget->starved |= layer == CARDEA_LAYER_NONE;
	return cardea_budget_is_near(limit, choice->total);
}

static void step_down(struct choice *choice)
{
	uint64_t limit = cardea_budget_limit(choice->budget, choice->total, choice->now_ms);
	if (limit >= choice->total)
		return;
	if (!take_back(choice, limit))
		fit(choice, limit, ANY_PRIORITY, ANY_PRIORITY);
	cardea_budget_back_off(choice->budget, choice->now_ms);
}

/* ---- up ---- */

/* What slots of a priority below @down have beyond their lowest layer, and those below @pause,
 * which are none of the highest, have at all. */
static uint64_t spare(const struct choice *choice, int down, int pause)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < choice->count; i++) {
		const struct cardea_layer_want *want = &choice->wants[i];
		uint64_t bps = bps_of(want, want->layer);
		uint64_t least = bps_of(want, lowest(want));
		if ((int)want->priority < pause)
			sum += bps;
		else if ((int)want->priority < down && bps > least)
			sum += bps - least;
	}
	return sum;
}

/* Frees @bps, or what is spare of it. */
static void make_room(struct choice *choice, uint64_t bps, int down, int pause)
{
	fit(choice, choice->total > bps ? choice->total - bps : 0, down, pause);
}

/* Whether @want, which shows nothing, may begin; room is made for it. */
static bool may_begin(struct choice *choice, const struct cardea_layer_want *want)
{
	uint64_t bps = bps_of(want, lowest(want));
	if (cardea_budget_may_begin(choice->budget, choice->total + bps, choice->now_ms))
		return true;
	if (want != choice->first && spare(choice, ANY_PRIORITY, want->priority) < bps)
		return false;
	make_room(choice, bps, ANY_PRIORITY, want->priority);
	return true;
}

/* The lowest layer for slots that show nothing. Where it does not fit they wait for their turn to
 * step up. */
static void begin(struct choice *choice)
{
	unsigned begun = 0;
	bool waiting = false;
	for (int priority = CARDEA_PRIORITY_SCREEN; priority >= 0 && !waiting; priority--) {
		for (unsigned i = 0; i < choice->count && !waiting; i++) {
			struct cardea_layer_want *want = &choice->wants[i];
			if ((int)want->priority != priority || want->layer != CARDEA_LAYER_NONE ||
			    lowest(want) == CARDEA_LAYER_NONE)
				continue;
			waiting = !may_begin(choice, want);
			if (!waiting) {
				set_layer(choice, want, lowest(want));
				begun++;
			}
		}
	}
	choice->budget->starved = waiting;
	if (begun > 0)
		cardea_budget_grew(choice->budget, 0, choice->count, CARDEA_LAYER_NONE, choice->now_ms);
}

/* Whether @a is to step up before @b, which comes earlier. */
static bool is_before(const struct cardea_layer_want *a, const struct cardea_layer_want *b)
{
	bool a_waits = a->layer == CARDEA_LAYER_NONE;
	bool b_waits = b->layer == CARDEA_LAYER_NONE;
	if (a_waits != b_waits)
		return a_waits;
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->layer < b->layer;
}

/* Which slot steps up next: first those that show nothing, then by priority, there the lowest
 * layer, there the first. NULL if all have what they can use. */
static struct cardea_layer_want *next_up(const struct choice *choice)
{
	struct cardea_layer_want *found = NULL;
	for (unsigned i = 0; i < choice->count; i++) {
		struct cardea_layer_want *want = &choice->wants[i];
		if (want->layer < highest_useful(want) && (!found || is_before(want, found)))
			found = want;
	}
	return found;
}

static void step_up(struct choice *choice)
{
	struct cardea_budget *budget = choice->budget;
	struct cardea_layer_want *want = next_up(choice);
	if (!want || !cardea_budget_may_step(budget, choice->now_ms))
		return;
	int layer = above(want, want->layer);
	uint64_t bps = bps_of(want, layer), before = bps_of(want, want->layer);
	uint64_t more = bps > before ? bps - before : 0;
	if (cardea_budget_may_grow(budget, choice->total, choice->total + more, choice->now_ms)) {
		cardea_budget_grew(budget, (unsigned)(want - choice->wants), choice->count, layer,
		                   choice->now_ms);
	} else if (want->layer != CARDEA_LAYER_NONE &&
	           spare(choice, want->priority, CARDEA_PRIORITY_REST) >= more) {
		/* Not more in all: it is only given to somebody else. */
		make_room(choice, more, want->priority, CARDEA_PRIORITY_REST);
		budget->stepped_ms = choice->now_ms;
	} else {
		return;
	}
	set_layer(choice, want, layer);
}

/* ---- all slots ---- */

/* Takes over what may stay of the last choice. */
static void settle(struct choice *choice)
{
	for (unsigned i = 0; i < choice->count; i++) {
		struct cardea_layer_want *want = &choice->wants[i];
		want->layer = kept(want);
		choice->total += bps_of(want, want->layer);
		if (lowest(want) != CARDEA_LAYER_NONE &&
		    (!choice->first || want->priority > choice->first->priority))
			choice->first = want;
	}
}

uint32_t cardea_layers_choose(struct cardea_budget *budget, struct cardea_layer_want *wants,
                              unsigned count, int64_t now_ms)
{
	struct choice choice = {.budget = budget, .wants = wants, .count = count, .now_ms = now_ms};
	settle(&choice);
	step_down(&choice);
	begin(&choice);
	step_up(&choice);
	budget->given_bps = choice.total < UINT32_MAX ? (uint32_t)choice.total : UINT32_MAX;
	return budget->given_bps;
}

/* A camera in three layers of 180, 360 and 720 lines has about 120, 400 and 1300 kbit/s. */
uint32_t cardea_layer_guess_bps(uint16_t height)
{
	uint32_t lines = height ? height : UNKNOWN_HEIGHT;
	if (lines > HIGHEST_HEIGHT)
		lines = HIGHEST_HEIGHT;
	return lines * lines * 9 / 4 + lines * 260;
}
