/*
 * room: one room of this node. All its work runs on one serial queue ("room thread"), so that its
 * state needs no lock; what other threads read is atomic or under `lock`.
 *
 * Ownership: counted; the node's table, every handle that joined or tries to, and queued jobs hold
 * references.
 */
#ifndef CARDEA_PLUGIN_ROOM_H
#define CARDEA_PLUGIN_ROOM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <jansson.h>
#include "cardea_limits.h"
#include "codec.h"
#include "executor.h"
#include "outbox.h"
#include "participant.h"
#include "ref.h"

struct cardea_node;
struct cardea_speaking;

/* Whose limits these are; a guest who is a host counts as host. */
enum cardea_rank { CARDEA_RANK_HOST = 0, CARDEA_RANK_PARTICIPANT, CARDEA_RANK_GUEST, CARDEA_RANKS };

struct cardea_policy {
	int64_t id;                 /* of the log event it follows from; the highest is the latest */
	unsigned max_participants;  /* 0: no limit of the room */
	unsigned locks;             /* kinds nobody may publish, except hosts */
	bool cameras_of_hosts_only; /* others receive no other cameras */
	bool lists_hosts_only;      /* others see nobody else in the roster */
	bool mute_on_start;
	uint32_t max_bps[CARDEA_RANKS][CARDEA_SOURCE_KINDS]; /* 0: no limit */
	struct cardea_codec_list video_codecs;               /* at least one */
};

struct cardea_room {
	struct cardea_ref ref;
	/* Set once. */
	struct cardea_node *node;
	char id[CARDEA_MAX_ID + 1];
	struct cardea_queue *queue;
	struct cardea_outbox *outbox; /* its numbers: any thread */
	/* Any thread; written by the room thread, the deadline also by heartbeats under `lock`. */
	atomic_bool open;
	_Atomic int64_t epoch;
	_Atomic int64_t lease_deadline_ms; /* monotonic; 0: none */
	_Atomic int64_t told;              /* number of the last log event that the gateway had told */
	atomic_bool tick_queued;
	atomic_bool paced; /* there is work every 100 ms: levels, layers, rosters */
	atomic_bool pace_queued;
	atomic_bool tokens_kept;        /* closed, but tokens are bound that have not expired */
	GMutex lock;                    /* leaf */
	int64_t lease_ms;               /* under lock */
	char tenant[CARDEA_MAX_ID + 1]; /* under lock for others than the room thread */
	/* Room thread. */
	char conf_id[CARDEA_MAX_ID + 1];
	struct cardea_policy policy;
	GHashTable *participants;   /* seat -> struct cardea_participant *, owned */
	GHashTable *grants;         /* seat -> struct cardea_grant *, owned */
	GHashTable *min_gens;       /* seat -> int64_t *, owned */
	GHashTable *tokens;         /* jti -> bound connection (admission.c), owned */
	GPtrArray *sources;         /* open sources in the order of opening, borrowed */
	GHashTable *roster_changes; /* seat -> what to tell (roster.c) */
	int64_t roster_told_ms;
	int64_t quality_ms;               /* when layers were chosen last (quality.c) */
	bool assign_needed;               /* sources or slots changed */
	struct cardea_speaking *speaking; /* owned */
	char **hands;                     /* seats with a raised hand, in order; owned, or NULL */
	json_t *hands_told;               /* what everybody knows of them (hands.c); owned */
	GQueue said;                      /* what was said lately (said.c), owned */
	int64_t prune_ms;                 /* when tokens are looked through next */
};

/* What `open` says; strings are borrowed. */
struct cardea_room_opening {
	const char *tenant;
	const char *conf_id;
	int64_t epoch;
	int64_t lease_ms;
	struct cardea_policy policy;
	const json_t *min_gen; /* {seat: integer}, checked, or NULL */
	int64_t told;          /* log number from which a new placement begins */
};

/* For the node's table; counts 1. */
struct cardea_room *cardea_room_new(struct cardea_node *node, const char *id);
struct cardea_room *cardea_room_get(struct cardea_room *room);
void cardea_room_put(struct cardea_room *room);

/* Queues housekeeping: lease, dead peers, old tokens. Any thread. */
void cardea_room_tick(struct cardea_room *room);

/* Queues what a paced room does every 100 ms: speakers, layers, what is told together. Any thread.
 */
void cardea_room_pace(struct cardea_room *room);

/* Any thread. */
bool cardea_room_lease_expired(const struct cardea_room *room, int64_t now_ms);
/* Renews the lease of an open room whose epoch is @epoch (0: any). A lease that has run out stays
 * so until the next `open`, since the room may have been placed elsewhere. */
void cardea_room_renew(struct cardea_room *room, int64_t epoch, int64_t now_ms);
/* {"room","tenant","epoch","seq","acked","told"} for `hello`; NULL for a closed room that owes
 * nothing. */
json_t *cardea_room_summary(struct cardea_room *room);

/* The rest: room thread. */

/* CARDEA_E_EPOCH_STALE, or 0: another meeting or a higher epoch removes everyone (`epoch`). */
int cardea_room_open(struct cardea_room *room, const struct cardea_room_opening *opening);
/* Removes everyone with @reason (of the contract) and closes; nothing if it is closed. */
void cardea_room_close(struct cardea_room *room, const char *reason, const char *text);
/* Not if it is older than the one in force. */
void cardea_room_set_policy(struct cardea_room *room, const struct cardea_policy *policy);

/* Takes @grant over for @seat, unless a later one is known. */
void cardea_room_set_grant(struct cardea_room *room, const char *seat, struct cardea_grant *grant);

/* Raises the lowest generation of @seat that is admitted; never lowers it. */
void cardea_room_raise_gen(struct cardea_room *room, const char *seat, int64_t gen);

/* Goes over the receive handles in the room. Nobody may come or go meanwhile. */
struct cardea_receivers {
	GHashTableIter iter;
};
void cardea_receivers_init(struct cardea_receivers *receivers, struct cardea_room *room);
/* The next one, borrowed, whose participant is set; NULL at the end. */
struct cardea_session *cardea_receivers_next(struct cardea_receivers *receivers);

/* Ends a job: assigns slots, swaps routes, then tells rosters, slot maps and hands that changed. */
void cardea_room_settle(struct cardea_room *room);

#endif
