/*
 * node_event: an upward event of the plugin (docs/plugin-api.md 5), from JSON to what the domain
 * takes. Pure; any thread.
 */
#ifndef CARDEA_MEDIA_NODE_EVENT_H
#define CARDEA_MEDIA_NODE_EVENT_H

#include <jansson.h>
#include "domain/domain.h"

struct cardea_parsed_event {
	struct cardea_node_event event;
	struct cardea_node_seat *seats; /* owned: event.seats */
};

/* Reads @data, the plugin's message. Everything in *@out but `seats` is borrowed from it.
 * CARDEA_E_JSON_MISSING, _TYPE, _RANGE; CARDEA_E_UNSUPPORTED for an event we do not know. */
int cardea_node_event_parse(const json_t *data, struct cardea_parsed_event *out);
void cardea_node_event_clear(struct cardea_parsed_event *event);

#endif
