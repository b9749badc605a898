/*
 * domain: the one door of the domain layer, used by the dialects (api/), the sessions (session/)
 * and the media side (media/). It knows no HTTP, JSON, WebSocket or SQL.
 *
 * Every operation is asynchronous: it copies what it needs from its arguments, runs as one store
 * command (authentication, authorisation and change in the same transaction) and calls `done` on
 * the loop thread, after the commit is synced. `done` is called exactly once, unless the operation
 * itself returns an error (a full queue: CARDEA_E_STORE_BUSY), then never. Results are borrowed for
 * the duration of `done`. Loop thread only.
 */
#ifndef CARDEA_DOMAIN_H
#define CARDEA_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_clock.h"
#include "cardea_id.h"
#include "cardea_join_token.h"
#include "cardea_limits.h"
#include "cardea_seal.h"

struct cardea_domain;
struct cardea_store;

/* Keys by use (spec/model I10): separate, each with its algorithm pinned. All borrowed references.
 */
struct cardea_domain_keys {
	const struct cardea_jwk *join;    /* signs join tokens: ES256 by default */
	const struct cardea_jwk *access;  /* HS256, participants dialect */
	const struct cardea_jwk *refresh; /* HS256 */
	const struct cardea_jwk *auth;    /* HS256 */
	const struct cardea_jwk *call;    /* signs auth_token of the meetings dialect: ES256 */
	const struct cardea_jwk
	        *accounts; /* HS256: the keys of accounts and links are derived from it */
	const struct cardea_seal *seal;
};

/* Where and how a room is open: the content of `open` (docs/plugin-api.md 5). */
struct cardea_min_gen {
	char seat[CARDEA_UUID_SIZE];
	int64_t gen;
};

/* What the node of a room has to tell, or to do, because of a log event (docs/plugin-api.md 5:
 * `say`, `mute`, `hands`). Strings are borrowed. */
enum cardea_telling_type {
	CARDEA_TELL_MESSAGE,
	CARDEA_TELL_MUTE,
	CARDEA_TELL_UNMUTE,
	CARDEA_TELL_HANDS,
	CARDEA_TELL_LOCKS,
};

struct cardea_telling {
	enum cardea_telling_type type;
	char room[CARDEA_UUID_SIZE];
	char node[CARDEA_MAX_ID + 1]; /* where the room is placed */
	int64_t epoch;
	unsigned locks;               /* LOCKS: of @seat, in force; a set of enum cardea_lock */
	int64_t id;                   /* not HANDS, LOCKS: number of the event; so what follows */
	const char *seat;             /* who sent, is muted, or LOCKS: is told */
	const char *kind;             /* chat or reaction, or kind of the source */
	int64_t at_ms;                /* MESSAGE; so what follows */
	const char *name, *to, *text; /* name of who sent; to: a seat, NULL = everybody */
	const char *const *hands;     /* HANDS: seats in order */
	size_t hand_count;
};

/* What a node lets the people of a room do, and one of them (docs/plugin-api.md 5: `policy`,
 * `grant`). Kinds are sets of enum cardea_kind. `id`: the number of the event that changed it last;
 * an older state never overwrites a later one. */
struct cardea_media_policy {
	int64_t id;
	int64_t max_participants; /* 0 = no limit */
	unsigned locks;           /* kinds that are locked for others than hosts */
	bool cameras_of_hosts_only, lists_hosts_only, mute_on_start;
};

struct cardea_seat_grant {
	char seat[CARDEA_UUID_SIZE];
	int64_t gen, id;
	unsigned publish;        /* while nothing is locked */
	unsigned locks, unlocks; /* of its own */
	enum cardea_role role;
};

/* A room where it is placed. */
struct cardea_room_at {
	char room[CARDEA_UUID_SIZE];
	char node[CARDEA_MAX_ID + 1];
	int64_t epoch;
};

struct cardea_placement {
	char room[CARDEA_UUID_SIZE];
	char tenant[CARDEA_UUID_SIZE];
	char session[CARDEA_UUID_SIZE]; /* conf_id */
	char node[CARDEA_MAX_ID + 1];
	char boot[CARDEA_UUID_SIZE];
	int64_t epoch;
	struct cardea_media_policy policy;
	const struct cardea_min_gen *min_gen;
	size_t min_gen_count;
	const struct cardea_seat_grant *grants; /* of seats whose rights are not those of their token */
	size_t grant_count;
	int64_t ingested; /* last seq of this (node, boot, room) that is in the log */
	int64_t told;     /* last number of the log; a new placement is told what comes after it */
	struct cardea_telling hands;
	/* What the node was not told because a gateway was killed; only after its hello. */
	const struct cardea_telling *missed;
	size_t missed_count;
};

