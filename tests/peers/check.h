/*
 * check: what one received RTP stream has to be: one line of sequence numbers and timestamps that
 * never go back, whoever is heard on it. Pure; owned by its peer's worker.
 */
#ifndef PEERS_CHECK_H
#define PEERS_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include "stamp.h"

struct check_header {
	uint16_t seq;
	uint32_t ts;
	uint8_t pt;
	uint32_t bytes; /* of the whole packet */
};

/* Who was heard on the stream. */
struct check_source {
	uint32_t sender;
	uint8_t kind;
	uint64_t packets; /* those whose stamp was read */
};

struct check {
	uint32_t ssrc;
	uint8_t pt;
	uint64_t packets, bytes;
	int64_t first_us, last_us; /* 0: nothing came */
	uint64_t lost;             /* numbers that never came */
	uint64_t back;             /* packets that came late or twice */
	uint64_t jumps;            /* gaps too large for loss */
	uint64_t ts_back;          /* timestamps that went back while the numbers went on */
	uint64_t wrong_pt;
	uint64_t hidden;   /* packets missing inside one source though the numbers are continuous */
	uint64_t switches; /* changes of who is heard */
	int64_t delay_sum_us, delay_max_us;
	uint64_t stamps;
	GArray *sources; /* of struct check_source */

	/* for receiver reports */
	uint32_t highest; /* extended */
	uint32_t first;   /* extended */
	uint64_t reported_expected, reported_packets;
	uint32_t sender_report; /* middle of the last SR's NTP time */
	int64_t sender_report_us;

	/* the last packet */
	uint32_t ts;
	/* the last stamp and the number of the packet it was in */
	struct stamp stamp;
	uint32_t stamp_seq;
};

struct check *check_new(uint32_t ssrc, uint8_t pt);
void check_free(struct check *check);

/* One packet by its header, which needs no key. */
void check_packet(struct check *check, const struct check_header *header, int64_t now_us);

/* The stamp of the packet that was just given to check_packet. Not every packet's has to be. */
void check_stamp(struct check *check, const struct stamp *stamp, int64_t now_us);

#endif
