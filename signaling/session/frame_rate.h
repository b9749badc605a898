/*
 * frame_rate: how many frames a socket may send: a bucket of tokens (spec/native 13: 50 a second
 * over 5 s). Pure.
 */
#ifndef CARDEA_SESSION_FRAME_RATE_H
#define CARDEA_SESSION_FRAME_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define CARDEA_FRAMES_PER_SECOND 50
#define CARDEA_FRAME_BURST       (CARDEA_FRAMES_PER_SECOND * 5)

struct cardea_frame_rate {
	int64_t tokens; /* in thousandths of a frame */
	int64_t at_ms;
};

void cardea_frame_rate_init(struct cardea_frame_rate *rate, int64_t now_ms);
/* Counts one frame; false if it is one too many. @now_ms is monotonic. */
bool cardea_frame_rate_take(struct cardea_frame_rate *rate, int64_t now_ms);

#endif
