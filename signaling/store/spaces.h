/* spaces: rows of spaces and their members, and of the rooms in them with who has a role there.
 * Inside a command. */
#ifndef CARDEA_STORE_SPACES_H
#define CARDEA_STORE_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_space_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];
	const char *name;
	const char *description, *logo; /* NULL = none */
	bool is_public;
	int64_t created_at, updated_at;
	int64_t role; /* of who asked for the list; else 0 */
};

int cardea_store_space_insert(struct cardea_tx *tx, const struct cardea_space_row *row);
/* Writes name, description, logo, is_public, updated_at. */
int cardea_store_space_update(struct cardea_tx *tx, const struct cardea_space_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_space_get(struct cardea_tx *tx, const char *tenant, const char *id,
                           struct cardea_space_row *out);
/* Those in which @account has a role, the oldest first. */
int cardea_store_space_list(struct cardea_tx *tx, const char *tenant, const char *account,
                            const struct cardea_space_row **out, size_t *count);

/* A role of an account in a space or a room; the numbers are the domain's, the greater the more. */
struct cardea_role_row {
	char account[CARDEA_OBJECT_ID_SIZE];
	const char *username; /* lists only */
	int64_t role;
};

enum cardea_role_scope {
	CARDEA_ROLE_OF_SPACE,
	CARDEA_ROLE_OF_ROOM, /* the id is that of the room's object */
};

/* Gives or replaces. */
int cardea_store_role_set(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                          const char *id, const char *account, int64_t role);
/* 0 in *@role: has none. */
int cardea_store_role_get(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                          const char *id, const char *account, int64_t *role);
int cardea_store_role_delete(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                             const char *id, const char *account);
/* By when they were given. */
int cardea_store_role_list(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                           const char *id, const struct cardea_role_row **out, size_t *count);

struct cardea_space_room_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE]; /* also the key of the room */
	char space[CARDEA_OBJECT_ID_SIZE];
	char room[CARDEA_UUID_SIZE];
	char alias[CARDEA_OBJECT_ID_SIZE];
	char channel[CARDEA_OBJECT_ID_SIZE];
	const char *name; /* of the room; not written here */
	bool is_public, is_webinar;
	int64_t switches;
	const char *extra; /* opaque text, NULL = none */
	int64_t created_at;
};

int cardea_store_space_room_insert(struct cardea_tx *tx, const struct cardea_space_room_row *row);
/* Writes is_public, is_webinar, switches, extra. */
int cardea_store_space_room_update(struct cardea_tx *tx, const struct cardea_space_room_row *row);
/* CARDEA_E_NOT_FOUND; so the next three. */
int cardea_store_space_room_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                struct cardea_space_room_row *out);
/* Of any tenant. */
int cardea_store_space_room_by_alias(struct cardea_tx *tx, const char *alias,
                                     struct cardea_space_room_row *out);
int cardea_store_space_room_find(struct cardea_tx *tx, const char *id,
                                 struct cardea_space_room_row *out);
/* By the id of the room itself. */
int cardea_store_space_room_of(struct cardea_tx *tx, const char *tenant, const char *room,
                               struct cardea_space_room_row *out);
/* Of one space, the oldest first. */
int cardea_store_space_room_list(struct cardea_tx *tx, const char *tenant, const char *space,
                                 const struct cardea_space_room_row **out, size_t *count);

/* A participant that was made by this dialect. */
struct cardea_space_seat_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];
	char seat[CARDEA_UUID_SIZE];
	char object[CARDEA_OBJECT_ID_SIZE]; /* the room in a space */
	char owner[CARDEA_OBJECT_ID_SIZE];  /* account, client or link; "" = nobody */
};

/* One that is there stays. */
int cardea_store_space_seat_insert(struct cardea_tx *tx, const struct cardea_space_seat_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_space_seat_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                struct cardea_space_seat_row *out);

#endif
