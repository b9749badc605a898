/*
 * commands: what the program is asked, one JSON object a line, and what it answers. Main thread.
 *
 * Every request has "id" (any number) and "command", and gets {"id", "ok": true, ...} or
 * {"id", "ok": false, "error"}.
 *   create  peer, role "offer"|"answer", address     -> ufrag, pwd, fingerprint, address, port
 *   remote  peer, ufrag, pwd, fingerprint, setup, address, port (transport: the first time only),
 *           receive [{ssrc, pt}] (added to what is known), sample, remb
 *   stream  peer, ssrc, pt, sender, kind, video, fps, per_frame, size,
 *           mid_id, mid, rid_id, rid, level_id, level, paused: begins to send
 *   set     peer, ssrc, level, paused: changes what is sent; without peer all streams
 *   report  [peer]                                   -> that peer in full, or the totals
 *   close   peer
 *   quit
 * Unasked come {"event": "up"|"failed"|"media", "peer", "at"}: "media" is the first RTP packet.
 */
#ifndef PEERS_COMMANDS_H
#define PEERS_COMMANDS_H

#include <stdbool.h>

struct commands;

struct commands *commands_new(unsigned workers);
void commands_free(struct commands *commands);

/* Runs one line and writes its answer. False after `quit`. */
bool commands_run(struct commands *commands, const char *line);

#endif
