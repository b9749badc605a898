#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include "cardea_clock.h"
#include "cardea_join_token.h"
#include "fake_core.h"
#include "harness.h"

#define TOKENS_A_GEN 1000 /* then all seats have a newer generation */

static _Atomic int64_t epochs[WORLD_ROOMS];
static atomic_uint tokens, new_rooms;
static struct cardea_jwk *key;
static json_t *key_set; /* only copied */
static pthread_mutex_t key_set_lock = PTHREAD_MUTEX_INITIALIZER;
static char secret_path[] = "/tmp/cardea-stress-XXXXXX";

static void write_secret(void)
{
	int fd = mkstemp(secret_path); /* only we may read it, as the plugin wants */
	if (fd < 0 || write(fd, WORLD_SECRET, strlen(WORLD_SECRET)) < 0)
		stress_fail("cannot write %s", secret_path);
	close(fd);
	fake_core_configure("control_secret_file", secret_path);
}

void world_begin(void)
{
	struct cardea_jwks *set = cardea_jwks_new();
	if (cardea_jwk_generate(CARDEA_JWS_ES256, "stress", &key) < 0 || cardea_jwks_add(set, key) < 0)
		stress_fail("cannot make a key");
	key_set = cardea_jwks_to_json(set);
	cardea_jwks_unref(set);
	for (unsigned i = 0; i < WORLD_ROOMS; i++)
		atomic_store(&epochs[i], 1);
	write_secret();
	fake_core_configure("workers", "4");
}

void world_end(void)
{
	unlink(secret_path);
	json_decref(key_set);
	cardea_jwk_unref(key);
}

struct identity *identity_new(void)
{
	struct identity *identity = g_new0(struct identity, 1);
	uint32_t kind = stress_below(100);
	identity->role = kind < 45 ? ROLE_PUBLISH : kind < 90 ? ROLE_RECEIVE : ROLE_CONTROL;
	identity->room = stress_below(WORLD_ROOMS);
	identity->seat = stress_below(WORLD_SEATS);
	identity->simulcast = stress_chance(600);
	/* 16 bytes in base64url. Two devices a seat, so that one replaces the other at times. */
	g_snprintf(identity->connection, sizeof(identity->connection), "AAAAAAAAAAAAAAAAA%u%02u%uA",
	           identity->room, identity->seat, stress_chance(50) ? 1 : 0);
	return identity;
}

void identity_free(struct identity *identity)
{
	g_free(identity);
}

json_t *world_room(unsigned room)
{
	return json_sprintf("room-%u", room);
}

json_t *world_new_room(void)
{
	return world_room(OBSERVER_ROOMS +
	                  atomic_fetch_add_explicit(&new_rooms, 1, memory_order_relaxed));
}

json_t *world_seat(unsigned seat)
{
	return json_sprintf("seat-%u", seat);
}

int64_t world_epoch(unsigned room)
{
	return atomic_load_explicit(&epochs[room], memory_order_relaxed);
}

int64_t world_next_epoch(unsigned room)
{
	return atomic_fetch_add_explicit(&epochs[room], 1, memory_order_relaxed) + 1;
}

/* A new meeting in each placement. */
static void meeting_of(int64_t epoch, char *out, size_t size)
{
	snprintf(out, size, "meeting-%lld", (long long)epoch);
}

json_t *world_meeting(unsigned room)
{
	char name[32];
	meeting_of(world_epoch(room), name, sizeof(name));
	return json_string(name);
}

int64_t world_gen(void)
{
	return 1 + atomic_load_explicit(&tokens, memory_order_relaxed) / TOKENS_A_GEN;
}

static void fill_claims(struct cardea_join_claims *claims, unsigned room, unsigned seat)
{
	int64_t now_s = cardea_clock_wall_ms(&cardea_clock_system) / 1000;
	int64_t age_s = stress_chance(20) ? 3600 : 0;
	bool hidden = stress_chance(100);
	unsigned publish = stress_chance(700) ? CARDEA_KIND_ALL : stress_below(CARDEA_KIND_ALL + 1);
	*claims = (struct cardea_join_claims){
	        .iat = now_s - age_s,
	        .nbf = now_s - age_s,
	        .exp = now_s - age_s + CARDEA_JOIN_TOKEN_LIFE_S,
	        .epoch = MAX(world_epoch(room) - (stress_chance(20) ? 1 : 0), 1),
	        .gen = world_gen() - (stress_chance(20) ? 1 : 0),
	        .role = stress_chance(300) ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT,
	        .guest = stress_chance(200),
	        .hidden = hidden,
	        .publish = hidden ? 0 : publish,
	        .subscribe = stress_chance(800) ? CARDEA_SUBSCRIBE_ALL : CARDEA_SUBSCRIBE_HOSTS,
	        .dup = stress_chance(800) ? CARDEA_DUP_REPLACE : CARDEA_DUP_REFUSE,
	};
	g_strlcpy(claims->iss, WORLD_ISSUER, sizeof(claims->iss));
	g_strlcpy(claims->tenant, WORLD_TENANT, sizeof(claims->tenant));
	g_snprintf(claims->room, sizeof(claims->room), "room-%u", room);
	meeting_of(claims->epoch, claims->conf_id, sizeof(claims->conf_id));
	g_snprintf(claims->sub, sizeof(claims->sub), "seat-%u", seat);
	g_snprintf(claims->client_id, sizeof(claims->client_id), "client-%u", seat);
	g_snprintf(claims->name, sizeof(claims->name), "Person %u", stress_below(3));
	g_snprintf(claims->jti, sizeof(claims->jti), "jti-%u",
	           atomic_fetch_add_explicit(&tokens, 1, memory_order_relaxed));
}

json_t *world_token(unsigned room, unsigned seat)
{
	struct cardea_join_claims claims;
	char *text = NULL;
	fill_claims(&claims, room, seat);
	if (cardea_join_token_sign(key, &claims, &text) < 0)
		stress_fail("cannot sign a token");
	json_t *token = json_string(text);
	g_free(text);
	return token;
}

json_t *world_keys(void)
{
	pthread_mutex_lock(&key_set_lock);
	json_t *copy = json_deep_copy(key_set);
	pthread_mutex_unlock(&key_set_lock);
	return copy;
}
