/*
 * stream: one RTP stream that a peer sends: opus or VP8 by its looks, in frames at a steady rate.
 * Pure; owned by its peer's worker. Times are microseconds of the monotonic clock.
 */
#ifndef PEERS_STREAM_H
#define PEERS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_MAX_PACKET 1300 /* without SRTP's tag */
#define STREAM_MAX_SIZE   1200 /* of a payload */
#define STREAM_MIN_SIZE   64
#define STREAM_NO_LEVEL   (-1)

struct stream {
	/* what it is; set before the first packet */
	uint32_t ssrc;
	uint32_t sender;
	uint8_t kind; /* goes into the stamp */
	uint8_t pt;
	bool video;
	unsigned frames_per_s, packets_per_frame;
	unsigned size;                    /* payload bytes of a packet */
	uint8_t mid_id, rid_id, level_id; /* header extensions; 0: not sent */
	char mid[16], rid[16];

	/* may change while it is sent */
	int level;       /* RFC 6464: 0 loudest to 127 silent */
	bool key_wanted; /* the next frame is a keyframe */
	bool paused;

	/* what was sent */
	int64_t due_us;
	uint16_t seq, picture;
	uint32_t ts, counter;
	uint64_t packets, bytes, keyframes, late;
	int64_t late_max_us;
};

/* Begins at a moment of its own within the first frame's time, so that streams do not beat
 * together. */
void stream_start(struct stream *stream, int64_t now_us);

/* Also to go on after a pause. */
void stream_resume(struct stream *stream, int64_t now_us);

bool stream_due(const struct stream *stream, int64_t now_us);

/* Packet @index of the frame that is due; @out has STREAM_MAX_PACKET bytes. Returns the length. */
size_t stream_packet(struct stream *stream, unsigned index, int64_t now_us, uint8_t *out);

/* After a frame's last packet. */
void stream_next_frame(struct stream *stream, int64_t now_us);

#endif