struct cardea_revocation {
	char room[CARDEA_UUID_SIZE];
	char node[CARDEA_MAX_ID + 1]; /* where the room is placed */
	int64_t epoch;
	char seat[CARDEA_UUID_SIZE];
	int64_t min_gen;
	const char *reason; /* a literal */
	const char *text;   /* for the person, NULL = none; borrowed */
};

/* Somebody goes to another room of the node with their connections. */
struct cardea_move {
	struct cardea_room_at at;    /* where from */
	char seat[CARDEA_UUID_SIZE]; /* there */
	const char *token;           /* join token of the new seat; borrowed */
	char to_seat[CARDEA_UUID_SIZE], to_room[CARDEA_UUID_SIZE];
	int64_t to_gen;
};

/*
 * The media side as the domain sees it; media/ implements it. Loop thread.
 */
struct cardea_media_port {
	/* True if @node is connected and speaks our protocol; *@boot (borrowed) is its boot id. */
	bool (*ready)(void *arg, const char *node, const char **boot);
	/* A node for a new room, or NULL. Borrowed. */
	const char *(*choose)(void *arg);
	/* Opens a room on a node and calls @done with 0, CARDEA_E_NODE_TIMEOUT (1 s, spec/native 1) or
	 * CARDEA_E_NO_NODE. */
	void (*open)(void *arg, const struct cardea_placement *placement,
	             void (*done)(int err, void *arg), void *done_arg);
	/* Calls @done with 0, the node's refusal, CARDEA_E_NODE_TIMEOUT or CARDEA_E_NO_NODE. */
	void (*move)(void *arg, const struct cardea_move *move, void (*done)(int err, void *arg),
	             void *done_arg);
	/* A seat was removed: its tokens below @min_gen are dead (`revoke`). No answer: every `open`
	 * carries min_gen again. Strings are borrowed for the call. NULL = nobody wants to know. */
	void (*revoke)(void *arg, const struct cardea_revocation *revocation);
	/* The meeting in @room is over; a node that misses it is put right after its next hello. NULL =
	 * nobody wants to know. Strings are borrowed for the call. */
	void (*close)(void *arg, const char *node, const char *room, int64_t epoch);
	/* Rights of a seat, or of all, have changed. No answer: every `open` carries them again. NULL =
	 * nobody wants to know. */
	void (*grant)(void *arg, const struct cardea_room_at *at,
	              const struct cardea_seat_grant *grant);
	void (*policy)(void *arg, const struct cardea_room_at *at,
	               const struct cardea_media_policy *policy);
	/* No answer: what a node misses it gets after its next hello. NULL = nobody wants to know. */
	void (*tell)(void *arg, const struct cardea_telling *telling);
	void *arg;
};

/* @hash: of cardea_password_port.hash; borrowed for the call. */
typedef void (*cardea_password_h)(int err, const char *hash, void *arg);

/* Hashing passwords takes long; jobs/ does it elsewhere. Loop thread; @done is called later, unless
 * an error is returned (CARDEA_E_QUEUE_FULL), then never. Texts are copied. */
struct cardea_password_port {
	int (*hash)(void *arg, const char *password, cardea_password_h done, void *done_arg);
	/* CARDEA_E_PASSWORD to @done if @password is not that of the hash @stored; NULL is nobody's and
	 * takes as long. */
	int (*verify)(void *arg, const char *password, const char *stored, cardea_password_h done,
	              void *done_arg);
	void *arg;
};

struct cardea_domain_options {
	struct cardea_store *store;
	const struct cardea_clock *clock;
	struct cardea_domain_keys keys;
	struct cardea_media_port media;
	struct cardea_password_port passwords;
	const char *issuer;               /* `iss` of all our tokens */
	int64_t access_token_life_s;      /* 3600 */
	int64_t refresh_token_life_s;     /* 604800 */
	int64_t meeting_empty_timeout_ms; /* a meeting with nobody in it ends; 0 = never */
};

