/*
 * ratelimit: the table is one array of small sets; a key belongs to one set, chosen by itself. So
 * looking, charging and forgetting touch a few neighbouring entries, and nothing is allocated.
 */
#include "net/ratelimit.h"

#include <arpa/inet.h>
#include <string.h>
#include <glib.h>
#include "cardea_clock.h"
#include "cardea_hash.h"
#include "cardea_id.h"

#define SET_SIZE   8
#define TRY        1000 /* tokens for each second of the period: a bucket gains per_second a ms */
#define MAX_DEBT_S 60   /* others may have this address next */

struct entry {
	uint64_t key;
	int64_t tokens;
	int64_t at_ms; /* of the last charge */
	bool is_used;
};

struct cardea_ratelimit {
	int64_t per_second, full;
	int64_t price; /* of a try */
	const struct cardea_clock *clock;
	uint8_t seed[CARDEA_SHA256_SIZE];
	size_t sets;
	struct entry entries[]; /* sets * SET_SIZE */
};

int cardea_ratelimit_new(const struct cardea_ratelimit_options *options,
                         struct cardea_ratelimit **out)
{
	size_t wanted = options->entries ? options->entries : CARDEA_RATELIMIT_ENTRIES;
	size_t sets = (wanted + SET_SIZE - 1) / SET_SIZE;
	struct cardea_ratelimit *limit;
	int err;

	if (options->per_second <= 0) {
		*out = NULL;
		return 0;
	}
	limit = g_malloc0(sizeof(*limit) + sets * SET_SIZE * sizeof(struct entry));
	limit->per_second = MIN(options->per_second, CARDEA_RATELIMIT_MAX);
	limit->price = CLAMP(options->period_s, 1, CARDEA_RATELIMIT_PERIOD) * TRY;
	limit->full = CLAMP(options->burst, 1, CARDEA_RATELIMIT_MAX) * limit->price;
	limit->clock = options->clock;
	limit->sets = sets;
	err = options->random->fill(limit->seed, sizeof(limit->seed), options->random->arg);
	if (err) {
		g_free(limit);
		return err;
	}
	*out = limit;
	return 0;
}

void cardea_ratelimit_free(struct cardea_ratelimit *limit)
{
	g_free(limit);
}

static uint64_t hash(const struct cardea_ratelimit *limit, const void *data, size_t len)
{
	uint8_t digest[CARDEA_SHA256_SIZE];
	uint64_t key = 0;

	/* If libcrypto fails, all share one bucket: safe, and nothing else works then either. */
	if (cardea_hmac_sha256(limit->seed, sizeof(limit->seed), data, len, digest) == 0) {
		memcpy(&key, digest, sizeof(key));
	}
	return key;
}

uint64_t cardea_ratelimit_key(const struct cardea_ratelimit *limit, const char *text)
{
	return limit ? hash(limit, text, strlen(text)) : 0;
}

uint64_t cardea_ratelimit_peer_key(const struct cardea_ratelimit *limit, const char *peer)
{
	struct in6_addr address;

	if (limit && inet_pton(AF_INET6, peer, &address) == 1) {
		return IN6_IS_ADDR_V4MAPPED(&address) ? hash(limit, &address, sizeof(address))
		                                      : hash(limit, &address, sizeof(address) / 2);
	}
	return cardea_ratelimit_key(limit, peer);
}

static struct entry *set_of(const struct cardea_ratelimit *limit, uint64_t key)
{
	return (struct entry *)&limit->entries[key % limit->sets * SET_SIZE];
}

static struct entry *find(const struct cardea_ratelimit *limit, uint64_t key)
{
	struct entry *set = set_of(limit, key);

	for (size_t i = 0; i < SET_SIZE; i++) {
		if (set[i].is_used && set[i].key == key) {
			return &set[i];
		}
	}
	return NULL;
}

/* A free entry of the key's set, else the one that was charged the longest time ago. */
static struct entry *make_room(struct cardea_ratelimit *limit, uint64_t key)
{
	struct entry *set = set_of(limit, key);
	struct entry *oldest = set;

	for (size_t i = 0; i < SET_SIZE; i++) {
		if (!set[i].is_used) {
			return &set[i];
		}
		if (set[i].at_ms < oldest->at_ms) {
			oldest = &set[i];
		}
	}
	return oldest;
}

static int64_t tokens_at(const struct cardea_ratelimit *limit, const struct entry *entry,
                         int64_t now)
{
	int64_t passed = now - entry->at_ms;

	if (passed <= 0) {
		return entry->tokens;
	}
	if (passed > (limit->full - entry->tokens) / limit->per_second) {
		return limit->full;
	}
	return entry->tokens + passed * limit->per_second;
}

int64_t cardea_ratelimit_wait_s(const struct cardea_ratelimit *limit, uint64_t key)
{
	const struct entry *entry = limit ? find(limit, key) : NULL;
	int64_t missing, per_second;

	if (!entry) {
		return 0;
	}
	missing = limit->price - tokens_at(limit, entry, cardea_clock_mono_ms(limit->clock));
	per_second = limit->per_second * TRY;
	return missing > 0 ? (missing + per_second - 1) / per_second : 0;
}

void cardea_ratelimit_charge(struct cardea_ratelimit *limit, uint64_t key)
{
	struct entry *entry;
	int64_t now, tokens, deepest;

	if (!limit) {
		return;
	}
	now = cardea_clock_mono_ms(limit->clock);
	entry = find(limit, key);
	tokens = entry ? tokens_at(limit, entry, now) : limit->full;
	deepest = -MAX_DEBT_S * TRY * limit->per_second;
	if (!entry) {
		entry = make_room(limit, key);
	}
	*entry = (struct entry){.key = key,
	                        .tokens = MAX(tokens - limit->price, deepest),
	                        .at_ms = now,
	                        .is_used = true};
}
