/*
 * permalinks: meetings whose links are there before they start (spec/meetings 8, 11.4). A permalink
 * has a guest token and users with a token each; it outlives its meetings, which run in the room
 * whose key is its id. As domain.h: asynchronous, one command, `done` once on the loop thread after
 * the commit, results borrowed for it.
 */
#ifndef CARDEA_DOMAIN_PERMALINKS_H
#define CARDEA_DOMAIN_PERMALINKS_H

#include "domain/meetings.h"

/* A permalink as somebody sees it: its owner with the user who was added first, a user with
 * themself, a guest with nobody, because user tokens are for those users alone. */
struct cardea_permalink {
	const char *id;          /* 24 hex digits, also of the room */
	int64_t created_at;      /* ms */
	int64_t expires_at;      /* ms; 0 = never */
	const char *guest_token; /* "" = none */
	const char *name, *team; /* of the room and of the owner; never NULL */
	int64_t started_at;      /* ms; 0 = no meeting runs */
	const char *options;     /* opaque text, NULL = none */
	/* NULL all three = nobody */
	const struct cardea_meeting_user *user;
	const char *user_token, *locale; /* locale NULL also = none */
};

typedef void (*cardea_permalink_h)(int err, const struct cardea_permalink *permalink, void *arg);

/* What a permalink's meetings are started with; what is not given stays, or is as by default. */
struct cardea_permalink_settings {
	const char *name;    /* NULL or "" = not given */
	int64_t expires_at;  /* ms; 0 = never; -1 = not given */
	const char *options; /* the text of an object, put over what is there; NULL = not given */
	int has_guest_token, waiting_room, kick_available, lock_available; /* 1, 0, -1 = not given */
};

/* CARDEA_E_API_KEY_UNKNOWN and the like; so all that take an API key. */
int cardea_domain_permalink_create(struct cardea_domain *domain, const char *api_key,
                                   const struct cardea_permalink_settings *settings,
                                   const struct cardea_meeting_person *user,
                                   cardea_permalink_h done, void *arg);
/* @who->id: a user token or the guest token, else, with an API key, an id. CARDEA_E_NOT_FOUND,
 * without an API key CARDEA_E_PERMALINK_UNKNOWN. */
int cardea_domain_permalink_get(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, cardea_permalink_h done,
                                void *arg);

struct cardea_permalink_query {
	int64_t page, limit; /* from 1 */
	int expired;         /* 1 = only what has expired, 0 = only what has not, -1 = all */
};
struct cardea_permalink_page {
	const struct cardea_permalink *items; /* the newest first */
	size_t count;
	int64_t total; /* on all pages */
};
typedef void (*cardea_permalink_page_h)(int err, const struct cardea_permalink_page *page,
                                        void *arg);
int cardea_domain_permalink_list(struct cardea_domain *domain, const char *api_key,
                                 const struct cardea_permalink_query *query,
                                 cardea_permalink_page_h done, void *arg);

/* For all that follow, @who->id is the permalink's id: CARDEA_E_NOT_FOUND. What they change holds
 * from the next meeting on; one that runs goes on. */
int cardea_domain_permalink_update(struct cardea_domain *domain,
                                   const struct cardea_meeting_caller *who,
                                   const struct cardea_permalink_settings *settings,
                                   cardea_permalink_h done, void *arg);
/* Its tokens are dead. */
int cardea_domain_permalink_delete(struct cardea_domain *domain,
                                   const struct cardea_meeting_caller *who, cardea_done_h done,
                                   void *arg);
/* The same user id is the same user with the same token. */
int cardea_domain_permalink_add_user(struct cardea_domain *domain,
                                     const struct cardea_meeting_caller *who,
                                     const struct cardea_meeting_person *user,
                                     cardea_permalink_h done, void *arg);
/* CARDEA_E_NOT_FOUND also for a token of another permalink. */
int cardea_domain_permalink_remove_user(struct cardea_domain *domain,
                                        const struct cardea_meeting_caller *who,
                                        const char *user_token, cardea_done_h done, void *arg);

#endif
