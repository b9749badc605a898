/*
 * recent: the packets of one layer of video since its last key frame, while somebody is about to
 * see it. The key frame is asked for when a client answers the offer, and who comes up 100 ms later
 * gets it with what followed, instead of waiting for the next one.
 *
 * Threads: the room's thread keeps and expires; the packet thread of the source records, each
 * packet before it is forwarded; the loop thread of a receiver that comes up reads. `lock` is a
 * leaf, held for one packet.
 */
#ifndef CARDEA_PLUGIN_RECENT_H
#define CARDEA_PLUGIN_RECENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include "slot.h"

#define CARDEA_RECENT_KEEP_MS 3000 /* how long after the answer media may come up */
/* What is longer ago, or more, is no shorter way to a picture than a new key frame. */
#define CARDEA_RECENT_AGE_MS  1000
#define CARDEA_RECENT_PACKETS 96
#define CARDEA_RECENT_BYTES   (64 * 1024)
#define CARDEA_RECENT_PACKET  1500 /* bytes; a longer one is not kept */

/* How the camera is held (3GPP TS 26.114 7.4.5); degrees is -1 where it is not told. */
struct cardea_orientation {
	int16_t degrees;
	bool back_camera, flipped;
};

struct cardea_recent_store;

struct cardea_recent {
	atomic_bool kept;
	GMutex lock;
	/* Under lock. */
	int64_t until_ms;
	struct cardea_recent_store *store; /* owned; NULL while nothing is kept */
};

void cardea_recent_init(struct cardea_recent *recent);
void cardea_recent_destroy(struct cardea_recent *recent);

/* Records from the next key frame on. Room thread. */
void cardea_recent_keep(struct cardea_recent *recent, int64_t now_ms);
/* Gives the memory back when nobody came. Room thread, now and then. */
void cardea_recent_expire(struct cardea_recent *recent, int64_t now_ms);

/* Records a packet that is about to be forwarded. Nothing is allocated. Packet thread. */
void cardea_recent_record(struct cardea_recent *recent, const struct cardea_packet *packet,
                          const uint8_t *data, const struct cardea_orientation *orientation);
/* A packet was not let through: what follows is nothing without it. Packet thread. */
void cardea_recent_break(struct cardea_recent *recent);

/* Where a reader is. All zero at the beginning. */
struct cardea_recent_cursor {
	unsigned index;
	uint64_t generation;
	uint32_t ts;
};

/* A copy of one packet: `repeated`, and `hurried` where a frame begins. */
struct cardea_recent_packet {
	struct cardea_packet packet;
	struct cardea_orientation orientation;
	uint8_t data[CARDEA_RECENT_PACKET];
};

enum cardea_recent_result {
	CARDEA_RECENT_NEXT = 0, /* the next packet is in @out */
	CARDEA_RECENT_END,      /* there is no further one now, or nothing that is young enough */
	CARDEA_RECENT_CHANGED,  /* what was read does not go on: another key frame, or a hole */
};

/* Reads on from the last key frame. Any thread. */
enum cardea_recent_result cardea_recent_read(struct cardea_recent *recent,
                                             struct cardea_recent_cursor *cursor, int64_t now_ms,
                                             struct cardea_recent_packet *out);

#endif
