/* media_port: telling the media side after a commit, where somebody wants to know. Loop thread. */
#ifndef CARDEA_DOMAIN_MEDIA_PORT_H
#define CARDEA_DOMAIN_MEDIA_PORT_H

#include "domain/domain.h"

void cardea_media_revoke(const struct cardea_domain *domain,
                         const struct cardea_revocation *revocation);
/* @node "": the room was on none. */
void cardea_media_close(const struct cardea_domain *domain, const char *node, const char *room,
                        int64_t epoch);

#endif
