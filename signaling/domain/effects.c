#include "domain/effects.h"

#include <string.h>
#include "domain/domain_private.h"
#include "domain/seats.h"

enum effect_type { EFFECT_REVOKE, EFFECT_TELL, EFFECT_GRANT, EFFECT_POLICY, EFFECT_CLOSE };

struct cardea_effect {
	struct cardea_effect *next;
	enum effect_type type;
	struct cardea_room_at at;
	union {
		struct cardea_revocation revocation;
		struct cardea_telling telling;
		struct cardea_seat_grant grant;
		struct cardea_media_policy policy;
	} u;
};

void cardea_effects_begin(struct cardea_effects *effects, struct cardea_tx *tx)
{
	*effects = (struct cardea_effects){.tx = tx};
}

static struct cardea_effect *append(struct cardea_effects *effects, enum effect_type type)
{
	struct cardea_effect *effect = cardea_tx_alloc(effects->tx, sizeof(*effect));

	effect->type = type;
	if (effects->last) {
		effects->last->next = effect;
	} else {
		effects->first = effect;
	}
	effects->last = effect;
	return effect;
}

/* NULL: the room is on no node. */
static struct cardea_effect *append_about(struct cardea_effects *effects, enum effect_type type,
                                          const struct cardea_room_row *room)
{
	struct cardea_effect *effect;

	if (!room->node[0]) {
		return NULL;
	}
	effect = append(effects, type);
	memcpy(effect->at.room, room->id, sizeof(effect->at.room));
	memcpy(effect->at.node, room->node, sizeof(effect->at.node));
	effect->at.epoch = room->epoch;
	return effect;
}

void cardea_effect_revoke(struct cardea_effects *effects, const struct cardea_room_row *room,
                          const struct cardea_seat_row *seat, const char *reason, const char *text)
{
	struct cardea_revocation revocation;

	if (cardea_seat_revocation(room, seat, reason, &revocation)) {
		revocation.text = text;
		append(effects, EFFECT_REVOKE)->u.revocation = revocation;
	}
}

void cardea_effect_tell(struct cardea_effects *effects, const struct cardea_telling *telling)
{
	if (telling->node[0]) {
		append(effects, EFFECT_TELL)->u.telling = *telling;
	}
}

void cardea_effect_grant(struct cardea_effects *effects, const struct cardea_room_row *room,
                         const struct cardea_seat_grant *grant)
{
	struct cardea_effect *effect = append_about(effects, EFFECT_GRANT, room);

	if (effect) {
		effect->u.grant = *grant;
	}
}

void cardea_effect_policy(struct cardea_effects *effects, const struct cardea_room_row *room,
                          const struct cardea_media_policy *policy)
{
	struct cardea_effect *effect = append_about(effects, EFFECT_POLICY, room);

	if (effect) {
		effect->u.policy = *policy;
	}
}

void cardea_effect_close(struct cardea_effects *effects, const struct cardea_room_row *room)
{
	append_about(effects, EFFECT_CLOSE, room);
}

static void carry_out(const struct cardea_effect *effect, const struct cardea_media_port *media)
{
	if (effect->type == EFFECT_REVOKE && media->revoke) {
		media->revoke(media->arg, &effect->u.revocation);
	} else if (effect->type == EFFECT_TELL && media->tell) {
		media->tell(media->arg, &effect->u.telling);
	} else if (effect->type == EFFECT_GRANT && media->grant) {
		media->grant(media->arg, &effect->at, &effect->u.grant);
	} else if (effect->type == EFFECT_POLICY && media->policy) {
		media->policy(media->arg, &effect->at, &effect->u.policy);
	} else if (effect->type == EFFECT_CLOSE && media->close) {
		media->close(media->arg, effect->at.node, effect->at.room, effect->at.epoch);
	}
}

void cardea_effects_carry_out(const struct cardea_effects *effects,
                              const struct cardea_domain *domain)
{
	for (const struct cardea_effect *effect = effects->first; effect; effect = effect->next) {
		carry_out(effect, &domain->options.media);
	}
}
