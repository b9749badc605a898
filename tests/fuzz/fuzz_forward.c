/*
 * fuzz_forward: the packet path as a whole. The input is a sequence of steps, each an operation and
 * what it wants: packets of three sources (bytes as they are, or numbers and a payload), slots that
 * are assigned, emptied, go up and down, sources that are bound anew, time.
 */
#include <assert.h>
#include <string.h>
#include <glib.h>
#include "plugin/forward.h"
#include "plugin/rtp.h"

static const struct cardea_orientation upright = {.degrees = -1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SOURCES = 3, SLOTS = 3, RID_ID = 4 };

/* What a receiver has seen of a slot. */
struct view {
	bool any;
	int64_t out;
	uint32_t ts;
};

struct world {
	_Atomic int64_t lease;
	struct cardea_ref ref;
	struct cardea_source sources[SOURCES];
	struct cardea_slot slots[SLOTS];
	struct view views[SLOTS];
	int64_t now;
	/* The packet that is forwarded. */
	struct cardea_source *source;
	uint8_t *packet;
	size_t len;
};

/* The bytes that are left. */
struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static uint16_t take_u16(struct input *input)
{
	uint8_t high = take(input);
	return (uint16_t)(high << 8 | take(input));
}

/* @most is a mask. */
static size_t take_length(struct input *input, size_t most)
{
	size_t len = take(input) & most;
	return MIN(len, input->size);
}

static void gone(struct cardea_ref *ref)
{
	(void)ref;
	assert(!"a reference too few");
}

/* One stream that never jumps back, made of what is shown. */
static void receive(void *receiver, int mindex, void *arg)
{
	struct world *w = arg;
	struct cardea_slot *slot = receiver;
	struct view *view = &w->views[mindex];
	struct cardea_rtp rtp;
	int err = cardea_rtp_parse(w->packet, w->len, &rtp);
	assert(err == 0 && slot == &w->slots[mindex]);
	assert(cardea_slot_shown(slot, NULL) == w->source);
	if (!view->any) {
		view->out = (int64_t)rtp.seq - 1;
		view->ts = rtp.ts;
		view->any = true;
	}
	int64_t out = view->out + (int16_t)(uint16_t)(rtp.seq - (uint16_t)view->out);
	assert(out >= view->out - CARDEA_REWRITE_MISORDER);
	assert(out <= view->out + CARDEA_REWRITE_DROPOUT);
	if (out <= view->out)
		return;
	assert((int32_t)(rtp.ts - view->ts) >= 0);
	view->out = out;
	view->ts = rtp.ts;
}

static void forward(struct world *w, struct cardea_source *source, const uint8_t *data, size_t len)
{
	/* Of its own, so that a byte read or written past the end is seen. */
	w->packet = g_memdup2(data, len ? len : 1);
	w->len = len;
	w->source = source;
	cardea_forward(source, w->packet, len, &upright, w->now, receive, w);
	assert(len == 0 || memcmp(w->packet, data, len) == 0);
	g_free(w->packet);
}

/* A packet as it is. */
static void send_bytes(struct world *w, struct input *input, struct cardea_source *source)
{
	static const uint8_t none[1];
	size_t len = take_length(input, 255);
	forward(w, source, len ? input->data : none, len);
	input->data += len;
	input->size -= len;
}

/* A packet whose header is right: SSRC, numbers, payload. */
static void send_payload(struct world *w, struct input *input, struct cardea_source *source)
{
	uint8_t packet[12 + 63] = {0x80, 0x60};
	packet[11] = take(input) & 3;
	uint16_t seq = take_u16(input);
	cardea_rtp_write(packet, 96, seq, (uint32_t)take_u16(input) << 10);
	size_t len = take_length(input, 63);
	for (size_t i = 0; i < len; i++)
		packet[12 + i] = take(input);
	forward(w, source, packet, 12 + len);
}

