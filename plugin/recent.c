#include "recent.h"

#include <string.h>

struct record {
	struct cardea_packet packet;
	struct cardea_orientation orientation;
	size_t offset; /* into bytes */
};

struct cardea_recent_store {
	uint64_t generation; /* counts how often it was emptied */
	unsigned count;
	size_t used;
	struct record records[CARDEA_RECENT_PACKETS];
	uint8_t bytes[CARDEA_RECENT_BYTES];
};

void cardea_recent_init(struct cardea_recent *recent)
{
	*recent = (struct cardea_recent){.store = NULL};
	g_mutex_init(&recent->lock);
}

void cardea_recent_destroy(struct cardea_recent *recent)
{
	g_free(recent->store);
	g_mutex_clear(&recent->lock);
}

static void empty(struct cardea_recent_store *store)
{
	store->generation++;
	store->count = 0;
	store->used = 0;
}

void cardea_recent_keep(struct cardea_recent *recent, int64_t now_ms)
{
	g_mutex_lock(&recent->lock);
	recent->until_ms = now_ms + CARDEA_RECENT_KEEP_MS;
	if (!recent->store) {
		recent->store = g_new(struct cardea_recent_store, 1);
		recent->store->generation = 0;
		empty(recent->store);
	}
	g_mutex_unlock(&recent->lock);
	atomic_store(&recent->kept, true);
}

void cardea_recent_expire(struct cardea_recent *recent, int64_t now_ms)
{
	if (!atomic_load(&recent->kept))
		return;
	struct cardea_recent_store *store = NULL;
	g_mutex_lock(&recent->lock);
	if (now_ms >= recent->until_ms) {
		store = g_steal_pointer(&recent->store);
		atomic_store(&recent->kept, false);
	}
	g_mutex_unlock(&recent->lock);
	g_free(store);
}

/* Whether @packet goes on where the recorded ones end. */
static bool follows(const struct cardea_recent_store *store, const struct cardea_packet *packet)
{
	if (store->count == 0)
		return false;
	const struct cardea_packet *last = &store->records[store->count - 1].packet;
	return packet->stream == last->stream && packet->seq == (uint16_t)(last->seq + 1);
}

static void record(struct cardea_recent_store *store, const struct cardea_packet *packet,
                   const uint8_t *data, const struct cardea_orientation *orientation)
{
	if (packet->keyframe || !follows(store, packet))
		empty(store);
	if (store->count == 0 && !packet->keyframe)
		return;
	if (store->count == CARDEA_RECENT_PACKETS || packet->len > CARDEA_RECENT_PACKET ||
	    packet->len > CARDEA_RECENT_BYTES - store->used) {
		empty(store);
		return;
	}
	store->records[store->count++] =
	        (struct record){.packet = *packet, .orientation = *orientation, .offset = store->used};
	memcpy(&store->bytes[store->used], data, packet->len);
	store->used += packet->len;
}

void cardea_recent_record(struct cardea_recent *recent, const struct cardea_packet *packet,
                          const uint8_t *data, const struct cardea_orientation *orientation)
{
	if (!atomic_load_explicit(&recent->kept, memory_order_relaxed))
		return;
	g_mutex_lock(&recent->lock);
	if (recent->store)
		record(recent->store, packet, data, orientation);
	g_mutex_unlock(&recent->lock);
}

void cardea_recent_break(struct cardea_recent *recent)
{
	if (!atomic_load_explicit(&recent->kept, memory_order_relaxed))
		return;
	g_mutex_lock(&recent->lock);
	if (recent->store)
		empty(recent->store);
	g_mutex_unlock(&recent->lock);
}

static void copy(const struct cardea_recent_store *store, struct cardea_recent_cursor *cursor,
                 int64_t now_ms, struct cardea_recent_packet *out)
{
	const struct record *record = &store->records[cursor->index];
	out->packet = record->packet;
	out->packet.repeated = true;
	out->packet.hurried = cursor->index > 0 && record->packet.ts != cursor->ts;
	out->packet.now_ms = now_ms;
	out->orientation = record->orientation;
	memcpy(out->data, &store->bytes[record->offset], record->packet.len);
	cursor->ts = record->packet.ts;
	cursor->index++;
}

static enum cardea_recent_result read_on(const struct cardea_recent_store *store,
                                         struct cardea_recent_cursor *cursor, int64_t now_ms,
                                         struct cardea_recent_packet *out)
{
	if (cursor->index > 0 && (!store || store->generation != cursor->generation))
		return CARDEA_RECENT_CHANGED;
	if (!store || cursor->index == store->count)
		return CARDEA_RECENT_END;
	if (cursor->index == 0 && now_ms - store->records[0].packet.now_ms > CARDEA_RECENT_AGE_MS)
		return CARDEA_RECENT_END;
	cursor->generation = store->generation;
	copy(store, cursor, now_ms, out);
	return CARDEA_RECENT_NEXT;
}

enum cardea_recent_result cardea_recent_read(struct cardea_recent *recent,
                                             struct cardea_recent_cursor *cursor, int64_t now_ms,
                                             struct cardea_recent_packet *out)
{
	g_mutex_lock(&recent->lock);
	enum cardea_recent_result result = read_on(recent->store, cursor, now_ms, out);
	g_mutex_unlock(&recent->lock);
	return result;
}
