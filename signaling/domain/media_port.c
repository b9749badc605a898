/* media_port: telling the media side after a commit. */
#include "domain/media_port.h"

#include "domain/domain_private.h"

void cardea_media_revoke(const struct cardea_domain *domain,
                         const struct cardea_revocation *revocation)
{
	const struct cardea_media_port *media = &domain->options.media;

	if (media->revoke) {
		media->revoke(media->arg, revocation);
	}
}

void cardea_media_close(const struct cardea_domain *domain, const char *node, const char *room,
                        int64_t epoch)
{
	const struct cardea_media_port *media = &domain->options.media;

	if (node[0] && media->close) {
		media->close(media->arg, node, room, epoch);
	}
}
