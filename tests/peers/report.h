/*
 * report: what peers counted, as JSON. In the thread of the peers' worker.
 */
#ifndef PEERS_REPORT_H
#define PEERS_REPORT_H

#include <jansson.h>
#include "peer.h"

/* Sums over peers. */
struct report_totals {
	uint64_t peers, up, failed;
	uint64_t sent, sent_audio, sent_video, late, unsent;
	int64_t late_max_us;
	uint64_t received, received_bytes, lost, back, jumps, ts_back, wrong_pt, hidden;
	uint64_t unexpected, undecrypted, key_requests, stamps;
	int64_t delay_sum_us, delay_max_us;
};

void report_add(struct report_totals *totals, const struct peer *peer);
json_t *report_totals_json(const struct report_totals *totals);

/* One peer with every stream that it sends and receives. */
json_t *report_peer_json(const struct peer *peer);

#endif
