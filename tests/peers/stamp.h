/*
 * stamp: the last 16 bytes of every payload, by which a receiver knows whom it hears.
 */
#ifndef PEERS_STAMP_H
#define PEERS_STAMP_H

#include "wire.h"

#define STAMP_SIZE 16

struct stamp {
	uint32_t sender;
	uint32_t counter; /* of the packets of this stream, from 0 */
	uint8_t kind;
	int64_t sent_us; /* monotonic clock of this process */
};

static inline void stamp_write(uint8_t *at, const struct stamp *stamp)
{
	wire_put32(at, stamp->sender);
	wire_put32(at + 4, stamp->counter);
	wire_put64(at + 8, (uint64_t)stamp->kind << 56 | (uint64_t)stamp->sent_us);
}

static inline void stamp_read(const uint8_t *at, struct stamp *stamp)
{
	stamp->sender = wire_get32(at);
	stamp->counter = wire_get32(at + 4);
	stamp->kind = at[8];
	stamp->sent_us = (int64_t)(wire_get64(at + 8) & 0xffffffffffffffu);
}

#endif
