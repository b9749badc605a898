/*
 * moderation: what hosts and tenants do to a meeting and to people in it (spec/native 4). As
 * domain.h: asynchronous, results borrowed for `done`. Dialects with answers of their own compose
 * the acts of domain/moderation_acts.h instead.
 */
#ifndef CARDEA_DOMAIN_MODERATION_H
#define CARDEA_DOMAIN_MODERATION_H

#include "domain/blocks.h"
#include "domain/domain.h"
#include "domain/rights.h"

enum cardea_moderation_type {
	CARDEA_MODERATION_LOCK, /* the room; so UNLOCK, END */
	CARDEA_MODERATION_UNLOCK,
	CARDEA_MODERATION_END,
	CARDEA_MODERATION_LOCK_ALL, /* locks: new defaults, and everybody's own overwritten */
	CARDEA_MODERATION_MUTE,     /* a participant; so what follows */
	CARDEA_MODERATION_PERMIT,
	CARDEA_MODERATION_REMOVE,
};

struct cardea_moderation_command {
	enum cardea_moderation_type type;
	const char *room;                      /* id or name */
	const char *participant;               /* id */
	const char *kind;                      /* MUTE: microphone, camera or screen */
	bool muted;                            /* MUTE */
	struct cardea_permissions permissions; /* PERMIT; LOCK_ALL: its locks */
	const char *reason;                    /* REMOVE, END: for people, NULL = none */
	enum cardea_block block;               /* REMOVE */
};

/* Who calls: what was presented, or, if that is CARDEA_PRESENTED_NONE, who was found already; a
 * seat's role is read again. */
struct cardea_caller {
	struct cardea_presented presented;
	const struct cardea_principal *principal; /* NULL = nobody */
};

struct cardea_moderated {
	bool is_locked;            /* the room */
	struct cardea_locks locks; /* the meeting's defaults */
	const char *participant;   /* id; what follows is about it, NULL = about nobody */
	const char *display_name;
	enum cardea_role role;
	bool has_publish;
	unsigned publish;            /* its own mask */
	struct cardea_locks own;     /* its own locks */
	struct cardea_rights rights; /* in force */
};

typedef void (*cardea_moderated_h)(int err, const struct cardea_moderated *result, void *arg);
/* Succeeds, and changes nothing, if that is how it is already. Failures of authentication,
 * CARDEA_E_HOST_REQUIRED, _ROOM_UNKNOWN, _SESSION_OVER (not END), _PARTICIPANT_UNKNOWN,
 * and those of domain/moderation_acts.h. */
int cardea_domain_moderate(struct cardea_domain *domain, const struct cardea_caller *who,
                           const struct cardea_moderation_command *command, cardea_moderated_h done,
                           void *arg);

#endif
