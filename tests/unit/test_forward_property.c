/*
 * forward, as a property: whatever is shown after what, and whatever senders lose, reorder, repeat
 * or begin to count anew, the receiver of a slot sees one stream: its numbers go on, none is used
 * twice, and nothing comes from what the slot does not show. A million switches at random; the seed
 * is printed and CARDEA_TEST_SEED repeats it.
 */
#include "unit.h"

#include <stdlib.h>
#include "plugin/forward.h"
#include "plugin/rtp.h"

static const struct cardea_orientation upright = {.degrees = -1};

#define SWITCHES 1000000
#define SOURCES  6
#define STREAMS  (SOURCES * CARDEA_SOURCE_LAYERS)
#define HEADER   12
#define BODY     9        /* behind the descriptor: frame byte, number of the packet */
#define UNSURE   UINT_MAX /* no epoch */

/* One packet as its sender made it. */
struct made {
	unsigned sender;
	uint64_t number; /* of all packets of all senders; 0: none */
	unsigned epoch;  /* of its sender's numbers */
	bool first, key;
	int64_t seq, ts, picture, tl0;
};

/* A stream and its sender, who knows its numbers without their wrapping. */
struct sender {
	struct cardea_source *source;
	unsigned layer, bits; /* of the picture id; 0: a descriptor without numbers */
	struct made last, late;
	unsigned seen_epoch; /* of the last packet that arrived */
	int64_t seen_seq;    /* highest that arrived */
};

/* What has to hold, as far as the receiver has seen it. */
struct view {
	int shown, next; /* senders; -1: none */
	bool waiting;    /* for a key frame of what is shown */
	bool any;
	int run;        /* sender of the last packet; -1: the next one begins a run */
	unsigned epoch; /* of that sender when the run began; UNSURE: it has counted anew since */
	bool sure;      /* what comes next in descriptors can be foretold */
	int64_t out;    /* highest number sent, unwrapped */
	uint32_t ts;    /* of that packet */
	int64_t seq_offset;
	uint32_t ts_offset;
	int64_t picture, tl0, picture_offset, tl0_offset; /* -1: nothing sent that had one */
	bool picture_run;                                 /* the offsets are those of this run */
};

struct world {
	GRand *rand;
	_Atomic int64_t lease;
	struct cardea_ref ref;
	struct cardea_slot slot;
	struct cardea_source sources[SOURCES];
	struct sender senders[STREAMS];
	struct view view;
	int64_t now;
	uint64_t numbers, switches, sent, arrived;
	/* The packet that is forwarded. */
	struct made made;
	uint8_t packet[HEADER + 6 + BODY];
	size_t len, head;
	bool received;
	/* Which packet got an outgoing number last. */
	struct {
		int64_t out;
		struct made made;
	} used[65536];
};

static bool chance(struct world *w, int one_in)
{
	return g_rand_int_range(w->rand, 0, one_in) == 0;
}

static void nobody_gone(struct cardea_ref *ref)
{
	(void)ref;
	fail_msg("a reference too few");
}

/* ---- senders ---- */

/* Any number may follow. Time is more than an hour off, or a new number might be a late old one. */
static void count_anew(struct world *w, struct made *last)
{
	last->epoch++;
	last->seq += g_rand_int_range(w->rand, 0, 65536);
	last->ts += INT64_C(0x20000000) + g_rand_int_range(w->rand, 0, 0x60000000) * INT64_C(2);
	last->picture += g_rand_int_range(w->rand, 0, 32768);
}

static struct made make(struct world *w, unsigned index)
{
	struct sender *sender = &w->senders[index];
	struct made *last = &sender->last;
	/* Two such steps between two packets that arrive may add up to a small one back. */
	if (last->epoch == sender->seen_epoch && chance(w, 400))
		count_anew(w, last);
	last->sender = index;
	last->number = ++w->numbers;
	last->seq += chance(w, 20) ? g_rand_int_range(w->rand, 2, 200) : 1;
	last->first = chance(w, 2);
	last->key = last->first ? chance(w, 3) : last->key;
	if (last->first) {
		last->ts += g_rand_int_range(w->rand, 1, 6000);
		last->picture++;
		last->tl0 += last->key || chance(w, 2);
	}
	return *last;
}

