#include "cardea_bucket.h"

#define TOKEN 1000 /* a bucket gains rate->per_second of them each ms */

void cardea_bucket_init(struct cardea_bucket *bucket, const struct cardea_rate *rate,
                        int64_t now_ms)
{
	bucket->tokens = rate->burst * TOKEN;
	bucket->at_ms = now_ms;
}

bool cardea_bucket_take(struct cardea_bucket *bucket, const struct cardea_rate *rate,
                        int64_t now_ms)
{
	int64_t full = rate->burst * TOKEN;
	int64_t passed = now_ms - bucket->at_ms;

	bucket->at_ms = now_ms;
	if (passed >= full / rate->per_second) {
		bucket->tokens = full;
	} else if (passed > 0) {
		bucket->tokens += passed * rate->per_second;
		bucket->tokens = bucket->tokens < full ? bucket->tokens : full;
	}
	if (bucket->tokens < TOKEN) {
		return false;
	}
	bucket->tokens -= TOKEN;
	return true;
}
