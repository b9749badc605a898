/*
 * tenants: a tenant looks after itself (spec/participants 3), and the operator makes tenants
 * (Decision P3). As domain.h. Errors of authentication, CARDEA_E_INSUFFICIENT for participants,
 * CARDEA_E_TENANT_OTHER for every other id than the caller's own, whether it exists or not.
 */
#ifndef CARDEA_DOMAIN_TENANTS_H
#define CARDEA_DOMAIN_TENANTS_H

#include "domain/api_keys.h"
#include "domain/domain.h"
#include "store/tenants.h"

/* -1 = absent: not shown, or stays. */
struct cardea_tenant_limits {
	int64_t max_concurrent_rooms, max_participants_per_room, max_total_minutes; /* 0 = no limit */
	int64_t max_recording_duration_minutes;
};

enum cardea_duplicates {
	CARDEA_DUPLICATES_ALLOW,
	CARDEA_DUPLICATES_REJECT,
	CARDEA_DUPLICATES_DISCONNECT_EXISTING,
};

/* -1 and NULL = absent. */
struct cardea_tenant_config {
	int allow_early_join, first_participant_is_host, force_recording, transcription_enabled;
	int single_use_tokens; /* tokens of the application's own (spec/native 8) */
	int duplicates;        /* enum cardea_duplicates */
	int64_t empty_room_timeout_minutes;
	const char *allowed_origins;      /* with blanks between them; checked before */
	const char *extra;                /* what is kept and shown, as an object's text; put over */
	const char *post_meeting_webhook; /* the same; with its secrets */
};

struct cardea_tenant_view {
	const char *id, *name;
	bool is_active, is_internal;
	struct cardea_tenant_limits limits;
	struct cardea_tenant_config config;
	int64_t created_at, updated_at; /* ms */
};

typedef void (*cardea_tenant_h)(int err, const struct cardea_tenant_view *tenant, void *arg);
int cardea_domain_tenant_get(struct cardea_domain *domain, const struct cardea_presented *who,
                             const char *id, cardea_tenant_h done, void *arg);

struct cardea_tenant_change {
	const char *name; /* NULL = stays */
	struct cardea_tenant_limits limits;
	struct cardea_tenant_config config;
};
int cardea_domain_tenant_update(struct cardea_domain *domain, const struct cardea_presented *who,
                                const char *id, const struct cardea_tenant_change *change,
                                cardea_tenant_h done, void *arg);
/* Ends all its meetings; no credential of it is good any more. */
int cardea_domain_tenant_delete(struct cardea_domain *domain, const struct cardea_presented *who,
                                const char *id, cardea_tenant_h done, void *arg);

/* @api_key: shown once. */
typedef void (*cardea_tenant_key_h)(int err, const struct cardea_tenant_view *tenant,
                                    const char *api_key, void *arg);
/* The key that was presented, with a token the first one, is good no more, nor are refresh tokens
 * of the tenant; the pair's id and secret stay. */
int cardea_domain_tenant_rotate_key(struct cardea_domain *domain,
                                    const struct cardea_presented *who, const char *id,
                                    cardea_tenant_key_h done, void *arg);

/* For the operator. */
int cardea_domain_tenant_create(struct cardea_domain *domain, const char *name,
                                const struct cardea_tenant_limits *limits, cardea_tenant_key_h done,
                                void *arg);

/* Inside a command: a new tenant with a key pair. */
int cardea_tenant_make(struct cardea_tx *tx, const struct cardea_seal *seal, const char *name,
                       struct cardea_tenant_row *out, struct cardea_api_key *key);

#endif
