/*
 * report: what a receiver tells by RTCP about one m-line: loss, what it could receive, and that it
 * wants a key frame. Pure; the bytes come from outside and are checked here. Any thread.
 */
#ifndef CARDEA_PLUGIN_REPORT_H
#define CARDEA_PLUGIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cardea_report {
	bool has_report;         /* a report block (RFC 3550 6.4.1), which fills the next six */
	uint8_t fraction_lost;   /* 1/256, since the report before */
	uint32_t highest_seq;    /* extended: cycles and the highest sequence number */
	int32_t cumulative_lost; /* packets; less than 0 when duplicates came */
	uint32_t jitter;         /* units of the RTP clock */
	uint32_t last_sr;        /* middle 32 bits of the NTP time of our last report; 0: none */
	uint32_t since_last_sr;  /* how long the receiver had it, 1/65536 s */
	bool has_remb;           /* draft-alvestrand-rmcat-remb */
	uint64_t remb_bps;       /* bit/s for the video of the whole PeerConnection */
	bool has_pli, has_fir;   /* RFC 4585 6.3.1, RFC 5104 4.3.1 */
};

/*
 * Reads @len bytes of @data, a compound packet as incoming_rtcp brings it, and sums it up in @out.
 * Janus has found the m-line by the first report block and wrote our SSRC into that one only, so
 * that block is the one that counts; others belong to retransmissions. Generic NACKs it has taken
 * out, and nothing is left where there was nothing else: that is an empty @out.
 * 0, or CARDEA_E_INVALID and @out untouched for what is not RTCP version 2 with all its lengths
 * inside @len.
 */
int cardea_rtcp_read(const uint8_t *data, size_t len, struct cardea_report *out);

#endif