int cardea_domain_new(const struct cardea_domain_options *options, struct cardea_domain **out);
void cardea_domain_free(struct cardea_domain *domain);

/* ---- who is calling ----------------------------------------------------------------------------
 */

/* A credential as it was presented, before anything is known about it. */
enum cardea_presented_form {
	CARDEA_PRESENTED_NONE = 0,
	CARDEA_PRESENTED_API_KEY, /* X-API-Key */
	CARDEA_PRESENTED_BEARER,  /* Authorization: Bearer; an API key or a participants-dialect JWT */
};

struct cardea_presented {
	enum cardea_presented_form form;
	const char *value;  /* NULL with NONE */
	const char *origin; /* of the page that calls; NULL = none, or one of this gateway */
};

/*
 * Failures of authentication have errors of their own, because the participants dialect has a text
 * for each (spec/participants 2.6): CARDEA_E_AUTH_*, CARDEA_E_API_KEY_*, CARDEA_E_TENANT_INACTIVE.
 */

/* ---- rooms and participants, participants dialect (spec/participants 5-7)
 * ------------------------- */

enum cardea_room_status {
	CARDEA_ROOM_SCHEDULED,
	CARDEA_ROOM_ACTIVE,
	CARDEA_ROOM_ENDED,
};

struct cardea_room_config {
	int64_t max_participants; /* 0 = no limit; -1 = absent */
	int recording_enabled;    /* 0, 1, or -1 = absent */
	int chat_enabled;
	const char *extra; /* other keys as opaque text of the codec, or NULL: kept, never read */
};

struct cardea_room_view {
	const char *id, *tenant_id, *name; /* name NULL if none */
	struct cardea_room_config config;
	enum cardea_room_status status;
	int64_t scheduled_start_at, scheduled_end_at; /* ms, 0 = none */
	int64_t allow_early_join_minutes;
	int64_t started_at, ended_at, created_at, updated_at; /* ms, 0 = none */
	int64_t participant_count;                            /* active, not hidden */
};

struct cardea_room_create {
	const char *name; /* NULL = none */
	struct cardea_room_config config;
};

typedef void (*cardea_room_done_h)(int err, const struct cardea_room_view *room, void *arg);

int cardea_domain_room_create(struct cardea_domain *domain, const struct cardea_presented *who,
                              const struct cardea_room_create *command, cardea_room_done_h done,
                              void *arg);
/* @room_id must be a UUID. */
int cardea_domain_room_get(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room_id, cardea_room_done_h done, void *arg);

struct cardea_participant_view {
	const char *id, *room_id, *display_name;
	const char *external_user_id; /* NULL = absent */
	const char *metadata;         /* opaque text of the codec, NULL = absent */
	enum cardea_role role;
	bool online;
	int64_t joined_at, left_at, created_at; /* ms; left_at 0 = active */
};

struct cardea_participant_add {
	const char *room; /* UUID or name, decoded */
	const char *display_name;
	const char *external_user_id; /* NULL = absent */
	const char *metadata;         /* opaque text, NULL = absent */
	int role;                     /* enum cardea_role, or -1 = absent */
	/* Of tokens of the application's own only. */
	bool is_hidden, has_publish;
	unsigned publish;  /* if so: kinds it may publish at most */
	int64_t leaves_at; /* ms; unless it has come until then, 0 = stays */
};

struct cardea_tenant_flags {
	bool transcription_enabled, first_participant_is_host, force_recording, allow_early_join;
};

struct cardea_participant_added {
	struct cardea_participant_view participant;
	const char *room_id, *room_name; /* "" if the room has no name */
	enum cardea_room_status room_status;
	bool room_created;
	struct cardea_tenant_flags tenant;
	const char *access_token, *refresh_token, *auth_token;
	int64_t expires_in_s;
	bool should_start_recording;
};

typedef void (*cardea_participant_added_h)(int err, const struct cardea_participant_added *result,
                                           void *arg);
int cardea_domain_participant_add(struct cardea_domain *domain, const struct cardea_presented *who,
                                  const struct cardea_participant_add *command,
                                  cardea_participant_added_h done, void *arg);

typedef void (*cardea_participants_h)(int err, const struct cardea_participant_view *list,
                                      size_t count, void *arg);
int cardea_domain_participant_list(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const char *room, bool active_only, cardea_participants_h done,
                                   void *arg);

