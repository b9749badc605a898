/*
 * room_link: what passes between the gateway and one room of a media node over the control
 * connection.
 *
 * Downwards, requests go one after the other: Janus handles messages of one handle on several
 * threads and in any order. Upwards, events are given to the domain in the order of their numbers
 * and acknowledged after their commit. `sync` and `ack` are not queued but follow from the state
 * (what is missing, what is committed but not acknowledged), so nothing is lost by a failure in
 * between. Loop thread only.
 */
#ifndef CARDEA_MEDIA_ROOM_LINK_H
#define CARDEA_MEDIA_ROOM_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "domain/domain.h"

struct cardea_loop;
struct cardea_room_link;

/* @data: the plugin's answer, borrowed; NULL if @err. */
typedef void (*cardea_link_answer_h)(int err, const json_t *data, void *arg);

struct cardea_room_link_options {
	struct cardea_loop *loop;
	struct cardea_domain *domain;
	/* Sends one control request (stolen); as cardea_control_message. */
	int (*send)(void *arg, json_t *request, cardea_link_answer_h answer, void *answer_arg);
	void *arg;
};

/* @ingested: number of the room's last event that is in the log. @options is copied. */
struct cardea_room_link *cardea_room_link_new(const struct cardea_room_link_options *options,
                                              const char *room, int64_t ingested);

/* Queues @request (stolen). @done is called exactly once: with the node's verdict, CARDEA_E_NO_NODE
 * if the connection is lost, CARDEA_E_NODE_TIMEOUT after @deadline_ms (the request stays under
 * way). A request equal to the last one waiting shares its answer. */
void cardea_room_link_request(struct cardea_room_link *link, json_t *request, int64_t deadline_ms,
                              void (*done)(int err, void *arg), void *arg);

/* An upward event of the room. @data is kept by reference. */
void cardea_room_link_event(struct cardea_room_link *link, json_t *data);

/* The connection is gone: ends every request; the caller's reference is given back. */
void cardea_room_link_close(struct cardea_room_link *link);

#endif
