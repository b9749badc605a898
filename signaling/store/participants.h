/* participants: rows of seats. Inside a command. */
#ifndef CARDEA_STORE_PARTICIPANTS_H
#define CARDEA_STORE_PARTICIPANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_hash.h"
#include "cardea_join_token.h"
#include "store/policy.h"
#include "store/store.h"

/* Whether a guest was let in (spec/meetings 12). */
enum cardea_seat_admission {
	CARDEA_SEAT_ADMITTED = 0,
	CARDEA_SEAT_WAITING,
	CARDEA_SEAT_DENIED,
	CARDEA_SEAT_EXPECTED, /* has to wait as soon as it comes */
};

struct cardea_seat_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_UUID_SIZE];
	char room[CARDEA_UUID_SIZE];
	char session[CARDEA_UUID_SIZE];
	int64_t ordinal; /* order within the room */
	char client_id[CARDEA_MAX_ID + 1];
	const char *display_name;
	const char *avatar, *external_user_id, *metadata; /* NULL = none */
	const char *client_key;                           /* digest; NULL = none */
	struct cardea_sealed access_key;
	enum cardea_role role;
	int64_t gen;
	int64_t removed_gen; /* gen since the last removal; 0 = never removed */
	bool is_guest, is_hidden;
	bool is_invited; /* by a backend's signed call, which says who and what this user is */
	enum cardea_seat_admission admission;
	int64_t admitted_by_event; /* its number; what came before is not for that person */
	const char *locale;        /* language of the person, NULL = none */
	const char *denial;        /* what who is DENIED was told, NULL = nothing */
	bool is_present;           /* was in the meeting and not removed since */
	bool is_removed; /* for good, but for who has an access key; left_at can be taken back */
	bool is_online;
	const char *connection;                 /* of the last time online */
	int64_t joined_at, left_at, created_at; /* ms; left_at 0 = active */
	/* ms; when a seat that is not online has left, 0 = never; of one that has left: how long its
	 * place is kept nevertheless, 0 = it has none. */
	int64_t leaves_at;
	int64_t hand; /* number of the event that raised it; 0 = not raised */
	struct cardea_locks locks;
	bool has_publish;
	unsigned publish;     /* if so: kinds that a host lets it publish */
	int64_t rights_event; /* number of the event that changed role, locks or publish; 0 = none */
	char moved_to[CARDEA_UUID_SIZE]; /* seat in another room that its person was moved to; "" = none
	                                  */
};

int cardea_store_seat_insert(struct cardea_tx *tx, const struct cardea_seat_row *row);
/* Writes what changes in a seat's life: name, avatar, metadata, access key, role, gen, hidden,
 * removed, removed_gen, online, connection, left_at, leaves_at, hand, admission, locale, denial,
 * present, locks, publish, rights_event, moved_to. A new seat has no raised hand. */
int cardea_store_seat_update(struct cardea_tx *tx, const struct cardea_seat_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_seat_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_seat_row *out);
/* The one of that user in @session that has an access key, also if it has left or was removed; else
 * the active one. CARDEA_E_NOT_FOUND. */
int cardea_store_seat_by_registration(struct cardea_tx *tx, const char *tenant, const char *session,
                                      const char *external_user_id, struct cardea_seat_row *out);
/* Of the seats of that user in @session that were not removed, whether they were ever taken or not:
 * a guest's, who chose the id, last; one that is there before one that is not; an invited one
 * before others; the newest. CARDEA_E_NOT_FOUND. */
int cardea_store_seat_by_user(struct cardea_tx *tx, const char *tenant, const char *session,
                              const char *external_user_id, struct cardea_seat_row *out);
/* When a seat of that user in @session was removed last; 0 = none was. */
int cardea_store_seat_removed_at(struct cardea_tx *tx, const char *tenant, const char *session,
                                 const char *external_user_id, int64_t *out);
/* Any seat of @session. CARDEA_E_NOT_FOUND. */
int cardea_store_seat_by_client_id(struct cardea_tx *tx, const char *tenant, const char *session,
                                   const char *client_id, struct cardea_seat_row *out);
/* By client_id, else by external_user_id of those with an access key or active; hidden ones are not
 * found. CARDEA_E_NOT_FOUND. */
int cardea_store_seat_by_name(struct cardea_tx *tx, const char *tenant, const char *session,
                              const char *user_or_client_id, struct cardea_seat_row *out);
/* By digest. CARDEA_E_NOT_FOUND. */
int cardea_store_seat_by_client(struct cardea_tx *tx, const char *tenant, const char *session,
                                const char *client_key, struct cardea_seat_row *out);

enum cardea_seat_filter {
	CARDEA_SEATS_VISIBLE,        /* not hidden, also those who left */
	CARDEA_SEATS_VISIBLE_ACTIVE, /* not hidden, left_at 0 */
	CARDEA_SEATS_ACTIVE,         /* hidden ones too, left_at 0 */
	CARDEA_SEATS_ONLINE,         /* hidden ones too */
	CARDEA_SEATS_OVERDUE,        /* active, but leaves_at is over */
	CARDEA_SEATS_CHANGED,        /* of the running session, gen or rights_event above 0 */
	CARDEA_SEATS_HANDS,          /* with a raised hand, in the order of raising */
	CARDEA_SEATS_WAITING,        /* of the running session, not removed, in the order of coming */
};

/* Seats of @room by joined_at and the order in which they were added, if the filter does not say
 * otherwise. */
int cardea_store_seat_list(struct cardea_tx *tx, const char *tenant, const char *room,
                           enum cardea_seat_filter filter, const struct cardea_seat_row **out,
                           size_t *count);
/* Visible ones that take a place: active, or outside with a place that is kept for them. */
int cardea_store_seat_count(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t *out);

#endif