/* ---- enter (spec/native 1)
 * ------------------------------------------------------------------------ */

struct cardea_enter {
	const char *credential;
	const char *name;       /* NULL = absent */
	const char *resume;     /* NULL = absent */
	const char *client_key; /* NULL = absent */
	const char *origin;     /* as of struct cardea_presented */
	int audio_slots, video_slots;
};

struct cardea_entered {
	struct cardea_join_claims claims; /* participant: sub, client_id, name, role, guest, hidden */
	unsigned publish;   /* kinds that it may publish now: those of the token but what is locked */
	unsigned locks;     /* in force: a set of enum cardea_lock */
	const char *avatar; /* NULL = none */
	const char *room_name; /* NULL = none */
	bool room_locked;
	const char *welcome_text, *exit_url; /* NULL = none */
	bool mute_on_start;
	const char *waiting_text; /* of who waits, NULL = none */
	const char *node;         /* for janus_url */
	const char *join_token;
	int64_t expires_in_s;
	const char *resume;
	int audio_slots, video_slots;
	const char *locale; /* language of the person, NULL = none; also of one who waits */
	/* Has to wait to be let in: with the ticket as credential it asks again. Nothing above but the
	 * locale is set. */
	bool is_waiting;
	bool waits_for_host; /* for the meeting to begin; else for a host to let it in */
	const char *ticket;
	const char *denial; /* with CARDEA_E_DENIED only: what the host said, NULL = nothing */
};

typedef void (*cardea_entered_h)(int err, const struct cardea_entered *result, void *arg);
/* With an error there is no result, but with CARDEA_E_DENIED. Answers after the node's ack of
 * `open`. Each answer promises a Janus session of its own: its
 * `resume` claims the session that its join token created, and no other. */
int cardea_domain_enter(struct cardea_domain *domain, const struct cardea_enter *command,
                        cardea_entered_h done, void *arg);

/* True for the form of a ticket, genuine or not. */
bool cardea_domain_is_ticket(const char *credential);

/* What the holder of a ticket may know, and where to follow it. */
struct cardea_ticket_state {
	char tenant[CARDEA_UUID_SIZE], room[CARDEA_UUID_SIZE], session[CARDEA_UUID_SIZE];
	char seat[CARDEA_UUID_SIZE];
	int64_t last_event; /* of the room's log */
	bool is_admitted;
};
typedef void (*cardea_ticket_h)(int err, const struct cardea_ticket_state *state, void *arg);
/* CARDEA_E_UNAUTHENTICATED, CARDEA_E_SESSION_OVER, CARDEA_E_DENIED. */
int cardea_domain_ticket_read(struct cardea_domain *domain, const char *ticket,
                              cardea_ticket_h done, void *arg);

/* ---- the tunnel's sessions (spec/native 13)
 * -------------------------------------------------------- */

struct cardea_media_session {
	char node[CARDEA_MAX_ID + 1];
	uint64_t janus_session; /* 53 bits, chosen at enter */
	char seat[CARDEA_UUID_SIZE];
	char room[CARDEA_UUID_SIZE];
	int64_t gen;
};

typedef void (*cardea_media_session_h)(int err, const struct cardea_media_session *session,
                                       void *arg);
/* First frame `create`: verifies the join token and that it was not used to create before; marks
 * the row as opened before `done`. CARDEA_E_TOKEN_*, CARDEA_E_GEN_STALE, CARDEA_E_TOKEN_BOUND. */
int cardea_domain_media_create(struct cardea_domain *domain, const char *node,
                               const char *join_token, cardea_media_session_h done, void *arg);
/* First frame `claim`: opens the `resume` string and checks that the seat was not removed since and
 * that the session row is there. CARDEA_E_SEAL, CARDEA_E_GEN_STALE, CARDEA_E_NOT_FOUND. */
int cardea_domain_media_claim(struct cardea_domain *domain, const char *node, const char *resume,
                              cardea_media_session_h done, void *arg);
/* The session was destroyed at the node; forgets the row. */
int cardea_domain_media_gone(struct cardea_domain *domain, const char *node, uint64_t janus_session,
                             void (*done)(int err, void *arg), void *arg);

/* ---- what nodes report (docs/plugin-api.md 5)
 * ------------------------------------------------------- */

