/*
 * ratelimit: a bucket of tokens for each of many callers, in a table of fixed size that forgets the
 * oldest, so that nobody can make it grow. A try is looked at first (wait_s) and charged when its
 * outcome is known (charge); tries that were under way together can leave a bucket in debt, of a
 * minute at most, so they gain nothing by their number.
 *
 * Callers are known by a hash with a secret seed: nobody chooses whose bucket he shares, and
 * credentials are not kept. No I/O; loop thread only.
 */
#ifndef CARDEA_NET_RATELIMIT_H
#define CARDEA_NET_RATELIMIT_H

#include <stddef.h>
#include <stdint.h>

struct cardea_clock;
struct cardea_random;
struct cardea_ratelimit;

#define CARDEA_RATELIMIT_ENTRIES 8192
#define CARDEA_RATELIMIT_MAX     1000000 /* of per_second and burst */
#define CARDEA_RATELIMIT_PERIOD  3600    /* longest */

struct cardea_ratelimit_options {
	int64_t per_second;                 /* 0 = off: no limit, nothing is kept */
	int64_t period_s;                   /* that per_second is about, if not one second; 0 = 1 */
	int64_t burst;                      /* at least 1 is taken */
	size_t entries;                     /* 0 = CARDEA_RATELIMIT_ENTRIES; rounded up to whole sets */
	const struct cardea_clock *clock;   /* borrowed */
	const struct cardea_random *random; /* for the seed; borrowed for the call */
};

/* 0 with *@out (NULL if it is off, which all functions below take), or an error of the random
 * source. */
int cardea_ratelimit_new(const struct cardea_ratelimit_options *options,
                         struct cardea_ratelimit **out);
void cardea_ratelimit_free(struct cardea_ratelimit *limit);

/* Whose bucket: that of @text, such as a credential. */
uint64_t cardea_ratelimit_key(const struct cardea_ratelimit *limit, const char *text);
/* That of the address @peer in text; IPv6 by the /64 that one customer has for himself. */
uint64_t cardea_ratelimit_peer_key(const struct cardea_ratelimit *limit, const char *peer);

/* Seconds until @key may try again, rounded up; 0 = now. */
int64_t cardea_ratelimit_wait_s(const struct cardea_ratelimit *limit, uint64_t key);
void cardea_ratelimit_charge(struct cardea_ratelimit *limit, uint64_t key);

#endif