static void write_packet(struct world *w, const struct made *made)
{
	const struct sender *sender = &w->senders[made->sender];
	static const uint8_t header[HEADER] = {0x80, 0xe0};
	uint8_t *p = w->packet + HEADER;
	memcpy(w->packet, header, sizeof(header));
	cardea_rtp_write(w->packet, 96, (uint16_t)made->seq, (uint32_t)made->ts);
	w->packet[11] = (uint8_t)(made->sender + 1);
	w->head = sender->bits == 15 ? 6 : sender->bits == 7 ? 5 : 1;
	p[0] = (uint8_t)((sender->bits ? 0x80 : 0) | (made->first ? 0x10 : 0));
	if (sender->bits) {
		const struct cardea_vp8 vp8 = {.picture_id_bits = (uint8_t)sender->bits,
		                               .picture_id_at = 2,
		                               .tl0picidx_at = (uint8_t)(w->head - 2)};
		p[1] = 0xf0;
		cardea_vp8_write(&vp8, p, (uint16_t)made->picture, (uint8_t)made->tl0);
		p[w->head - 1] = 0x25;
	}
	p += w->head;
	p[0] = made->key ? 0 : 1;
	memcpy(p + 1, &made->number, sizeof(made->number));
	w->len = HEADER + w->head + BODY;
}

/* ---- the receiver ---- */

static void begin_run(struct world *w, uint16_t seq, uint32_t ts)
{
	struct view *v = &w->view;
	const struct made *m = &w->made;
	if (v->any) {
		assert_int_equal(seq, (uint16_t)(v->out + 1));
		assert_true((int32_t)(ts - v->ts) > 0);
	} else {
		v->out = (int64_t)seq - 1;
		v->ts = ts;
	}
	/* A picture id of 15 bits tells where they are. */
	if (!v->sure && w->senders[m->sender].bits == 15) {
		v->sure = true;
		v->picture = -1;
		v->tl0 = -1;
	}
	v->any = true;
	v->run = (int)m->sender;
	v->epoch = m->epoch;
	v->seq_offset = v->out + 1 - m->seq;
	v->ts_offset = ts - (uint32_t)m->ts;
	v->picture_run = false;
}

/* The numbers of a sender that goes on in order are moved, all by the same. */
static void check_same_epoch(struct world *w, uint16_t seq, uint32_t ts)
{
	assert_int_equal(seq, (uint16_t)(w->made.seq + w->view.seq_offset));
	assert_int_equal(ts, (uint32_t)w->made.ts + w->view.ts_offset);
}

/* For any sender: no number twice, none far off, and time goes forward with them. */
static void check_numbers(struct world *w, uint16_t seq, uint32_t ts)
{
	struct view *v = &w->view;
	int64_t out = v->out + (int16_t)(uint16_t)(seq - (uint16_t)v->out);
	assert_in_range(out - v->out + 2 * CARDEA_REWRITE_MISORDER, CARDEA_REWRITE_MISORDER,
	                2 * CARDEA_REWRITE_MISORDER + CARDEA_REWRITE_DROPOUT);
	/* A sender that counts anew may use its own numbers again. */
	const struct made *user = &w->used[seq].made;
	if (w->used[seq].out == out && (user->sender != w->made.sender || user->epoch == w->made.epoch))
		assert_int_equal(user->number, w->made.number);
	w->used[seq].out = out;
	w->used[seq].made = w->made;
	if (out <= v->out)
		return;
	assert_true((int32_t)(ts - v->ts) >= 0);
	v->out = out;
	v->ts = ts;
}

/* One of the two numbers of the descriptor: after a switch the next one, then moved by the same. */
static void check_counter(int64_t in, int64_t out, unsigned bits, bool run, int64_t *highest,
                          int64_t *offset)
{
	int64_t mask = (INT64_C(1) << bits) - 1;
	if (!run)
		*offset = (*highest < 0 ? out : *highest + 1) - in;
	assert_int_equal(out, (in + *offset) & mask);
	if (in + *offset > *highest)
		*highest = in + *offset;
}

static void check_descriptor(struct world *w)
{
	struct view *v = &w->view;
	const struct made *m = &w->made;
	unsigned bits = w->senders[m->sender].bits;
	struct cardea_vp8 vp8;
	cardea_vp8_parse(w->packet + HEADER, w->len - HEADER, &vp8);
	assert_int_equal(vp8.len, w->head);
	assert_int_equal(vp8.picture_id_bits, bits);
	if (bits == 0)
		return;
	assert_int_equal(w->packet[HEADER + w->head - 1], 0x25); /* TID, Y, KEYIDX */
	if (v->sure) {
		check_counter(m->picture, vp8.picture_id, bits, v->picture_run, &v->picture,
		              &v->picture_offset);
		check_counter(m->tl0, vp8.tl0picidx, 8, v->picture_run, &v->tl0, &v->tl0_offset);
	}
	v->picture_run = true;
}

