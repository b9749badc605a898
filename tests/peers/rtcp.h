/*
 * rtcp: the few RTCP messages that the peers send and understand (RFC 3550 6.4, RFC 4585 6.3.1,
 * REMB). Pure; any thread.
 */
#ifndef PEERS_RTCP_H
#define PEERS_RTCP_H

#include <stddef.h>
#include <stdint.h>
#include "check.h"

#define RTCP_MAX_BLOCKS 31
#define RTCP_MAX_SIZE   1024

/* Writes one receiver report about @count streams (at most RTCP_MAX_BLOCKS), followed by REMB for
 * @remb bit/s if that is not 0. @out has RTCP_MAX_SIZE bytes. Returns the length. Notes in the
 * streams what was reported. */
size_t rtcp_write_report(struct check *const *checks, unsigned count, uint64_t remb, int64_t now_us,
                         uint8_t *out);

enum rtcp_event { RTCP_SENDER_REPORT, RTCP_KEYFRAME_REQUEST };

/* Called with the stream's SSRC; @ntp is the middle of a sender report's time, else 0. */
typedef void (*rtcp_visit)(void *arg, enum rtcp_event event, uint32_t ssrc, uint32_t ntp);

/* Visits sender reports and keyframe requests (PLI, FIR) of a compound, and stops where it is
 * malformed. */
void rtcp_read(const uint8_t *data, size_t len, rtcp_visit visit, void *arg);

#endif
