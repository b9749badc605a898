/*
 * session: one plugin handle (janus_plugin_session), from create_session to destroy_session.
 *
 * Ownership: counted. Janus' own reference ends in destroy_session; a participant, a queued job, a
 * route and a slot each hold one. With the last one Janus' handle is released, exactly once.
 *
 * Threads: fields are grouped by who may touch them. "Room thread" means a job on the queue of the
 * room the handle belongs to; it is never two threads at once. `lock` is a leaf.
 */
#ifndef CARDEA_PLUGIN_SESSION_H
#define CARDEA_PLUGIN_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include "compat.h"
#include "cardea_bucket.h"
#include "cardea_limits.h"
#include "playout.h"
#include "ref.h"
#include "slot.h"
#include "source.h"
#include "stats.h"

struct cardea_room;
struct cardea_participant;
struct cardea_video;

/* Bits, so that a request can name the kinds on which it is allowed. */
enum cardea_handle_kind {
	CARDEA_HANDLE_NEW = 1 << 0, /* before join or hello */
	CARDEA_HANDLE_PUBLISH = 1 << 1,
	CARDEA_HANDLE_RECEIVE = 1 << 2,
	CARDEA_HANDLE_CONTROL = 1 << 3,
};

enum cardea_handle_state {
	CARDEA_STATE_NEW = 0,
	CARDEA_STATE_JOINING, /* a join is queued */
	CARDEA_STATE_JOINED,
	CARDEA_STATE_LEFT, /* for good */
};

enum cardea_media_state {
	CARDEA_MEDIA_NEW = 0,
	CARDEA_MEDIA_OFFERED,
	CARDEA_MEDIA_UP,
	CARDEA_MEDIA_DOWN,
};

#define CARDEA_MAX_MLINES 16

#define CARDEA_NO_REPORT (-1)

/* What a receiver's RTCP says about its whole connection. The loop thread writes. */
struct cardea_feedback {
	_Atomic uint32_t remb_bps;
	_Atomic int64_t remb_ms; /* when it came; 0: never */
	atomic_int rtt_ms;       /* of the last report; CARDEA_NO_REPORT before the first */
	/* Of all video slots since the room thread looked; packets. */
	_Atomic uint32_t expected, lost;
	_Atomic uint32_t lossy; /* reports that told of a loss; `lost` is rounded down for each */
	atomic_int playout_ms;  /* for its pictures (playout.h); the room thread writes */
};

struct cardea_session {
	struct cardea_ref ref;
	/* Set once. */
	janus_plugin_session *handle;
	struct cardea_stats *stats; /* a reference */
	/* Any thread. */
	atomic_int kind;           /* enum cardea_handle_kind; set after all that comes with the kind */
	atomic_int state;          /* enum cardea_handle_state */
	atomic_int media;          /* enum cardea_media_state */
	atomic_bool detached;      /* Janus is done with the handle */
	atomic_bool offer_refused; /* the PeerConnection that goes down now was never ours */
	atomic_bool offer_again;   /* a new offer follows when the PeerConnection is down */
	_Atomic int64_t heard_ms;  /* last packet from the peer, monotonic; 0: none yet */
	_Atomic int64_t seq;       /* of events; only the room thread adds */
	atomic_uint waiting;       /* its requests that are queued */
	atomic_bool data_up;       /* the data channel can be written to (data.c) */
	atomic_uint joins;         /* attempts to join, of which the last one counts */
	GMutex lock;
	struct cardea_room *room; /* under lock: a reference from join on */
	/* Room thread. */
	struct cardea_participant *participant; /* while joined */
	bool announced;                         /* the answer to join is out, events may follow */
	int64_t offer;                          /* number of the last offer, of either side */
	bool offer_pending;                     /* ours, not answered yet */
	bool offer_due;                         /* there is no PeerConnection: the next tick offers */
	unsigned offered_slots;                 /* in our newest offer; 0: none yet */
	bool answered;                          /* one with all slots was answered: they are known */
	uint64_t sdp_session, sdp_version;      /* o= line of our offers */
	bool map_changed;
	/* Set at join, before `kind`, and by a move; room thread, under lock for others. */
	char seat[CARDEA_MAX_ID + 1];
	/* Publish: the sources, and which m-line carries which (loop thread reads). */
	struct cardea_source *sources;
	_Atomic(struct cardea_source *) mlines[CARDEA_MAX_MLINES];
	struct cardea_cap_notice cap_notice; /* for all its video */
	/* Receive: audio slots, then video slots. */
	struct cardea_slot *slots;
	struct cardea_slot **lines; /* the same in the order of their m-lines */
	unsigned first_lines;       /* of these, in the first offer */
	unsigned audio_slots, video_slots;
	bool data;                      /* it has a line for data channels, after all slots */
	struct cardea_bucket data_rate; /* loop thread */
	struct cardea_feedback feedback;
	struct cardea_video *video; /* room thread, owned: what the video slots are to show */
};

/* For create_session; counts 1, which is Janus'. */
struct cardea_session *cardea_session_new(janus_plugin_session *handle, struct cardea_stats *stats);
struct cardea_session *cardea_session_get(struct cardea_session *session);
void cardea_session_put(struct cardea_session *session);

/* The room with a new reference, or NULL. Any thread. */
struct cardea_room *cardea_session_room(struct cardea_session *session);
/* Sets it (NULL: none), taking a reference of its own. */
void cardea_session_set_room(struct cardea_session *session, struct cardea_room *room);

/* Make the handle what it is. Room thread, once, before it is announced. */
void cardea_session_make_publish(struct cardea_session *session, const _Atomic int64_t *lease);
void cardea_session_make_receive(struct cardea_session *session, unsigned audio, unsigned video);

/* The joined handle goes on in @room, as @seat. Room thread of both rooms. */
void cardea_session_move(struct cardea_session *session, struct cardea_room *room,
                         const char *seat);

/* All slots, audio first. */
static inline unsigned cardea_session_slots(const struct cardea_session *session)
{
	return session->audio_slots + session->video_slots;
}

/* {"audio","video"}: how many slots there are. New object. */
json_t *cardea_session_slot_counts(const struct cardea_session *session);

/*
 * Answers a request; takes over @reply and @jsep (may be NULL). Returns what the push returned.
 * Any thread, no locks held.
 */
int cardea_session_reply(struct cardea_session *session, const char *transaction, json_t *reply,
                         json_t *jsep);
/* Pushes a numbered event; takes over @fields (an object or NULL) and @jsep. Room thread. Silent
 * before the handle is announced. Returns what the push returned. */
int cardea_session_event(struct cardea_session *session, const char *name, json_t *fields,
                         json_t *jsep);

/* Closes the PeerConnection if there may be one. No locks held. */
void cardea_session_close(struct cardea_session *session);

/* Asks the publisher of @source for a key frame if none was asked for just now. No locks held. */
void cardea_session_want_keyframe(struct cardea_source *source);

/* Summary for query_session, under no lock but the leaf, which Janus calls with the handle's mutex
 * held. */
json_t *cardea_session_query(struct cardea_session *session);

const char *cardea_handle_name(enum cardea_handle_kind kind);
const char *cardea_media_name(enum cardea_media_state state);

#endif