static void check_allowed(struct world *w)
{
	struct view *v = &w->view;
	int sender = (int)w->made.sender;
	bool starts = w->made.key && w->made.first;
	if (sender == v->next && starts) {
		v->shown = sender;
		v->next = -1;
		v->waiting = false;
		v->run = -1;
		w->switches++;
	}
	assert_int_equal(sender, v->shown);
	assert_true(!v->waiting || starts);
	v->waiting = false;
}

static void receive(void *receiver, int mindex, void *arg)
{
	struct world *w = arg;
	struct view *v = &w->view;
	struct cardea_rtp rtp;
	uint64_t number;
	assert_ptr_equal(receiver, w);
	assert_int_equal(mindex, 7);
	assert_int_equal(cardea_rtp_parse(w->packet, w->len, &rtp), 0);
	memcpy(&number, w->packet + HEADER + w->head + 1, sizeof(number));
	assert_int_equal(number, w->made.number);
	check_allowed(w);
	w->received = true;
	w->sent++;
	if (v->run < 0)
		begin_run(w, rtp.seq, rtp.ts);
	if (v->epoch == w->made.epoch) {
		check_same_epoch(w, rtp.seq, rtp.ts);
	} else {
		/* It may have been taken for a loss, or for a new beginning. */
		v->epoch = UNSURE;
		v->sure = false;
	}
	check_numbers(w, rtp.seq, rtp.ts);
	check_descriptor(w);
}

/* ---- what happens ---- */

/* Whether a packet must be sent: it comes in order, and of what is shown, or begins it. */
static bool is_due(const struct world *w, const struct made *made)
{
	const struct sender *sender = &w->senders[made->sender];
	const struct view *v = &w->view;
	int index = (int)made->sender;
	if (made->epoch != sender->seen_epoch || made->seq <= sender->seen_seq ||
	    !atomic_load(&w->slot.up))
		return false;
	if (index == v->next || (index == v->shown && v->waiting))
		return made->key && made->first;
	return v->run == index && v->epoch == made->epoch;
}

static void arrive(struct world *w, const struct made *made)
{
	struct sender *sender = &w->senders[made->sender];
	uint8_t before[sizeof(w->packet)];
	bool due = is_due(w, made);
	w->made = *made;
	w->received = false;
	write_packet(w, made);
	memcpy(before, w->packet, w->len);
	cardea_forward(sender->source, w->packet, w->len, &upright, w->now, receive, w);
	assert_memory_equal(w->packet, before, w->len);
	w->arrived++;
	if (due)
		assert_true(w->received);
	if (made->epoch != sender->seen_epoch || made->seq > sender->seen_seq)
		sender->seen_seq = made->seq;
	sender->seen_epoch = made->epoch;
}

static void send(struct world *w, unsigned index)
{
	struct sender *sender = &w->senders[index];
	struct made made = make(w, index);
	w->now += g_rand_int_range(w->rand, 0, 30);
	if (chance(w, 12) && sender->late.number == 0) {
		sender->late = made;
		return;
	}
	if (chance(w, 15))
		return; /* lost */
	arrive(w, &made);
	if (chance(w, 40))
		arrive(w, &made); /* twice */
	if (sender->late.number && chance(w, 3)) {
		made = sender->late;
		sender->late.number = 0;
		if (made.epoch + 1 >= sender->last.epoch)
			arrive(w, &made);
	}
}

static void send_some(struct world *w)
{
	const struct view *v = &w->view;
	for (int packets = g_rand_int_range(w->rand, 0, 5); packets > 0; packets--) {
		int who = g_rand_int_range(w->rand, 0, 8);
		int index = who < 3 ? v->shown : who < 7 ? v->next : -1;
		if (index < 0)
			index = g_rand_int_range(w->rand, 0, STREAMS);
		send(w, (unsigned)index);
	}
}

static void show_at_once(struct view *v, int index)
{
	v->shown = index;
	v->next = -1;
	v->waiting = true;
	v->run = -1;
}

static void assign(struct world *w, int index)
{
	struct view *v = &w->view;
	struct sender *sender = index < 0 ? NULL : &w->senders[index];
	cardea_slot_assign(&w->slot, sender ? sender->source : NULL, sender ? sender->layer : 0);
	if (!sender || v->shown < 0)
		show_at_once(v, index);
	else if (v->shown == index)
		v->next = -1;
	else if (v->next == index || !v->waiting || w->senders[v->shown].source == sender->source)
		v->next = index;
	else
		show_at_once(v, index);
}

