/*
 * rooms: what else is done with rooms in the participants dialect (spec/participants 7). As
 * domain.h: asynchronous, one command each, results borrowed for `done`. Errors of authentication,
 * and CARDEA_E_ROOM_UNKNOWN, CARDEA_E_HOST_REQUIRED, CARDEA_E_INSUFFICIENT.
 */
#ifndef CARDEA_DOMAIN_ROOMS_H
#define CARDEA_DOMAIN_ROOMS_H

#include "domain/domain.h"

#define CARDEA_MAX_EARLY_JOIN_MINUTES 525600 /* a year */

struct cardea_room_schedule {
	struct cardea_room_create room;
	int64_t start_at, end_at; /* ms; end_at 0 = none */
	int64_t allow_early_join_minutes;
};
/* For the tenant. CARDEA_E_SCHEDULE_PAST, CARDEA_E_SCHEDULE_END, CARDEA_E_EARLY_MINUTES. */
int cardea_domain_room_schedule(struct cardea_domain *domain, const struct cardea_presented *who,
                                const struct cardea_room_schedule *command, cardea_room_done_h done,
                                void *arg);

/* A set of 1 << enum cardea_room_status. */
struct cardea_room_query {
	unsigned statuses;
	int64_t limit, offset;
};
typedef void (*cardea_rooms_h)(int err, const struct cardea_room_view *list, size_t count,
                               int64_t total, void *arg);
/* For the tenant; the newest first. */
int cardea_domain_room_list(struct cardea_domain *domain, const struct cardea_presented *who,
                            const struct cardea_room_query *query, cardea_rooms_h done, void *arg);

/* What follows is for the tenant and hosts of the room; @room_id is a UUID. */

struct cardea_room_change {
	const char *name;                 /* NULL = stays, "" = none any more */
	struct cardea_room_config config; /* absent ones stay; the keys of `extra` are put over */
};
int cardea_domain_room_update(struct cardea_domain *domain, const struct cardea_presented *who,
                              const char *room_id, const struct cardea_room_change *change,
                              cardea_room_done_h done, void *arg);
/* Everybody has left; the room stays and may be opened again. Fine for one that has ended.
 * @reason: for the log, NULL = none. */
int cardea_domain_room_end(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room_id, const char *reason, cardea_room_done_h done,
                           void *arg);
/* Ends it, then it is gone. @done gets no room. */
int cardea_domain_room_delete(struct cardea_domain *domain, const struct cardea_presented *who,
                              const char *room_id, cardea_room_done_h done, void *arg);

#endif
