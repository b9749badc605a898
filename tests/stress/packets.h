/* packets: what comes from the network, as browsers send it and as they never would. Any thread. */
#ifndef CARDEA_STRESS_PACKETS_H
#define CARDEA_STRESS_PACKETS_H

#include "fake_core.h"

/* Id of the header extension that names the encoding of a packet (RFC 8852). */
#define PACKETS_RID_EXTENSION 4

/* A burst of audio and video of a publish handle. */
void packets_send_rtp(struct fake_handle *handle);
/* A report, an estimate or a request for a key frame of a receive handle. */
void packets_send_rtcp(struct fake_handle *handle);

#endif
