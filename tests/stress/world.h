/*
 * world: what the gateways of the test have agreed on: rooms, meetings, seats, the key that signs
 * join tokens. Any thread.
 */
#ifndef CARDEA_STRESS_WORLD_H
#define CARDEA_STRESS_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#define WORLD_ROOMS  4
#define WORLD_SEATS  16
#define WORLD_ISSUER "stress"
#define WORLD_TENANT "tenant"
#define WORLD_SECRET "the secret of the stress test"

/* Bits, so that a request can name the roles that send it. */
enum role { ROLE_PUBLISH = 1 << 0, ROLE_RECEIVE = 1 << 1, ROLE_CONTROL = 1 << 2 };

/* Who sits behind a handle. Set once, but for the counters. */
struct identity {
	enum role role;
	unsigned room, seat;
	char connection[23];
	bool simulcast;         /* the camera has three encodings */
	_Atomic int64_t offers; /* made by it: publish */
	atomic_uint packets;
};

/* Once, before other threads: makes the key, tells the core the configuration. */
void world_begin(void);
void world_end(void);

/* A random person, device or gateway. */
struct identity *identity_new(void);
void identity_free(struct identity *identity);

/* "room-1", "seat-1"; new strings. */
json_t *world_room(unsigned room);
json_t *world_seat(unsigned seat);
/* A room that nobody has named before. */
json_t *world_new_room(void);

/* The epoch and the meeting of a room as they are now; the next ones. */
int64_t world_epoch(unsigned room);
int64_t world_next_epoch(unsigned room);
json_t *world_meeting(unsigned room);

/* The generation of all seats as it is now; it rises with the tokens that are made. */
int64_t world_gen(void);

/* A join token of @seat for @room; some have expired, or are of an older epoch or generation. */
json_t *world_token(unsigned room, unsigned seat);
/* {"keys":[...]} */
json_t *world_keys(void);

#endif
