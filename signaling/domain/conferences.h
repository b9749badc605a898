/*
 * conferences: the operations of the plugNmeet dialect (spec/plugnmeet): a backend books a session
 * of a room and hands out tokens to enter it; people in it who are hosts moderate it. As domain.h:
 * asynchronous, one command, `done` once on the loop thread after the commit, results borrowed for
 * it.
 */
#ifndef CARDEA_DOMAIN_CONFERENCES_H
#define CARDEA_DOMAIN_CONFERENCES_H

#include "domain/meetings.h"
#include "store/policy.h"

/* A request as it was signed with the secret of a key pair; nothing is known of it yet. */
struct cardea_signed {
	const char *key;       /* id of the pair; NULL = none */
	const char *signature; /* NULL = none */
	const void *text;      /* what was signed; NULL = there is nothing */
	size_t len;
};

/*
 * Each of the calls of a backend fails with CARDEA_E_API_KEY_MISSING, CARDEA_E_API_KEY_UNKNOWN,
 * CARDEA_E_SIGNATURE_MISSING, CARDEA_E_SIGNED_TEXT_MISSING or CARDEA_E_SIGNATURE, before anything
 * else is looked at. This one asks for nothing else.
 */
int cardea_domain_signed_check(struct cardea_domain *domain, const struct cardea_signed *who,
                               cardea_done_h done, void *arg);

/* ---- sessions ---- */

/* Somebody as the backend sees them; hidden ones, too. */
struct cardea_conference_person {
	const char *id;              /* of the seat */
	const char *user_id, *name;  /* user_id "" = none */
	const char *metadata;        /* text of the dialect, NULL = none */
	const char *avatar, *locale; /* NULL = none */
	struct cardea_locks locks;   /* their own */
	bool is_host, is_hidden, is_waiting, is_presenter, can_publish;
	bool has_raised_hand;
	int64_t joined_at; /* ms */
};

struct cardea_conference {
	const char *room_id, *title; /* title "" = none */
	const char *sid;
	const char *metadata; /* text of the dialect; NULL: another dialect opened it */
	int64_t started_at;   /* ms */
	int64_t joined;       /* who takes a place */
	const struct cardea_conference_person *people; /* who is online, where asked for */
	size_t count;
};
typedef void (*cardea_conference_h)(int err, const struct cardea_conference *conference, void *arg);

struct cardea_conference_book {
	const char *room_id, *title;
	const char *welcome_text, *exit_url, *waiting_text; /* NULL = none */
	const char *metadata;                               /* text of the dialect */
	int64_t empty_timeout_ms, duration_ms;              /* 0 = none */
	struct cardea_session_policy policy;
	bool waiting_room, has_made_ids;
};
/* The running session of the room, or a new one. CARDEA_E_CONCURRENT_ROOMS. */
int cardea_domain_conference_book(struct cardea_domain *domain, const struct cardea_signed *who,
                                  const struct cardea_conference_book *command,
                                  cardea_conference_h done, void *arg);

/* CARDEA_E_ROOM_UNKNOWN, CARDEA_E_SESSION_OVER for a room that does not run. */
int cardea_domain_conference_get(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const char *room_id, bool with_people, cardea_conference_h done,
                                 void *arg);
/* The running ones, with their people. */
typedef void (*cardea_conferences_h)(int err, const struct cardea_conference *list, size_t count,
                                     void *arg);
int cardea_domain_conferences(struct cardea_domain *domain, const struct cardea_signed *who,
                              cardea_conferences_h done, void *arg);
/* CARDEA_E_ROOM_UNKNOWN, also of a room that does not run. */
int cardea_domain_conference_end(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const char *room_id, cardea_done_h done, void *arg);

struct cardea_conference_past {
	const char *room_id, *title, *sid, *metadata;
	int64_t started_at, ended_at; /* ms */
	int64_t joined;               /* who was ever in it */
};
struct cardea_conference_query {
	const char *const *room_ids; /* ends with NULL; empty = all */
	bool oldest_first;
	int64_t from, limit;
};
typedef void (*cardea_conference_past_h)(int err, const struct cardea_conference_past *list,
                                         size_t count, int64_t total, void *arg);
int cardea_domain_conference_past(struct cardea_domain *domain, const struct cardea_signed *who,
                                  const struct cardea_conference_query *query,
                                  cardea_conference_past_h done, void *arg);

struct cardea_conference_say {
	const char *room_id;
	const char *name, *text; /* name: of whoever is shown as its sender */
	const char *user_id;     /* NULL = nobody in particular */
	bool hosts_only;         /* with user_id: the hosts and that one; with neither: everybody */
};
/* A chat message in the room's log. CARDEA_E_ROOM_UNKNOWN, CARDEA_E_SESSION_OVER;
 * CARDEA_E_PARTICIPANT_UNKNOWN if nobody of those is online. */
int cardea_domain_conference_say(struct cardea_domain *domain, const struct cardea_signed *who,
                                 const struct cardea_conference_say *command, cardea_done_h done,
                                 void *arg);

/* ---- tokens to enter ---- */

struct cardea_conference_invite {
	const char *room_id, *name;
	const char *user_id;                    /* "" = none */
	const char *avatar, *locale, *metadata; /* NULL = none */
	struct cardea_locks locks;
	bool is_host, is_hidden;
	int client_type; /* of the dialect; only handed on */
	bool keeps_id;   /* the user id counts even where the room makes them */
	int fault;       /* what to fail with if the room is there; 0 = nothing */
	int id_fault;    /* the same, if the user id counts */
};
/* Seats somebody and gives a token for that seat. CARDEA_E_BLOCKED, CARDEA_E_ROOM_UNKNOWN
 * (also of a room that does not run). Who is online by that user id is removed. */
typedef void (*cardea_conference_token_h)(int err, const char *token, void *arg);
int cardea_domain_conference_invite(struct cardea_domain *domain, const struct cardea_signed *who,
                                    const struct cardea_conference_invite *command,
                                    cardea_conference_token_h done, void *arg);

#endif
