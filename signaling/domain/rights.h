/*
 * rights: changing what people in a meeting may do: role, locks and publish mask of a seat, and the
 * defaults of the meeting. Each change is one event, and what the node must hear of it. Inside a
 * command.
 */
#ifndef CARDEA_DOMAIN_RIGHTS_H
#define CARDEA_DOMAIN_RIGHTS_H

#include "domain/effects.h"
#include "domain/grants.h"
#include "domain/locks.h"
#include "store/tenants.h"

/* Locks to be set, on or off, and those to become absent. Sets of enum cardea_lock. */
struct cardea_lock_changes {
	unsigned set, on, absent;
};

struct cardea_permissions {
	bool has_role;
	enum cardea_role role;
	bool has_publish;    /* a mask of its own becomes `publish` */
	bool clears_publish; /* or there is none any more */
	unsigned publish;    /* set of enum cardea_kind */
	struct cardea_lock_changes locks;
};

struct cardea_locks cardea_locks_change(struct cardea_locks locks,
                                        const struct cardea_lock_changes *changes);

/* What the node is told of a seat, and of the room. */
struct cardea_seat_grant cardea_rights_grant(const struct cardea_standing *at);
struct cardea_media_policy cardea_rights_policy(const struct cardea_room_row *room,
                                                const struct cardea_session_row *session,
                                                const struct cardea_tenant_row *tenant);

/* Changes @seat; nothing happens if that is how it is already. A host loses the locks and waits no
 * more. @by: seat of the host who did it, NULL = the tenant; so in what follows. May be refused by
 * cardea_grant_locks_for. */
int cardea_rights_change_seat(struct cardea_tx *tx, const struct cardea_room_row *room,
                              const struct cardea_session_row *session,
                              struct cardea_seat_row *seat, const struct cardea_permissions *to,
                              const char *by, struct cardea_effects *effects);
/* Changes the defaults of @session, so that those who come later have them too. */
int cardea_rights_change_defaults(struct cardea_tx *tx, const struct cardea_room_row *room,
                                  struct cardea_session_row *session,
                                  const struct cardea_tenant_row *tenant,
                                  const struct cardea_lock_changes *locks, const char *by,
                                  struct cardea_effects *effects);
/* The same, and locks of their own that say otherwise are overwritten, for all others than @by. */
int cardea_rights_change_all(struct cardea_tx *tx, const struct cardea_room_row *room,
                             struct cardea_session_row *session,
                             const struct cardea_tenant_row *tenant,
                             const struct cardea_lock_changes *locks, const char *by,
                             struct cardea_effects *effects);
/* What @session lets its people do becomes @policy, but its locks. Everybody in it who is no host
 * is granted anew what may be published. */
int cardea_rights_change_policy(struct cardea_tx *tx, const struct cardea_room_row *room,
                                struct cardea_session_row *session,
                                const struct cardea_tenant_row *tenant,
                                const struct cardea_session_policy *policy,
                                struct cardea_effects *effects);

#endif
