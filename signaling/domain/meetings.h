/*
 * meetings: the operations of the meetings dialect (spec/meetings 7, 8, 11, 12): sessions of a room
 * with users who are registered once and hold an access key each. As domain.h: asynchronous, one
 * command, `done` once on the loop thread after the commit, results borrowed for it.
 */
#ifndef CARDEA_DOMAIN_MEETINGS_H
#define CARDEA_DOMAIN_MEETINGS_H

#include "domain/domain.h"

/* ---- what the dialect shows ---- */

struct cardea_meeting_user {
	const char *id;            /* the caller's own, or as random as the client id */
	const char *client_id;     /* 24 hex digits */
	const char *name, *avatar; /* avatar NULL = none */
	bool is_guest, is_online;
	enum cardea_role role;
	int64_t joined_at; /* ms; time of registration */
};

struct cardea_meeting_room {
	const char *id;          /* the caller's key */
	const char *name;        /* never NULL */
	const char *guest_token; /* "" = none */
	const char *options;     /* opaque text, NULL = none */
	bool is_running, is_locked;
	bool lists_hosts_only;                       /* others than hosts see nobody else */
	bool is_shut_down;                           /* has ended just now */
	int64_t started_at;                          /* ms, 0 = does not run */
	const struct cardea_meeting_user *presenter; /* NULL = nobody */
};

/* A meeting as one of its users sees it (spec/meetings 6.1). */
struct cardea_meeting {
	struct cardea_meeting_room room;
	struct cardea_meeting_user user;
	bool is_waiting;
	bool is_removed; /* and has not come back */
	bool has_begun;  /* the meeting (spec/meetings 12.1) */
	const char *team;
	const char *access_key, *locale; /* locale NULL = none */
	const char *conf_id;
	const char *auth_token;                    /* for /call; of one who waits: worthless */
	const struct cardea_meeting_user *waiting; /* for hosts: who waits, the first first */
	size_t waiting_count;
	/* Where to go on reading the log from. */
	char tenant[CARDEA_UUID_SIZE], room_id[CARDEA_UUID_SIZE], session[CARDEA_UUID_SIZE];
	char seat[CARDEA_UUID_SIZE];
	int64_t last_event;
	int64_t admitted_by_event; /* what came before it is not for this user */
};

typedef void (*cardea_meeting_h)(int err, const struct cardea_meeting *meeting, void *arg);
typedef void (*cardea_meeting_user_h)(int err, const struct cardea_meeting_user *user, void *arg);
typedef void (*cardea_done_h)(int err, void *arg);

/* ---- registering ---- */

struct cardea_meeting_person {
	const char *id; /* NULL or "" = a random one */
	const char *name;
	const char *avatar, *locale; /* NULL = none */
};

struct cardea_meeting_start {
	const char *api_key;
	const char *room;      /* key; NULL or "" = a fresh room for that one user */
	const char *room_name; /* NULL = the tenant's */
	struct cardea_meeting_person user;
	/* Only when the meeting starts by this call: */
	const char *options; /* opaque text */
	bool has_guest_token, waiting_room, kick_available, lock_available;
};

/* Starts a meeting, or registers one more regular user in a running one. The same user gets the
 * same credentials. CARDEA_E_API_KEY_UNKNOWN and the like, CARDEA_E_USER_LEVEL,
 * CARDEA_E_CONCURRENT_ROOMS. */
int cardea_domain_meeting_start(struct cardea_domain *domain,
                                const struct cardea_meeting_start *command, cardea_meeting_h done,
                                void *arg);
/* The same by a permalink's user token (spec/meetings 11.4). CARDEA_E_PERMALINK_UNKNOWN, also of
 * one that has expired. */
int cardea_domain_meeting_start_permalink(struct cardea_domain *domain, const char *user_token,
                                          cardea_meeting_h done, void *arg);
/* Registers a guest, by the token of a running meeting or of its permalink.
 * CARDEA_E_GUEST_TOKEN_UNKNOWN (also of a meeting that is over), CARDEA_E_ROOM_LOCKED,
 * CARDEA_E_USER_LEVEL. */
int cardea_domain_meeting_guest(struct cardea_domain *domain, const char *guest_token,
                                const struct cardea_meeting_person *user, cardea_meeting_h done,
                                void *arg);