static void forget(struct world *w)
{
	struct view *v = &w->view;
	const struct cardea_source *source = &w->sources[g_rand_int_range(w->rand, 0, SOURCES)];
	cardea_slot_forget(&w->slot, source);
	if (v->next >= 0 && w->senders[v->next].source == source)
		v->next = -1;
	if (v->shown < 0 || w->senders[v->shown].source != source)
		return;
	show_at_once(v, v->next);
}

static void toggle(struct world *w)
{
	cardea_slot_set_up(&w->slot, !atomic_load(&w->slot.up));
	w->view.waiting = true;
	w->view.run = -1;
}

static void something_happens(struct world *w)
{
	int what = g_rand_int_range(w->rand, 0, 400);
	if (!atomic_load(&w->slot.up) || what == 0)
		toggle(w);
	else if (what == 1)
		forget(w);
	else if (what == 2)
		assign(w, -1);
	else if (w->view.next < 0 || what < 40)
		assign(w, g_rand_int_range(w->rand, 0, STREAMS));
}

static void a_million_switches_make_one_stream(void **state)
{
	struct world *w = *state;
	gint64 start = g_get_monotonic_time();
	while (w->switches < SWITCHES) {
		something_happens(w);
		send_some(w);
		assert_true(w->numbers < UINT64_C(100) * SWITCHES);
	}
	print_message("%" G_GUINT64_FORMAT " packets arrived, %" G_GUINT64_FORMAT
	              " were sent, %" G_GUINT64_FORMAT " switched; %.1f s\n",
	              w->arrived, w->sent, w->switches,
	              (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC);
	assert_int_equal(cardea_slot_count(&w->slot).packets, w->sent);
	assert_int_equal(cardea_slot_count(&w->slot).switches, w->switches);
	assert_true(w->sent > w->switches);
}

static void make_source(struct world *w, unsigned index)
{
	static const char *const rids[] = {"q", "h", "f"};
	static const unsigned bits[] = {15, 15, 7, 0};
	struct cardea_source *source = &w->sources[index];
	struct cardea_slot *slot = &w->slot;
	cardea_source_init(source, &w->ref, source, CARDEA_SOURCE_CAMERA, "p", &w->lease);
	cardea_source_bind(source, 0, "0", CARDEA_CODEC_VP8, rids, CARDEA_SOURCE_LAYERS);
	atomic_store(&source->open, true);
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++) {
		unsigned i = index * CARDEA_SOURCE_LAYERS + layer;
		struct made *last = &w->senders[i].last;
		w->senders[i].source = source;
		w->senders[i].layer = layer;
		w->senders[i].bits = bits[i % G_N_ELEMENTS(bits)];
		count_anew(w, last);
		w->senders[i].seen_epoch = last->epoch;
		cardea_source_layer_of(source, i + 1, rids[layer], 1);
		/* Every packet comes to the slot, as with routes that are all too old. */
		cardea_source_route(source, layer, &slot, 1);
	}
}

static int setup(void **state)
{
	const char *text = getenv("CARDEA_TEST_SEED");
	uint32_t seed = text ? (uint32_t)g_ascii_strtoull(text, NULL, 10) : g_random_int();
	print_message("seed %u (set CARDEA_TEST_SEED to repeat)\n", seed);
	struct world *w = g_new0(struct world, 1);
	w->rand = g_rand_new_with_seed(seed);
	w->now = 1000;
	w->view = (struct view){
	        .shown = -1, .next = -1, .run = -1, .sure = true, .picture = -1, .tl0 = -1};
	cardea_ref_init(&w->ref, nobody_gone);
	cardea_slot_init(&w->slot, &w->ref, w, 7, true, 0);
	atomic_store(&w->slot.pts[CARDEA_CODEC_VP8], 101);
	for (unsigned i = 0; i < SOURCES; i++)
		make_source(w, i);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	cardea_slot_destroy(&w->slot);
	for (unsigned i = 0; i < SOURCES; i++)
		cardea_source_destroy(&w->sources[i]);
	int leaked = atomic_load(&w->ref.count) != 1;
	g_rand_free(w->rand);
	g_free(w);
	return leaked;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_million_switches_make_one_stream, setup, teardown),
	};
	return cmocka_run_group_tests_name("forward_property", tests, NULL, NULL);
}
