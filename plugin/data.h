/*
 * data: the data channel of a receive handle that joined with `data` (docs/plugin-api.md 2.12): the
 * requests of request_message.c come in on it, and what is said and raised hands go out.
 */
#ifndef CARDEA_PLUGIN_DATA_H
#define CARDEA_PLUGIN_DATA_H

#include <stdbool.h>
#include <jansson.h>
#include "compat.h"
#include "node.h"
#include "session.h"

/* The channel can be written to; it comes again and again. Loop thread. */
void cardea_data_ready(struct cardea_session *session);

/* A message of the peer; what is no request of ours is dropped and counted. Loop thread. */
void cardea_data_incoming(struct cardea_node *node, struct cardea_session *session,
                          const janus_plugin_data *packet);

/* The PeerConnection is gone. Loop thread. */
void cardea_data_down(struct cardea_session *session);

/* Sends @message (stays the caller's), unless the channel is down. Any thread, no locks held. */
bool cardea_data_send(struct cardea_session *session, const json_t *message);

/* Event @name: on the channel, without a number, else as cardea_session_event. Takes over @fields.
 * Room thread. */
void cardea_data_event(struct cardea_session *session, const char *name, json_t *fields);

#endif
