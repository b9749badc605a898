/*
 * spaces: accounts, spaces, rooms in them, invites, roles and access links (spec/spaces). As
 * domain.h: asynchronous, `done` once on the loop thread after the commit, results borrowed for it.
 * Ids are 24 lower-case hex digits.
 *
 * All calls but those with passwords are one command struct with one entry: who may make which call
 * is one table (domain/space_grants.h), so is what it does (domain/spaces.c).
 */
#ifndef CARDEA_DOMAIN_SPACES_H
#define CARDEA_DOMAIN_SPACES_H

#include "domain/domain.h"

#define CARDEA_ALIAS_CHARS  10
#define CARDEA_LINK_TTL_S   86400 /* default (spec/spaces 10) */
#define CARDEA_LINK_MAX_TTL 432000
#define CARDEA_MAX_PASSWORD 512
#define CARDEA_MIN_PASSWORD 8

/* ---- tokens: POST /auth/token (spec/spaces 3) ---- */

enum cardea_oauth_grant {
	CARDEA_OAUTH_CLIENT,
	CARDEA_OAUTH_PASSWORD,
	CARDEA_OAUTH_REFRESH,
};

struct cardea_oauth {
	enum cardea_oauth_grant grant;
	/* NULL, both: the pages of this installation ask, which can keep no secret; it is the client of
	 * the first tenant. Never with CLIENT. */
	const char *client_id, *client_secret;
	const char *username, *password; /* PASSWORD */
	const char *refresh_token;       /* REFRESH */
};

struct cardea_token_pair {
	const char *access, *refresh;
};

typedef void (*cardea_token_pair_h)(int err, const struct cardea_token_pair *pair, void *arg);
/* CARDEA_E_CLIENT_UNKNOWN, CARDEA_E_PASSWORD (whatever is wrong with the rest),
 * CARDEA_E_QUEUE_FULL. A wrong password and an unknown name take the same time. */
int cardea_domain_oauth(struct cardea_domain *domain, const struct cardea_oauth *command,
                        cardea_token_pair_h done, void *arg);

/* ---- accounts (spec/spaces 4) ---- */

struct cardea_account_new {
	const char *email, *username, *password;
	const char *phone; /* NULL = none */
};

typedef void (*cardea_account_id_h)(int err, const char *id, void *arg);
/* @token: of the user who asks; NULL: the operator does, for the first tenant.
 * CARDEA_E_EMAIL_TAKEN, CARDEA_E_VALIDATION for a user name that is somebody's e-mail (Decision
 * S16). */
int cardea_domain_account_create(struct cardea_domain *domain, const char *token,
                                 const struct cardea_account_new *command, cardea_account_id_h done,
                                 void *arg);

struct cardea_password_change {
	const char *token;        /* of the user; NULL: the operator does it, by e-mail */
	const char *email;        /* operator only */
	const char *old_password; /* user only */
	const char *password;
};
/* All older tokens of the account are dead (Decision S4). CARDEA_E_FORBIDDEN: the old password is
 * wrong. CARDEA_E_NOT_FOUND: no such e-mail. */
int cardea_domain_password_change(struct cardea_domain *domain,
                                  const struct cardea_password_change *command,
                                  cardea_account_id_h done, void *arg);

/* ---- everything else ---- */

enum cardea_space_call {
	CARDEA_SPACE_ACCOUNT_READ,
	CARDEA_SPACE_SETTINGS_READ,
	CARDEA_SPACE_SETTINGS_WRITE,
	CARDEA_SPACE_CREATE,
	CARDEA_SPACE_LIST,
	CARDEA_SPACE_UPDATE,
	CARDEA_SPACE_MEMBER_LIST,
	CARDEA_SPACE_MEMBER_REMOVE,
	CARDEA_SPACE_ROOM_CREATE,
	CARDEA_SPACE_ROOM_LIST,
	CARDEA_SPACE_ROOM_READ,
	CARDEA_SPACE_ROOM_BY_ALIAS,
	CARDEA_SPACE_ROOM_UPDATE,
	CARDEA_SPACE_INVITE_CREATE,
	CARDEA_SPACE_INVITE_LIST,
	CARDEA_SPACE_INVITE_REVOKE,
	CARDEA_SPACE_INVITE_ACTIVATE,
	CARDEA_SPACE_ROLE_GRANT,
	CARDEA_SPACE_ROLE_LIST,
	CARDEA_SPACE_ROLE_REVOKE,
	CARDEA_SPACE_LINK_CREATE,
	CARDEA_SPACE_LINK_LIST,
	CARDEA_SPACE_LINK_REVOKE,
	CARDEA_SPACE_PARTICIPANT_ADD,
	CARDEA_SPACE_PARTICIPANT_SIGNAL,
	CARDEA_SPACE_PARTICIPANT_JOIN,
	CARDEA_SPACE_OWNER_LOOK, /* webhook, records, analytics */
	CARDEA_SPACE_CALLS,      /* number of them */
};

