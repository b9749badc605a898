/*
 * domain_fixture: a domain on a real SQLite store in a directory of its own, with a clock that the
 * test moves and a media side that the test scripts. Every command runs twice, which shows that it
 * can be repeated.
 */
#ifndef CARDEA_TEST_DOMAIN_FIXTURE_H
#define CARDEA_TEST_DOMAIN_FIXTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include "cardea_jwk.h"
#include "domain/domain.h"
#include "jobs/passwords.h"
#include "net/loop.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/store.h"
#include "store/tenants.h"

#define FIXTURE_NODE "n1"
#define FIXTURE_BOOT "11111111-1111-4111-8111-111111111111"

struct fixture {
	char *dir, *path;
	struct cardea_loop *loop;
	struct cardea_timer *deadline;
	struct cardea_store *store;
	struct cardea_domain *domain;
	struct cardea_seal *seal;
	struct cardea_jwk *join, *access, *refresh, *auth, *call, *accounts;
	struct cardea_passwords *passwords;
	struct cardea_clock clock;
	atomic_llong now_ms;
	int pending; /* operations that have not answered */

	/* the media side */
	const char *node; /* NULL = none is ready */
	const char *boot;
	int open_err; /* verdict of `open` */
	int opened;
	struct cardea_placement placement; /* the last one opened; min_gen is not kept */
	struct cardea_min_gen min_gen[8];
	int revoked;
	struct cardea_revocation revocation;
	int granted, policed;
	struct cardea_seat_grant grant; /* the last one */
	struct cardea_media_policy policy;
	struct cardea_seat_grant grants[8]; /* of the last `open`, or room of a hello */
	int closed;
	int told_count;
	char *told;                       /* the last one, as a line */
	int64_t told_id;                  /* the last one with a number */
	size_t open_hands;                /* of the last `open` */
	int owed_count;                   /* the store's notices of webhooks that are owed more */
	char owed[CARDEA_OBJECT_ID_SIZE]; /* the last one */
	/* what fixture_hello says of rooms */
	const struct cardea_node_room *rooms;
	size_t room_count;

	/* the first tenant */
	char tenant[CARDEA_UUID_SIZE];
	char api_key[64];
};

int fixture_setup(void **state);
int fixture_teardown(void **state);
/* The same state of mind after a restart: closes and opens store and domain again. */
void fixture_restart(struct fixture *f);
void fixture_move_clock(struct fixture *f, int64_t ms);

struct cardea_presented fixture_api_key(const char *key);
struct cardea_presented fixture_bearer(const char *value);

/* Runs the loop until nothing is pending; fails the test after 30 s. */
void fixture_wait(struct fixture *f);

/* A copy of an answer; `err` alone if that is set. */
struct room_answer {
	struct fixture *fixture;
	int err;
	char id[CARDEA_UUID_SIZE];
	char name[256];
	enum cardea_room_status status;
	struct cardea_room_config config;
	int64_t participant_count, started_at, ended_at, created_at;
};

struct add_answer {
	struct fixture *fixture;
	int err;
	char id[CARDEA_UUID_SIZE], room[CARDEA_UUID_SIZE];
	char room_name[256], display_name[256], external_user_id[256], metadata[256];
	bool has_external_user_id;
	enum cardea_role role;
	enum cardea_room_status room_status;
	bool room_created, should_start_recording;
	struct cardea_tenant_flags tenant;
	int64_t expires_in_s, joined_at, left_at;
	char access[1024], refresh[1024], auth[1024];
};

struct list_answer {
	struct fixture *fixture;
	int err;
	size_t count;
	struct add_answer items[64]; /* id, names, role, times only */
};

struct enter_answer {
	struct fixture *fixture;
	int err;
	struct cardea_join_claims claims;
	char node[64], token[2048], resume[1024], room_name[256];
	int64_t expires_in_s;
};

struct media_answer {
	struct fixture *fixture;
	int err;
	struct cardea_media_session session;
};

void fixture_room_create(struct fixture *f, struct cardea_presented who, const char *name,
                         int64_t max_participants, struct room_answer *out);
void fixture_room_get(struct fixture *f, struct cardea_presented who, const char *id,
                      struct room_answer *out);
/* @role: -1 = absent. */
void fixture_add(struct fixture *f, struct cardea_presented who, const char *room, const char *name,
                 const char *user, int role, struct add_answer *out);
/* The same without waiting. */
void fixture_add_start(struct fixture *f, struct cardea_presented who, const char *room,
                       const char *name, const char *user, int role, struct add_answer *out);
void fixture_list(struct fixture *f, struct cardea_presented who, const char *room,
                  bool active_only, struct list_answer *out);
void fixture_enter(struct fixture *f, const struct cardea_enter *command, struct enter_answer *out);
void fixture_create(struct fixture *f, const char *node, const char *token,
                    struct media_answer *out);
void fixture_claim(struct fixture *f, const char *node, const char *resume,
                   struct media_answer *out);
int fixture_node_event(struct fixture *f, const struct cardea_node_event *event);
/* Event @seq of @type about @seat, in the room's present placement. */
int fixture_seat_event(struct fixture *f, enum cardea_node_event_type type, int64_t seq,
                       const char *seat, const char *connection, const char *reason);
/* Number of placements given back, or an error. */
int fixture_hello(struct fixture *f, const char *node, const char *boot);

struct links_answer {
	struct fixture *fixture;
	int err;
	char room[CARDEA_UUID_SIZE];
	char host_key[64], guest_token[64];
};
void fixture_links(struct fixture *f, const char *room, const char *host, struct links_answer *out);

/* Straight to the store. */
void fixture_get_tenant(struct fixture *f, struct cardea_tenant_row *out); /* name is not kept */
void fixture_set_tenant(struct fixture *f, const struct cardea_tenant_row *row);
/* Another tenant; its API key into @key. */
void fixture_second_tenant(struct fixture *f, char key[64]);
void fixture_get_room(struct fixture *f, const char *id, struct cardea_room_row *out);
void fixture_set_room(struct fixture *f, const struct cardea_room_row *row);
void fixture_end_room(struct fixture *f, const char *id);
/* Numbers only; text is not kept. CARDEA_E_NOT_FOUND. */
int fixture_get_seat(struct fixture *f, const char *id, struct cardea_seat_row *out);
/* Adds a hidden seat to @room. */
void fixture_hide_seat(struct fixture *f, const char *room);
void fixture_remove_seat(struct fixture *f, const char *id);
/* As if the seat had been put out and let in again. */
void fixture_raise_gen(struct fixture *f, const char *id);
/* How many events of @type @room has; checks that its numbers have no gaps. */
int fixture_count_events(struct fixture *f, const char *room, const char *type);

#endif
