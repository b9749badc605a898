/*
 * message: from a Janus API message to a handler: validation, the state of the handle, the queue
 * on which it runs, the answer.
 *
 * A request is a row of a table (request_*.c). It is checked on Janus' pool thread, where `prepare`
 * may do CPU work such as verifying a token, then queued; `run` does the work on the room's thread
 * or the node's queue and returns what is answered.
 */
#ifndef CARDEA_PLUGIN_MESSAGE_H
#define CARDEA_PLUGIN_MESSAGE_H

#include <jansson.h>
#include "cardea_join_token.h"
#include "cardea_json.h"
#include "node.h"
#include "room.h"
#include "session.h"

struct cardea_request;

enum cardea_request_queue {
	CARDEA_QUEUE_OWN_ROOM = 0, /* of the handle */
	CARDEA_QUEUE_NAMED_ROOM,   /* of the field `room`; without such a room: room_not_open */
	CARDEA_QUEUE_KNOWN_ROOM,   /* the same, but without such a room on the node's queue */
	CARDEA_QUEUE_NEW_ROOM,     /* of the field `room`, made if it is new */
	CARDEA_QUEUE_PREPARED,     /* `prepare` sets `room` */
	CARDEA_QUEUE_NODE,
};

enum cardea_request_jsep { CARDEA_JSEP_NONE = 0, CARDEA_JSEP_OFFER, CARDEA_JSEP_ANSWER };

struct cardea_request_type {
	const char *name;
	unsigned handles; /* enum cardea_handle_kind that may send it */
	enum cardea_request_queue queue;
	enum cardea_request_jsep jsep;
	bool on_data; /* may come over the data channel, too */
	const struct cardea_json_field *fields;
	size_t field_count;
	/* Pool thread; NULL: nothing to do. 0 or the error to answer. */
	int (*prepare)(struct cardea_request *request);
	/* Room or node thread. 0 with *@reply a new object, or the error to answer. */
	int (*run)(struct cardea_request *request, json_t **reply);
	/* After the answer went out, same thread; NULL: nothing to do. */
	void (*after)(struct cardea_request *request);
	/* Instead of run and after, when a prepared request cannot be queued or run; NULL: nothing. */
	void (*abandon)(struct cardea_request *request);
};

struct cardea_request {
	const struct cardea_request_type *type; /* NULL until it is known */
	struct cardea_node *node;
	struct cardea_session *session; /* a reference */
	struct cardea_room *room;       /* a reference, or NULL */
	struct cardea_room *other;      /* `prepare` may set it: a second room that run needs */
	char *transaction;
	json_t *message;
	const char *sdp; /* in jsep, or NULL */
	json_t *jsep;
	json_t *reply_jsep;               /* run may set it */
	bool counted;                     /* in the handle's `waiting` */
	bool on_data;                     /* came over the data channel, and is answered there */
	struct cardea_join_claims claims; /* join */
};

/* Takes over @transaction, @message and @jsep as Janus gives them. Pool thread. */
void cardea_message_handle(struct cardea_node *node, struct cardea_session *session,
                           char *transaction, json_t *message, json_t *jsep);

/* Verifies the field `token` and fills `claims`. 0 or the error to answer. Pool thread: it costs
 * about as much as everything else of a request together. */
int cardea_message_verify(struct cardea_request *request);

/* The same for @message (taken over) from the data channel. Loop thread. */
void cardea_message_handle_data(struct cardea_node *node, struct cardea_session *session,
                                json_t *message);

/* {"cardea":"error",...} for @err. @request is the name of a known request or NULL. New object. */
json_t *cardea_message_error(const char *request, int err);

/* The tables; each ends with a row without a name. */
extern const struct cardea_request_type cardea_requests_join[];
extern const struct cardea_request_type cardea_requests_publish[];
extern const struct cardea_request_type cardea_requests_receive[];
extern const struct cardea_request_type cardea_requests_state[];
extern const struct cardea_request_type cardea_requests_wish[];
extern const struct cardea_request_type cardea_requests_message[];
extern const struct cardea_request_type cardea_requests_control[];
extern const struct cardea_request_type cardea_requests_moderation[];
extern const struct cardea_request_type cardea_requests_node[];

#endif
