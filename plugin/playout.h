/*
 * playout: how long a receiver is to hold pictures back, so that what was lost on its line and is
 * sent again still comes in time. A browser that only receives does not know the round trip, and
 * throws away what comes behind a picture that it has shown. Pure: no Janus, no lock, no clock of
 * its own. Room thread.
 */
#ifndef CARDEA_PLUGIN_PLAYOUT_H
#define CARDEA_PLUGIN_PLAYOUT_H

#include <stdint.h>

#define CARDEA_PLAYOUT_NONE    (-1) /* nothing was lost yet: the browser decides */
/* Until a loss is noticed, at 30 frames a second, and asked for. */
#define CARDEA_PLAYOUT_GAP_MS  70
#define CARDEA_PLAYOUT_MAX_MS  250   /* more than that is worse than a lost picture */
#define CARDEA_PLAYOUT_CALM_MS 10000 /* without a loss before the delay goes */

struct cardea_playout {
	int delay_ms;    /* the least; CARDEA_PLAYOUT_NONE at the beginning, later 0 is none */
	int64_t loss_ms; /* monotonic; the last one */
};

/*
 * @lossy reports since the last call told that video was lost; @rtt_ms is negative while it is not
 * known. Returns the delay for the header extension playout-delay
 * (http://www.webrtc.org/experiments/rtp-hdrext/playout-delay), or CARDEA_PLAYOUT_NONE.
 */
int cardea_playout_run(struct cardea_playout *playout, uint32_t lossy, int rtt_ms, int64_t now_ms);

#endif
