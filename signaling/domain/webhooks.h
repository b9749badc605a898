/*
 * webhooks: what happens in the rooms of a tenant is owed to the webhooks of its API keys (spec/
 * meetings 8): queued in the transaction of the event, so that nothing is lost, and taken out when
 * it was told. As domain.h: asynchronous, results borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_WEBHOOKS_H
#define CARDEA_DOMAIN_WEBHOOKS_H

#include "domain/meetings.h"

struct cardea_tx;

/* Recordings and snapshots do not exist yet: nothing is ever owed of those types. */
enum cardea_webhook_type {
	CARDEA_WEBHOOK_ROOM_UPDATE = 1 << 0,
	CARDEA_WEBHOOK_RECORDING_UPDATE = 1 << 1,
	CARDEA_WEBHOOK_PARTICIPANT_UPDATE = 1 << 2,
	CARDEA_WEBHOOK_SNAPSHOT_UPDATE = 1 << 3,
};

/* ---- for the holder of an API key ---- */

struct cardea_webhook {
	const char *id; /* 24 hex digits */
	const char *url;
	unsigned types;          /* OR of enum cardea_webhook_type */
	int64_t last_request_at; /* ms, 0 = there was none */
	int last_response_code;  /* 0 = there was no answer */
};

/* @webhook is NULL if there is none. */
typedef void (*cardea_webhook_h)(int err, const struct cardea_webhook *webhook, void *arg);

/* Registers the API key's only webhook. It takes the place of the last one, and what that was still
 * owed is dropped; but with the same URL it is the last one with other types, because receivers
 * register at every start of theirs. CARDEA_E_API_KEY_* and CARDEA_E_TENANT_INACTIVE, as all of
 * these. */
int cardea_domain_webhook_set(struct cardea_domain *domain, const char *api_key, const char *url,
                              unsigned types, cardea_webhook_h done, void *arg);
int cardea_domain_webhook_get(struct cardea_domain *domain, const char *api_key,
                              cardea_webhook_h done, void *arg);
/* CARDEA_E_NOT_FOUND, also for that of another API key. */
int cardea_domain_webhook_delete(struct cardea_domain *domain, const char *api_key, const char *id,
                                 cardea_done_h done, void *arg);

/* ---- for the sender ---- */

/* An event as its receiver is told it. */
struct cardea_webhook_message {
	const char *url;
	const char *key; /* the API key, which signs */
	enum cardea_webhook_type type;
	const char *room_id; /* internal; with @seq its place in the log */
	int64_t seq, at_ms;
	struct cardea_meeting_room room;        /* as it was then, but for its name */
	const struct cardea_meeting_user *user; /* of a participant_update, else NULL */
	bool is_online;                         /* the user, since then */
};

/* @message is NULL if nothing is owed, or there is no such webhook any more. */
typedef void (*cardea_webhook_message_h)(int err, const struct cardea_webhook_message *message,
                                         void *arg);
/* The oldest event that @webhook is owed. */
int cardea_domain_webhook_next(struct cardea_domain *domain, const char *webhook,
                               cardea_webhook_message_h done, void *arg);

/* What came of telling it. */
struct cardea_webhook_told {
	const char *room_id;
	int64_t seq;
	bool is_settled; /* not owed any more */
	int64_t sent_ms; /* 0 = was not sent */
	int status;      /* of the answer, 0 = none */
};

/* Nothing happens if the webhook is gone. */
int cardea_domain_webhook_report(struct cardea_domain *domain, const char *webhook,
                                 const struct cardea_webhook_told *told, cardea_done_h done,
                                 void *arg);

/* Webhooks of all tenants that are owed something. */
typedef void (*cardea_webhook_ids_h)(int err, const char *const *ids, size_t count, void *arg);
int cardea_domain_webhooks_owed(struct cardea_domain *domain, cardea_webhook_ids_h done, void *arg);

/* ---- inside a command ---- */

/* Owes event @seq of @room to the webhooks that are told events of @type (CARDEA_EVENT_*). The
 * caller leaves hidden participants out. */
int cardea_webhook_owe(struct cardea_tx *tx, const char *tenant, const char *room, const char *type,
                       int64_t seq);

#endif
