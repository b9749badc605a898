/*
 * forward: the packet path. No JSON, no allocation, no lock that packets for another receiver need.
 *
 * Runs on the loop thread of the publishing handle, one packet of a source at a time.
 */
#ifndef CARDEA_PLUGIN_FORWARD_H
#define CARDEA_PLUGIN_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "source.h"

/* Sends the packet that was given to cardea_forward, with its header rewritten, to m-line @mindex
 * of @receiver (the slot's). Must copy what it keeps. Called without any lock. */
typedef void (*cardea_forward_send_h)(void *receiver, int mindex, void *arg);

/*
 * Hands @len bytes of @data, a packet of @source in whichever layer, to every slot that shows this
 * or begins to with it. @orientation goes with what may be repeated. The RTP header and the VP8
 * payload descriptor are rewritten for each slot and restored at the end. @now_ms is monotonic.
 * Returns true if a key frame should be requested from the source now.
 */
bool cardea_forward(struct cardea_source *source, uint8_t *data, size_t len,
                    const struct cardea_orientation *orientation, int64_t now_ms,
                    cardea_forward_send_h send, void *arg);

/* As cardea_forward_send_h, for a packet of before. */
typedef void (*cardea_forward_repeat_h)(void *receiver, int mindex, uint8_t *data, size_t len,
                                        const struct cardea_orientation *orientation);

/*
 * Sends @slot, which waits for a key frame of @source in @layer, the last one with all that
 * followed, if it was kept (recent.h). False: it was not, and a key frame is needed. Any thread, no
 * lock.
 */
bool cardea_forward_recent(struct cardea_source *source, unsigned layer, struct cardea_slot *slot,
                           int64_t now_ms, cardea_forward_repeat_h send);

#endif
