/*
 * request_control: what the requests of gateways on one room have in common (request_control.c,
 * request_moderation.c). Room thread.
 */
#ifndef CARDEA_PLUGIN_REQUEST_CONTROL_H
#define CARDEA_PLUGIN_REQUEST_CONTROL_H

#include "cardea_limits.h"
#include "message.h"

/* Far from overflow, whatever is added. */
#define CARDEA_MAX_EPOCH (INT64_MAX / 2)
/* Of what a gateway says to people. */
#define CARDEA_MAX_TEXT  1024

/* Rows of a table of fields. */
#define CARDEA_ROOM_FIELD                                                                          \
	{                                                                                              \
		"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID                                         \
	}
#define CARDEA_EPOCH_FIELD                                                                         \
	{                                                                                              \
		"epoch", CARDEA_JSON_INTEGER, true, 1, CARDEA_MAX_EPOCH                                    \
	}
#define CARDEA_SEAT_FIELD                                                                          \
	{                                                                                              \
		"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID                                         \
	}

/* A row of a table of requests. */
#define CARDEA_ON_CONTROL(request_name, queue_, fields_, run_)                                     \
	{                                                                                              \
		.name = request_name, .handles = CARDEA_HANDLE_CONTROL, .queue = queue_,                   \
		.fields = fields_, .field_count = G_N_ELEMENTS(fields_), .run = run_,                      \
	}

/* 0, or CARDEA_E_EPOCH_STALE, CARDEA_E_EPOCH_AHEAD: for everything but open, the gateway and we
 * must speak of the same placement. */
int cardea_control_check_epoch(const struct cardea_request *request);
/* The same, and CARDEA_E_ROOM_NOT_OPEN. */
int cardea_control_check_open(const struct cardea_request *request);

/* Notes the field `id`, the number of the log event that is told. False if that was told before: by
 * this gateway, which could not know whether it had when it was killed, or by another. */
bool cardea_control_is_news(const struct cardea_request *request);

/* Answers `ok`; returns 0. */
int cardea_control_reply_ok(json_t **reply);

#endif
