/*
 * core: what the plugin asks of Janus. A thin wall, so that each rule of facts about Janus' own
 * locks is kept in one place: nothing here may be called with a lock of the plugin held, because
 * push, keyframe and close take the target handle's mutex inside Janus.
 *
 * Any thread. Handles must be referenced by the caller (session.h does).
 */
#ifndef CARDEA_PLUGIN_CORE_H
#define CARDEA_PLUGIN_CORE_H

#include "compat.h"

/* Once, in init, before any other thread exists. */
void cardea_core_init(janus_callbacks *callbacks, janus_plugin *plugin);

/* Pushes @message (and @jsep, or NULL) to a handle; both stay the caller's. @transaction NULL for
 * an unsolicited event. Returns 0 or CARDEA_E_JSEP_INVALID, CARDEA_E_NOT_FOUND if it is gone. With
 * a JSEP this may take long: Janus waits for an older PeerConnection to go away. */
int cardea_core_push(janus_plugin_session *handle, const char *transaction, json_t *message,
                     json_t *jsep);

/* Copies and queues one packet; takes no lock of the handle. */
void cardea_core_relay_rtp(janus_plugin_session *handle, janus_plugin_rtp *packet);

/* Copies and queues @length bytes of text on the data channel @label, which is opened if there is
 * none; dropped while there is no association. */
void cardea_core_relay_data(janus_plugin_session *handle, const char *label, char *text,
                            uint16_t length);

/* Asks the sender of m-line @mindex for a key frame. */
void cardea_core_ask_keyframe(janus_plugin_session *handle, int mindex);

/* Tells the sender of video m-line @mindex that its connection carries @bps bit/s (REMB), for all
 * its video together. */
void cardea_core_tell_bitrate(janus_plugin_session *handle, int mindex, uint32_t bps);

/* Closes the PeerConnection, later and from a thread of Janus. */
void cardea_core_close(janus_plugin_session *handle);

#endif
