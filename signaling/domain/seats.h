/*
 * seats: the life of a participant: added, online, offline, left, returned, removed; leaving lowers
 * the hand. Every step
 * writes the row and one event. Inside a command.
 */
#ifndef CARDEA_DOMAIN_SEATS_H
#define CARDEA_DOMAIN_SEATS_H

#include "cardea_seal.h"
#include "domain/domain.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"

/* Who lost the connection has this long to come back before the seat counts as left (spec/model 2).
 */
#define CARDEA_SEAT_GRACE_MS 30000
/* Who waits and takes a place has it as long after having asked (spec/plugnmeet 4.4, 9). */
#define CARDEA_SEAT_WAIT_MS  120000
/* Who entered has as long to come online as a join token is taken. */
#define CARDEA_SEAT_ENTER_MS ((int64_t)1000 * (CARDEA_JOIN_TOKEN_LIFE_S + CARDEA_TOKEN_LEEWAY_S))

/* What a new seat is made from. Strings are borrowed until the command ends. */
struct cardea_seat_spec {
	const char *display_name;
	const char *external_user_id, *metadata, *client_key; /* NULL = none; client_key: a digest */
	const char *avatar, *locale;                          /* NULL = none */
	const struct cardea_seal *key_seal; /* seals the access key it gets; NULL = gets none */
	enum cardea_role role;
	enum cardea_seat_admission admission;
	bool is_guest, is_hidden;
	bool is_invited;
	struct cardea_locks locks;
	bool has_publish;
	unsigned publish;  /* if so: kinds it may publish at most */
	bool is_outside;   /* takes no place until it enters (spec/model I5) */
	int64_t leaves_at; /* 0 = stays until removed */
};

/* Digest for `client_key`. @origin says who made @key, so that what a page sends never meets what
 * the gateway made for itself. */
enum cardea_client_key_origin {
	CARDEA_CLIENT_KEY_PAGE,
	CARDEA_CLIENT_KEY_LINK,
	CARDEA_CLIENT_KEY_ACCOUNT,
};
int cardea_seat_client_key(enum cardea_client_key_origin origin, const char *key,
                           char out[CARDEA_DIGEST_SIZE]);

int cardea_seat_add(struct cardea_tx *tx, const struct cardea_room_row *room,
                    const struct cardea_seat_spec *spec, struct cardea_seat_row *out);
int cardea_seat_online(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *connection);
/* @reason `left` is on purpose: the seat has left at once. */
int cardea_seat_offline(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason);
/* A guest who waits is let in, or was put back to wait: whatever it held is dead. @by: the host who
 * did it, NULL = nobody. */
int cardea_seat_admit(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *by);
int cardea_seat_put_back(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *by);
/* Who waits outside has asked again: the place is kept for another CARDEA_SEAT_WAIT_MS. */
int cardea_seat_keep_place(struct cardea_tx *tx, struct cardea_seat_row *seat);
/* A guest who waits is not let in, but may ask again. @reason is for the guest, or NULL. */
int cardea_seat_deny(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason,
                     const char *by);
/* Somebody who was removed or denied has registered again. @admission: as for a new seat. */
int cardea_seat_return(struct cardea_tx *tx, struct cardea_seat_row *seat,
                       enum cardea_seat_admission admission);
/* A seat that had left takes a place again, until it is removed. */
int cardea_seat_come_back(struct cardea_tx *tx, struct cardea_seat_row *seat);
/* Enters: a seat that had left is active again. */
int cardea_seat_enter(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *node);
/* Raises or lowers the hand. @by: the host who did it, NULL = the seat itself. */
int cardea_seat_hand(struct cardea_tx *tx, struct cardea_seat_row *seat, bool is_raised,
                     const char *by);
/* The meeting was locked before the seat came: its join token is dead. */
int cardea_seat_shut_out(struct cardea_tx *tx, struct cardea_seat_row *seat);
/* Its person was moved to the seat @to of another room: it has left, and its join tokens are dead.
 * @by: the host who did it, NULL = the tenant. */
int cardea_seat_move_out(struct cardea_tx *tx, struct cardea_seat_row *seat,
                         const struct cardea_seat_row *to, const char *by);
/* Why and by whom a seat is removed; NULL = nothing to say. */
struct cardea_seat_removal {
	const char *reason; /* for the log */
	const char *by;     /* seat of the host */
	const char *text;   /* for the person */
	const char *block;  /* "meeting" or "room": may not come in any more */
};
/* For good: its generation is raised, so that no token of it works any more (DESIGN 5). */
int cardea_seat_remove(struct cardea_tx *tx, struct cardea_seat_row *seat,
                       const struct cardea_seat_removal *how);
/* A host removes @seat (reason `host`): of a guest its admission ends with it, where guests wait to
 * be let in (spec/meetings 11.6). */
int cardea_seat_kick(struct cardea_tx *tx, const struct cardea_session_row *session,
                     struct cardea_seat_row *seat, const struct cardea_seat_removal *how);
/* A seat of the running session of @room that is in and that others can see. CARDEA_E_NOT_FOUND. */
int cardea_seat_find_visible(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const char *id, struct cardea_seat_row *out);
/* Logs an event about @seat that the node of @room is told (domain/tellings.h). Strings of @data
 * live as long as the operation. */
struct cardea_effects;
struct cardea_event_data;
int cardea_seat_tell(struct cardea_tx *tx, const struct cardea_room_row *room,
                     const struct cardea_seat_row *seat, const char *type,
                     const struct cardea_event_data *data, struct cardea_effects *effects);
/* What the node of @room must hear once @seat's generation was raised. @reason: a literal. False:
 * the room is on no node. */
bool cardea_seat_revocation(const struct cardea_room_row *room, const struct cardea_seat_row *seat,
                            const char *reason, struct cardea_revocation *out);
/* The seats of @room whose time to come back is over have left. A timer that needs no clock of its
 * own: it runs before anything looks at the room. */
int cardea_seat_settle(struct cardea_tx *tx, const struct cardea_room_row *room);
/* Everybody online in @room is offline. */
int cardea_seat_all_offline(struct cardea_tx *tx, const struct cardea_room_row *room,
                            const char *reason);

#endif
