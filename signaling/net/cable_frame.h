/*
 * cable_frame: what an ActionCable client sends (actioncable-v1-json), read from one text message.
 * Pure; any thread.
 */
#ifndef CARDEA_NET_CABLE_FRAME_H
#define CARDEA_NET_CABLE_FRAME_H

#include <stddef.h>
#include <jansson.h>

enum cardea_cable_command {
	CARDEA_CABLE_IGNORED, /* unknown, or without what it needs */
	CARDEA_CABLE_SUBSCRIBE,
	CARDEA_CABLE_UNSUBSCRIBE,
	CARDEA_CABLE_MESSAGE,
};

struct cardea_cable_frame {
	enum cardea_cable_command command;
	/* The identifier as a JSON string, with its quotes: the client's string byte for byte once it
	 * is decoded. Set unless the frame is ignored. */
	char *identifier;
	json_t *params;      /* the object in the identifier; NULL if it holds none, or is too long */
	const char *channel; /* of @params; NULL if it names none, or one longer than an id */
	json_t *data;        /* the object in `data` of CARDEA_CABLE_MESSAGE, else NULL */
};

/* Parses @len bytes. On success the caller owes cardea_cable_frame_clear; else a negative
 * cardea_error: it is not one JSON object, and *@out is untouched. */
int cardea_cable_frame_parse(const char *text, size_t len, struct cardea_cable_frame *out);
void cardea_cable_frame_clear(struct cardea_cable_frame *frame);

#endif
