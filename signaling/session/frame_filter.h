/*
 * frame_filter: which frames of a browser reach Janus, and what is left of them (spec/native 13).
 *
 * Janus checks neither who owns a session nor who may claim it, so this is the only wall between
 * clients. A frame is not edited but built anew from the fields that its verb may have; whatever
 * Janus would read besides (apisecret, token, admin_secret, id, opaque_id, loop_index, ...) is not
 * copied. Pure; any thread.
 */
#ifndef CARDEA_SESSION_FRAME_FILTER_H
#define CARDEA_SESSION_FRAME_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

enum cardea_frame_verb {
	CARDEA_FRAME_CREATE,
	CARDEA_FRAME_CLAIM,
	CARDEA_FRAME_ATTACH,
	CARDEA_FRAME_MESSAGE,
	CARDEA_FRAME_TRICKLE,
	CARDEA_FRAME_HANGUP,
	CARDEA_FRAME_DETACH,
	CARDEA_FRAME_KEEPALIVE,
	CARDEA_FRAME_DESTROY,
};

/* A refusal in the numbers of Janus' own errors, so that its clients understand it. */
struct cardea_frame_refusal {
	int code;
	const char *reason; /* fixed text */
};

struct cardea_frame {
	enum cardea_frame_verb verb;
	json_t *json; /* owned: the frame as the client sent it; NULL if it is no object */
};

/* Reads @len bytes of @text. 0 with *@out (clear it), or *@refusal filled and CARDEA_E_INVALID;
 * then
 * *@out may still hold the object, for its transaction. */
int cardea_frame_parse(const char *text, size_t len, struct cardea_frame *out,
                       struct cardea_frame_refusal *refusal);
void cardea_frame_clear(struct cardea_frame *frame);

/* The credential of a first frame: the join token of `create`, the resume string of `claim`; NULL
 * if there is none. Borrowed. */
const char *cardea_frame_token(const struct cardea_frame *frame);
/* 0 if absent. */
uint64_t cardea_frame_session(const struct cardea_frame *frame);

/* 0 if absent. */
uint64_t cardea_frame_handle(const struct cardea_frame *frame);
/* Whether it is a message with an SDP offer. */
bool cardea_frame_is_offer(const struct cardea_frame *frame);

/* What a socket that is bound to @session may send: any verb but create and claim, for this
 * session. */
int cardea_frame_check_bound(const struct cardea_frame *frame, uint64_t session,
                             struct cardea_frame_refusal *refusal);

/* What the gateway adds to a frame. */
struct cardea_frame_addition {
	uint64_t session;       /* as `session_id`; of a `create`: as `id` */
	const char *api_secret; /* or NULL */
	int loop;               /* event loop of Janus for an `attach`; -1: Janus chooses */
};

/* The frame for Janus, a new string freed with free(): allowed fields and the addition. NULL
 * without memory. */
char *cardea_frame_forward(const struct cardea_frame *frame,
                           const struct cardea_frame_addition *addition);

/* A refusal in Janus' shape, a new string freed with free(). @frame may be NULL or without object;
 * @session 0 = not bound. */
char *cardea_frame_error(const struct cardea_frame *frame, uint64_t session,
                         const struct cardea_frame_refusal *refusal);

#endif
