/*
 * moderation_acts: what hosts and tenants do to a meeting and to people in it (spec/native 4,
 * spec/plugnmeet 10), for every dialect. Whoever calls is authenticated and addresses this room;
 * each act checks the rest by domain/grants.h, changes nothing if that is how it is already, and
 * else appends one event. Inside a command.
 */
#ifndef CARDEA_DOMAIN_MODERATION_ACTS_H
#define CARDEA_DOMAIN_MODERATION_ACTS_H

#include "domain/blocks.h"
#include "domain/effects.h"
#include "domain/grants.h"
#include "domain/rights.h"

/* Where it happens, and who does it. */
struct cardea_moderating {
	const struct cardea_principal *who;
	const struct cardea_tenant_row *tenant;
	struct cardea_room_row *room;
	struct cardea_session_row *session; /* the running one */
	struct cardea_effects *effects;
};

/* Seat of the host who acts; NULL = the tenant. */
const char *cardea_moderating_by(const struct cardea_moderating *at);

/* Somebody of the running session, also one who was removed; hidden ones for the tenant only.
 * CARDEA_E_PARTICIPANT_UNKNOWN (spec/model I16: of no other room). */
int cardea_moderation_find(struct cardea_tx *tx, const struct cardea_moderating *at,
                           const char *participant, struct cardea_seat_row *out);

/* @kind: microphone, camera or screen. Switching on needs the session's force_unmute, else
 * CARDEA_E_UNMUTE_CONSENT. CARDEA_E_PARTICIPANT_UNKNOWN for who is not in. */
int cardea_moderation_mute(struct cardea_tx *tx, const struct cardea_moderating *at,
                           struct cardea_seat_row *seat, const char *kind, bool muted);
/* CARDEA_E_HOST_LOCK; CARDEA_E_PARTICIPANT_UNKNOWN for who was removed. */
int cardea_moderation_permit(struct cardea_tx *tx, const struct cardea_moderating *at,
                             struct cardea_seat_row *seat, const struct cardea_permissions *to);
/* @reason is for the person, NULL = none. CARDEA_E_SELF; CARDEA_E_FORBIDDEN for hosts where the
 * session's kick_available is off. */
int cardea_moderation_remove(struct cardea_tx *tx, const struct cardea_moderating *at,
                             struct cardea_seat_row *seat, const char *reason,
                             enum cardea_block block);
/* Who presents; NULL = nobody. */
int cardea_moderation_present(struct cardea_tx *tx, const struct cardea_moderating *at,
                              const struct cardea_seat_row *seat);
int cardea_moderation_end(struct cardea_tx *tx, const struct cardea_moderating *at,
                          const char *reason);

#endif