/* Of a space or of a room; the greater the more. */
enum cardea_rank {
	CARDEA_RANK_NONE = 0,
	CARDEA_RANK_USER,
	CARDEA_RANK_MODERATOR,
	CARDEA_RANK_OWNER,
};

/* What may be done in a room (spec/spaces 6). */
enum cardea_room_switch {
	CARDEA_SWITCH_CHAT = 1 << 0,
	CARDEA_SWITCH_RECORD = 1 << 1,
	CARDEA_SWITCH_AUTO_RECORDING = 1 << 2,
	CARDEA_SWITCH_MICROPHONE = 1 << 3,
	CARDEA_SWITCH_CAMERA = 1 << 4,
	CARDEA_SWITCH_SCREEN_MEDIA = 1 << 5,
	CARDEA_SWITCH_SCREEN_SHARING = 1 << 6,
	CARDEA_SWITCH_AVATARS = 1 << 7,
	CARDEA_SWITCH_SELF_RENAMING = 1 << 8,
	CARDEA_SWITCH_HAND_RAISING = 1 << 9,
	CARDEA_SWITCH_REMOTE_DRAWING = 1 << 10,
};
#define CARDEA_SWITCH_DEFAULT (0x7ff & ~(CARDEA_SWITCH_RECORD | CARDEA_SWITCH_AUTO_RECORDING))

struct cardea_space_command {
	enum cardea_space_call call;
	const char *token; /* bearer, NULL = none */
	/* Addressed: space, room of it, and what else the path names: alias, invite, account, link or
	 * participant. NULL where the call has none. */
	const char *space, *room, *id;
	/* Given: what the call does not know is NULL, -1 or 0. */
	const char *name;               /* of a space or a room, of a participant, of who has a link */
	const char *description, *logo; /* of a space */
	const char *extra;              /* of a room: opaque text */
	int is_public, is_webinar;      /* 1, 0, -1 = not given */
	unsigned switches, switches_given;
	enum cardea_rank rank;
	const char *account; /* whom a role is for */
	int64_t ttl_s;
	bool is_permanent;
	const char *external_user_id, *email, *phone, *external_meeting_id; /* of a link */
};

struct cardea_account_view {
	const char *id, *email, *username, *phone; /* phone NULL = none */
	const char *meeting_space, *meeting_room;  /* NULL = none */
};

struct cardea_space_view {
	const char *id, *name, *description, *logo;
	bool is_public;
	enum cardea_rank rank; /* of who asks */
};

struct cardea_space_room_view {
	const char *id, *client, *channel, *name, *space, *alias, *extra;
	bool is_public, is_webinar;
	unsigned switches;
	enum cardea_rank rank;
};

struct cardea_role_view {
	const char *account, *username;
	enum cardea_rank rank;
};

struct cardea_invite_view {
	const char *id;
	enum cardea_rank rank;
	bool is_used;
	int64_t created_at; /* ms */
};

struct cardea_link_view {
	const char *id, *name, *external_user_id, *state; /* state: fresh, used, expired, revoked */
	bool is_moderator, is_permanent;
	int64_t expires_at; /* ms */
};

/* What the call gives is set; lists have `count` items. */
struct cardea_space_result {
	const char *id; /* of what was made */
	struct cardea_account_view account;
	struct cardea_space_room_view room;
	const struct cardea_space_view *spaces;
	const struct cardea_space_room_view *rooms;
	const struct cardea_role_view *roles;
	const struct cardea_invite_view *invites;
	const struct cardea_link_view *links;
	size_t count;
	const char *link_token;        /* LINK_CREATE, with room.alias */
	struct cardea_token_pair seat; /* PARTICIPANT_ADD, NULL both for users and clients */
	const char *signaling_token;   /* PARTICIPANT_SIGNAL */
};

typedef void (*cardea_space_done_h)(int err, const struct cardea_space_result *result, void *arg);
/*
 * CARDEA_E_UNAUTHENTICATED, CARDEA_E_FORBIDDEN, CARDEA_E_NOT_FOUND (also for what is another
 * tenant's or elsewhere), CARDEA_E_VALIDATION, CARDEA_E_INVITE_USED, CARDEA_E_LINK_USED,
 * CARDEA_E_LINK_EXPIRED, and the refusals of admission.
 */
int cardea_domain_space(struct cardea_domain *domain, const struct cardea_space_command *command,
                        cardea_space_done_h done, void *arg);

/* ---- audit, for the operator ---- */

struct cardea_audit_view {
	const char *id, *action, *actor, *target, *scope, *role; /* NULL = none, but id and action */
	int64_t at;                                              /* ms */
};
typedef void (*cardea_audit_h)(int err, const struct cardea_audit_view *list, size_t count,
                               void *arg);
/* Up to @limit records of the first tenant behind @after ("" = from the first). */
int cardea_domain_audit(struct cardea_domain *domain, const char *after, int64_t limit,
                        cardea_audit_h done, void *arg);

#endif