static void bind_anew(struct input *input, struct cardea_source *source)
{
	static const char *const rids[] = {"q", "h", "f"};
	uint8_t what = take(input);
	enum cardea_codec codec =
	        source->video ? CARDEA_CODEC_VP8 + (what & 3) % (CARDEA_CODECS - 1) : CARDEA_CODEC_OPUS;
	cardea_source_bind(source, (int)(what >> 6) - 1, "0", codec, rids,
	                   source->video ? what >> 2 & 3 : 0);
	atomic_store(&source->open, what & 0x10);
}

static void route(struct world *w)
{
	struct cardea_slot *slots[SLOTS];
	for (unsigned i = 0; i < SLOTS; i++)
		slots[i] = &w->slots[i];
	for (unsigned i = 0; i < SOURCES * CARDEA_SOURCE_LAYERS; i++)
		cardea_source_route(&w->sources[i / CARDEA_SOURCE_LAYERS], i % CARDEA_SOURCE_LAYERS, slots,
		                    SLOTS);
}

static void change_slot(struct world *w, struct input *input, struct cardea_source *source)
{
	uint8_t what = take(input);
	struct cardea_slot *slot = &w->slots[what % SLOTS];
	switch (what >> 2 & 7) {
	case 0:
		cardea_slot_set_up(slot, what & 0x80);
		break;
	case 1:
		cardea_slot_forget(slot, source);
		break;
	case 2:
		cardea_slot_assign(slot, NULL, 0);
		break;
	default:
		/* Nobody shows sound where there is a picture. */
		if (slot->video == source->video)
			cardea_slot_assign(slot, source, (what >> 5) % CARDEA_SOURCE_LAYERS);
	}
}

static void pass_time(struct world *w, struct input *input)
{
	struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS];
	w->now += take_u16(input);
	for (unsigned i = 0; i < SOURCES; i++) {
		cardea_source_measure(&w->sources[i], w->now);
		cardea_source_offers(&w->sources[i], w->now, offers);
		assert(offers[0].bps > 0 && offers[1].bps > 0 && offers[2].bps > 0);
	}
}

static void step(struct world *w, struct input *input)
{
	uint8_t operation = take(input);
	struct cardea_source *source = &w->sources[(operation >> 3) % SOURCES];
	switch (operation & 7) {
	case 0:
		send_bytes(w, input, source);
		break;
	case 1:
	case 2:
	case 3:
		send_payload(w, input, source);
		break;
	case 4:
	case 5:
		change_slot(w, input, source);
		break;
	case 6:
		bind_anew(input, source);
		break;
	default:
		pass_time(w, input);
	}
}

static void begin(struct world *w)
{
	static const enum cardea_source_kind kinds[SOURCES] = {
	        CARDEA_SOURCE_CAMERA, CARDEA_SOURCE_SCREEN, CARDEA_SOURCE_MICROPHONE};
	w->now = 1000;
	cardea_ref_init(&w->ref, gone);
	for (unsigned i = 0; i < SOURCES; i++) {
		struct cardea_source *source = &w->sources[i];
		cardea_source_init(source, &w->ref, w, kinds[i], "p", &w->lease);
		cardea_source_bind(source, 0, "0", source->video ? CARDEA_CODEC_VP8 : CARDEA_CODEC_OPUS,
		                   NULL, 0);
		atomic_store(&source->rid_extension, RID_ID);
		atomic_store(&source->open, true);
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		struct cardea_slot *slot = &w->slots[i];
		cardea_slot_init(slot, &w->ref, slot, (int)i, i > 0, i);
		for (unsigned codec = 0; codec < CARDEA_CODECS; codec++)
			atomic_store(&slot->pts[codec], 96 + (int)codec);
		cardea_slot_set_up(slot, true);
		cardea_slot_assign(slot, &w->sources[i > 0 ? 0 : 2], 0);
	}
	route(w);
}

static void end(struct world *w)
{
	for (unsigned i = 0; i < SLOTS; i++)
		cardea_slot_destroy(&w->slots[i]);
	for (unsigned i = 0; i < SOURCES; i++)
		cardea_source_destroy(&w->sources[i]);
	assert(atomic_load(&w->ref.count) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = {0};
	struct input input = {data, size};
	begin(&w);
	while (input.size > 0)
		step(&w, &input);
	end(&w);
	return 0;
}