/* CARDEA_E_ACCESS_KEY_UNKNOWN, CARDEA_E_SESSION_OVER; so all calls with an access key. */
int cardea_domain_meeting_get(struct cardea_domain *domain, const char *access_key,
                              cardea_meeting_h done, void *arg);
/* The holder of @access_key follows the meeting: if it is a regular user, the meeting has begun
 * (spec/meetings 12.1). */
int cardea_domain_meeting_follow(struct cardea_domain *domain, const char *access_key,
                                 cardea_meeting_h done, void *arg);

/* ---- in the meeting ---- */

/* Who calls, as the path and the header say it (spec/meetings 3): @id is an access key, or, if it
 * is not a known one and there is an API key, a room's key. */
struct cardea_meeting_caller {
	const char *id;
	const char *api_key; /* NULL = none */
};

/* @user: user id or client id. CARDEA_E_USER_UNKNOWN. */
int cardea_domain_meeting_user(struct cardea_domain *domain, const char *access_key,
                               const char *user, cardea_meeting_user_h done, void *arg);
/* Removes a user, or refuses one who waits. CARDEA_E_FORBIDDEN, CARDEA_E_USER_UNKNOWN. */
int cardea_domain_meeting_kick(struct cardea_domain *domain, const char *access_key,
                               const char *user, cardea_done_h done, void *arg);
/* Lets a guest in who waits. CARDEA_E_USER_UNKNOWN if that user does not wait,
 * CARDEA_E_ROOM_LOCKED. */
int cardea_domain_meeting_admit(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, const char *user,
                                cardea_meeting_user_h done, void *arg);
int cardea_domain_meeting_lock(struct cardea_domain *domain, const char *access_key,
                               cardea_done_h done, void *arg);
/* CARDEA_E_ROOM_UNKNOWN, CARDEA_E_SESSION_OVER for one that does not run. */
int cardea_domain_meeting_end(struct cardea_domain *domain, const struct cardea_meeting_caller *who,
                              cardea_done_h done, void *arg);
/* @kind: "chat" or "custom". */
int cardea_domain_meeting_message(struct cardea_domain *domain, const char *access_key,
                                  const char *kind, const char *text, cardea_done_h done,
                                  void *arg);
/* CARDEA_E_PRESENTER_OTHER; stopping what nobody of them does: CARDEA_E_NOT_FOUND. */
int cardea_domain_meeting_present(struct cardea_domain *domain, const char *access_key,
                                  bool presents, cardea_done_h done, void *arg);
/* Merges @changes, the text of an object, into the options. CARDEA_E_NOT_AVAILABLE if the option
 * @needed is false. */
int cardea_domain_meeting_options(struct cardea_domain *domain, const char *access_key,
                                  const char *changes, const char *needed, cardea_done_h done,
                                  void *arg);
/* Asks everybody to be silent. */
int cardea_domain_meeting_ask_mute(struct cardea_domain *domain, const char *access_key,
                                   cardea_done_h done, void *arg);

/* ---- with an API key ---- */

/* The running ones. */
typedef void (*cardea_meeting_rooms_h)(int err, const struct cardea_meeting_room *list,
                                       size_t count, void *arg);
int cardea_domain_meeting_rooms(struct cardea_domain *domain, const char *api_key,
                                cardea_meeting_rooms_h done, void *arg);

/* A room as an observer sees it, running or not (spec/meetings 13.4, room_update). */
struct cardea_meeting_report {
	struct cardea_meeting_room room;
	const struct cardea_meeting_user *users; /* by the filter */
	size_t count;
	char tenant[CARDEA_UUID_SIZE], room_id[CARDEA_UUID_SIZE];
	int64_t last_event;
};
typedef void (*cardea_meeting_report_h)(int err, const struct cardea_meeting_report *report,
                                        void *arg);
/* The users of a room, for its tenant. @online: 1 = who is in the meeting now, 0 = who is not, -1 =
 * all registered; never who waits. CARDEA_E_ROOM_UNKNOWN. */
int cardea_domain_meeting_users(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, int online,
                                cardea_meeting_report_h done, void *arg);
/* The room as an observer sees it; @who may hold an access key or an API key. */
int cardea_domain_meeting_report(struct cardea_domain *domain,
                                 const struct cardea_meeting_caller *who,
                                 cardea_meeting_report_h done, void *arg);

#endif
