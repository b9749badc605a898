/*
 * room_links: join tokens for browsers (spec/participants 8): whoever has one gets a token that
 * reads its room and adds participants to it. As domain.h.
 */
#ifndef CARDEA_DOMAIN_ROOM_LINKS_H
#define CARDEA_DOMAIN_ROOM_LINKS_H

#include "domain/domain.h"

#define CARDEA_ROOM_LINK_LIFE_S 86400

typedef void (*cardea_room_link_h)(int err, const char *join_token, void *arg);
/* For the tenant and hosts of the room; @room: UUID or name. */
int cardea_domain_room_link(struct cardea_domain *domain, const struct cardea_presented *who,
                            const char *room, cardea_room_link_h done, void *arg);

struct cardea_room_access {
	const char *access_token;
	int64_t expires_in_s;
	const char *room_id, *room_name; /* room_name "" = none */
};
typedef void (*cardea_room_access_h)(int err, const struct cardea_room_access *access, void *arg);
/* As often as one likes. CARDEA_E_JOIN_LINK_INVALID, CARDEA_E_JOIN_LINK_EXPIRED,
 * CARDEA_E_ROOM_UNKNOWN. */
int cardea_domain_room_link_exchange(struct cardea_domain *domain, const char *join_token,
                                     cardea_room_access_h done, void *arg);

#endif