enum cardea_node_event_type {
	CARDEA_NODE_ONLINE,
	CARDEA_NODE_OFFLINE,
	CARDEA_NODE_SOURCE,
	CARDEA_NODE_SNAPSHOT,
	CARDEA_NODE_MESSAGE,
	CARDEA_NODE_HAND,
	CARDEA_NODE_MODERATE,
};

/* What a host may ask for. */
enum cardea_moderation {
	CARDEA_MODERATE_MUTE,
	CARDEA_MODERATE_REMOVE,
	CARDEA_MODERATE_LOWER_HAND,
};

struct cardea_node_seat {
	const char *seat, *connection;
};

struct cardea_node_event {
	enum cardea_node_event_type type;
	const char *node, *boot, *room;
	int64_t epoch, seq, at_ms;
	const char *seat, *connection;        /* not for SNAPSHOT */
	const char *reason;                   /* OFFLINE */
	const char *kind, *state;             /* SOURCE; kind also MESSAGE, and MODERATE to mute */
	const char *to, *text;                /* MESSAGE; to NULL = everybody */
	bool is_raised;                       /* HAND */
	enum cardea_moderation action;        /* MODERATE */
	const char *target;                   /* MODERATE: a seat */
	const struct cardea_node_seat *seats; /* SNAPSHOT: everybody online */
	size_t seat_count;
};

/* Idempotent by (node, boot, room, seq), and so is what follows from it, which the media port is
 * asked for before `done`; a seq that is not the next one gives
 * CARDEA_E_STORE_CONFLICT and changes nothing (SNAPSHOT excepted). `done` after the commit: then
 * the event may be acknowledged. */
int cardea_domain_node_event(struct cardea_domain *domain, const struct cardea_node_event *event,
                             void (*done)(int err, void *arg), void *arg);

/* A node said hello. If its boot id is new, every seat online there is taken offline and its rooms
 * lose their placement (their next `enter` raises the epoch). Gives what is placed there, to be
 * opened again, with what those of @rooms were not told. */
struct cardea_node_room {
	const char *room;
	int64_t told; /* as the node says */
};
typedef void (*cardea_placements_h)(int err, const struct cardea_placement *list, size_t count,
                                    void *arg);
int cardea_domain_node_hello(struct cardea_domain *domain, const char *node, const char *boot,
                             const struct cardea_node_room *rooms, size_t room_count,
                             cardea_placements_h done, void *arg);
/* Created media sessions of a node, for clean-up after a gateway's restart. */
typedef void (*cardea_media_sessions_h)(int err, const struct cardea_media_session *list,
                                        size_t count, void *arg);
int cardea_domain_media_sessions(struct cardea_domain *domain, const char *node,
                                 cardea_media_sessions_h done, void *arg);

/* ---- operator
 * -------------------------------------------------------------------------------------- */

/* How much the store has worked since the start: sums of wall time of its one writer. */
struct cardea_domain_stats {
	int64_t commands, commits, run_us, commit_us;
};
void cardea_domain_stats(const struct cardea_domain *domain, struct cardea_domain_stats *out);

/* Reads one row and changes nothing: the store answers, or it does not. */
int cardea_domain_ping(struct cardea_domain *domain, void (*done)(int err, void *arg), void *arg);

struct cardea_first_tenant {
	const char *id, *name, *api_key, *api_key_id, *api_secret;
	const char *client_id, *client_secret; /* OAuth client of accounts (spec/spaces 3) */
	bool created;                          /* by this call */
};
/* The installation's first tenant, made if there is none (spec/participants P3); its oldest key
 * pair, opened from their seals. */
typedef void (*cardea_first_tenant_h)(int err, const struct cardea_first_tenant *tenant, void *arg);
int cardea_domain_first_tenant(struct cardea_domain *domain, cardea_first_tenant_h done, void *arg);

struct cardea_links {
	const char *room_id;
	const char *host_key;    /* access key of a host seat */
	const char *guest_token; /* of the room's running session */
};
typedef void (*cardea_links_h)(int err, const struct cardea_links *links, void *arg);
/* Room @room_name of the first tenant, opened if need be, with a host seat named @host_name (made
 * once per session): what `./dev up` prints. */
int cardea_domain_links(struct cardea_domain *domain, const char *room_name, const char *host_name,
                        cardea_links_h done, void *arg);

#endif
