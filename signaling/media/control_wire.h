/*
 * control_wire: the messages of the control protocol (docs/plugin-api.md 5) and their envelope of
 * the Janus API. Pure; any thread.
 */
#ifndef CARDEA_MEDIA_CONTROL_WIRE_H
#define CARDEA_MEDIA_CONTROL_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "domain/domain.h"

#define CARDEA_PLUGIN_PACKAGE  "janus.plugin.cardea"
#define CARDEA_CONTROL_VERSION 1

/* Each returns a new request. */
json_t *cardea_wire_open(const struct cardea_placement *placement);
json_t *cardea_wire_close(const char *room, int64_t epoch);
json_t *cardea_wire_policy(const struct cardea_room_at *at,
                           const struct cardea_media_policy *policy);
json_t *cardea_wire_grant(const struct cardea_room_at *at, const struct cardea_seat_grant *grant);
json_t *cardea_wire_revoke(const struct cardea_revocation *revocation);
json_t *cardea_wire_move(const struct cardea_move *move);
/* `say`, `mute` or `hands`. */
json_t *cardea_wire_telling(const struct cardea_telling *telling);

/* @body (stolen) as a Janus `message`. */
json_t *cardea_wire_message(uint64_t session, uint64_t handle, json_t *body);

/* The plugin's data in an `event` of Janus, borrowed. If it is the plugin's error, its
 * cardea_error; CARDEA_E_INVALID if it is no message of our plugin. */
int cardea_wire_plugin_data(const json_t *message, const json_t **out);

/* True if Janus says that @session or a handle of it is gone. */
bool cardea_wire_is_session_end(const json_t *message, uint64_t session);

#endif
