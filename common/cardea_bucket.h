/*
 * cardea_bucket: how often somebody may do something: a bucket of tokens that fills with time. The
 * rate belongs to what is limited, so the caller names it each time. Pure.
 */
#ifndef CARDEA_BUCKET_H
#define CARDEA_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct cardea_bucket {
	int64_t tokens; /* in thousandths */
	int64_t at_ms;
};

struct cardea_rate {
	int64_t per_second; /* at least 1 */
	int64_t burst;      /* what a full bucket holds, at least 1 */
};

/* A full bucket. @now_ms here and below is monotonic. */
void cardea_bucket_init(struct cardea_bucket *bucket, const struct cardea_rate *rate,
                        int64_t now_ms);
/* Takes one token; false, and nothing is taken, if there is none. */
bool cardea_bucket_take(struct cardea_bucket *bucket, const struct cardea_rate *rate,
                        int64_t now_ms);

#endif
