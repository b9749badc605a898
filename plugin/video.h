/*
 * video: which source each video slot of a receiver is to show: what the client wishes, whom it
 * follows, and who fills the rest (docs/plugin-api.md 2.8). In which layer is decided by quality.c.
 * Room thread only.
 */
#ifndef CARDEA_PLUGIN_VIDEO_H
#define CARDEA_PLUGIN_VIDEO_H

#include <stdbool.h>
#include <stdint.h>
#include "cardea_limits.h"
#include "layers.h"
#include "playout.h"
#include "room.h"

#define CARDEA_DEFAULT_HEIGHT 720
#define CARDEA_MAX_HEIGHT     4320

enum cardea_wish_mode {
	CARDEA_WISH_AUTO = 0, /* whatever no other slot shows */
	CARDEA_WISH_EMPTY,
	CARDEA_WISH_SOURCE,  /* one participant's camera or screen */
	CARDEA_WISH_SPEAKER, /* the camera of who speaks */
	CARDEA_WISH_SCREEN,  /* the screen that was opened last */
};

/* What one video slot is to show. */
struct cardea_wish {
	enum cardea_wish_mode mode;
	char participant[CARDEA_MAX_ID + 1];
	enum cardea_source_kind kind;
	uint16_t height; /* the most that the client can use */
	bool pinned;
};

struct cardea_video_slot {
	struct cardea_wish wish;
	struct cardea_source *target; /* borrowed: it is dropped before it goes away */
	int layer;                    /* of the target, as chosen last */
	bool fresh;                   /* it is another target since the last choice */
};

/* The video side of one receive handle. */
struct cardea_video {
	struct cardea_budget budget;
	struct cardea_playout playout;
	int64_t estimate_ms; /* of the estimate that the budget knows */
	uint32_t given_bps;  /* to all slots */
	int64_t wished_ms;   /* when a wish was followed last */
	bool wish_waits;     /* for the next tick: the one before was just followed */
	unsigned count;
	struct cardea_video_slot slots[]; /* in the order of the m-lines */
};

/* All slots are CARDEA_WISH_AUTO. */
struct cardea_video *cardea_video_new(unsigned slots);
void cardea_video_free(struct cardea_video *video);
/* The connection goes on in another room: no target, no wish. What it carries is still known. */
void cardea_video_reset(struct cardea_video *video);

/* Replaces the wishes of @receiver by @wishes, one for each video slot. Follows them now, or, when
 * wishes come faster than that makes sense, at the next tick. */
void cardea_video_wish(struct cardea_room *room, struct cardea_session *receiver,
                       const struct cardea_wish *wishes, int64_t now_ms);

/* Follows wishes that wait. Every tick. */
void cardea_video_catch_up(struct cardea_room *room, int64_t now_ms);

/* Gives every slot of @receiver, which belongs to @participant, what it is to show now. */
void cardea_video_assign(struct cardea_room *room, struct cardea_participant *participant,
                         struct cardea_session *receiver);

/* @source is closed: no slot of @receiver is to show it. */
void cardea_video_forget(struct cardea_session *receiver, const struct cardea_source *source);

#endif
