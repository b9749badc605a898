/*
 * effects: what media nodes must hear of a change, collected inside the command and carried out, in
 * this order, after its commit. What is lost in between comes again with the next `open`
 * (docs/plugin-api.md 5).
 */
#ifndef CARDEA_DOMAIN_EFFECTS_H
#define CARDEA_DOMAIN_EFFECTS_H

#include "domain/domain.h"
#include "store/participants.h"
#include "store/rooms.h"

struct cardea_effect;

struct cardea_effects {
	struct cardea_tx *tx;
	struct cardea_effect *first, *last; /* of the tx */
};

/* ---- inside a command; rooms that are on no node need hear nothing ---- */

/* Also forgets what an earlier run of the command had collected. */
void cardea_effects_begin(struct cardea_effects *effects, struct cardea_tx *tx);
/* @seat's generation was raised. @reason: a literal. @text (may be NULL) is for the person. */
void cardea_effect_revoke(struct cardea_effects *effects, const struct cardea_room_row *room,
                          const struct cardea_seat_row *seat, const char *reason, const char *text);
/* Strings of @telling are of the tx, or of the operation. */
void cardea_effect_tell(struct cardea_effects *effects, const struct cardea_telling *telling);
void cardea_effect_grant(struct cardea_effects *effects, const struct cardea_room_row *room,
                         const struct cardea_seat_grant *grant);
void cardea_effect_policy(struct cardea_effects *effects, const struct cardea_room_row *room,
                          const struct cardea_media_policy *policy);
/* Its meeting ends: before that takes the room off its node. */
void cardea_effect_close(struct cardea_effects *effects, const struct cardea_room_row *room);

/* ---- after the commit: loop thread, while the tx's memory is there ---- */

void cardea_effects_carry_out(const struct cardea_effects *effects,
                              const struct cardea_domain *domain);

#endif
