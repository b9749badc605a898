/*
 * plugnmeet_api: what people in a room ask with their join token (spec/plugnmeet 6.3, 6.4, 10), as
 * JSON (Decision N6). After the token every answer is 200.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "config.h"
#include "api/plugnmeet_calls.h"
#include "api/plugnmeet_proto.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "domain/conference_acts.h"
#include "domain/locks.h"
#include "net/ratelimit.h"

#define EVERYBODY "all"
#define MAX_TEXT  1000 /* characters of a text for people, in bytes */

/* ---- answers ---- */

/* What a refused token is called (spec/plugnmeet 6.3); HTTP 401. */
static const char *token_fault(int err)
{
	switch (err) {
	case CARDEA_E_AUTH_MISSING:
		return "notifications.auth-header-missing";
	case CARDEA_E_AUTH_TOKEN:
		return "notifications.invalid-token";
	case CARDEA_E_AUTH_EXPIRED:
		return "notifications.token-expired";
	case CARDEA_E_SESSION_OVER:
		return "notifications.room-not-active";
	default:
		return NULL;
	}
}

static const struct {
	int err;
	enum cardea_plugnmeet_status code;
	const char *msg;
} refusals[] = {
        {CARDEA_E_HOST_REQUIRED, CARDEA_PLUGNMEET_PERMISSION_DENIED,
         "only admin can perform this task"},
        {CARDEA_E_ROOM_MISMATCH, CARDEA_PLUGNMEET_INVALID_PARAMETERS,
         "requested roomId & token roomId mismatched"},
        {CARDEA_E_PARTICIPANT_UNKNOWN, CARDEA_PLUGNMEET_USER_NOT_ACTIVE, "user isn't active now"},
        {CARDEA_E_UNMUTE_CONSENT, CARDEA_PLUGNMEET_PERMISSION_DENIED,
         "footer.notice.failed-to-mute-unmute-track"},
        {CARDEA_E_SELF, CARDEA_PLUGNMEET_INVALID_PARAMETERS, "you can't remove yourself\""},
        {CARDEA_E_HOST_LOCK, CARDEA_PLUGNMEET_PERMISSION_DENIED, "notifications.cannot-lock-admin"},
        /* verifyToken */
        {CARDEA_E_NOT_FOUND, CARDEA_PLUGNMEET_USER_NOT_FOUND, "notifications.user-info-not-found"},
        {CARDEA_E_IN_USE, CARDEA_PLUGNMEET_PERMISSION_DENIED,
         "notifications.room-disconnected-duplicate-entry"},
        {CARDEA_E_BLOCKED, CARDEA_PLUGNMEET_USER_BLOCKED, "notifications.you-are-blocked"},
        {CARDEA_E_CAPACITY, CARDEA_PLUGNMEET_PERMISSION_DENIED,
         "notifications.max-num-participates-exceeded"},
};

static void refuse_token(struct cardea_plugnmeet_call *call, int err)
{
	const struct cardea_api *api = call->api;

	if (err == CARDEA_E_AUTH_TOKEN) {
		cardea_ratelimit_charge(
		        api->failures,
		        cardea_ratelimit_peer_key(api->failures, cardea_http_peer(call->request)));
	}
	cardea_plugnmeet_answer_as(
	        call, 401,
	        cardea_plugnmeet_envelope(false, CARDEA_PLUGNMEET_INVALID_TOKEN_OR_SIGNATURE,
	                                  token_fault(err)));
}

static void fail(struct cardea_plugnmeet_call *call, int err)
{
	if (token_fault(err)) {
		refuse_token(call, err);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		if (refusals[i].err == err) {
			cardea_plugnmeet_refuse(call, refusals[i].code, refusals[i].msg);
			return;
		}
	}
	cardea_plugnmeet_fail(call, err);
}

static void acted(int err, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;

	if (err) {
		fail(call, err);
	} else if (call->fault) { /* something else is wrong that the token had to come before */
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_INVALID_PARAMETERS, call->fault);
	} else {
		cardea_plugnmeet_answer(
		        call, cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_SUCCESS, "success"));
	}
}

/* ---- requests ---- */

/* As it is; `Bearer` in front is tolerated. NULL if there is none. */
static const char *token_of(const struct cardea_plugnmeet_call *call)
{
	const char *value = cardea_http_header(call->request, "Authorization");

	if (value && g_ascii_strncasecmp(value, "Bearer ", 7) == 0) {
		value += 7;
	}
	return value && value[0] ? value : NULL;
}

/* NULL if it is answered: no token, or a body that is not JSON (Decision N6). */
static struct cardea_plugnmeet_call *begin(struct cardea_http_request *request, void *api)
{
	const char *type = cardea_http_header(request, "Content-Type");
	struct cardea_plugnmeet_call *call = cardea_plugnmeet_call_new(request, api);

	if (!call) {
		return NULL;
	}
	if (type && g_ascii_strncasecmp(type, "application/protobuf", 20) == 0) {
		cardea_plugnmeet_answer_as(call, 415,
		                           cardea_plugnmeet_envelope(false,
		                                                     CARDEA_PLUGNMEET_INVALID_PARAMETERS,
		                                                     "this server takes application/json"));
		return NULL;
	}
	if (!token_of(call)) {
		fail(call, CARDEA_E_AUTH_MISSING);
		return NULL;
	}
	return call;
}

static void act(struct cardea_plugnmeet_call *call, const struct cardea_conference_act *command)
{
	int err = cardea_domain_conference_act(call->api->domain, token_of(call), command, acted, call);

	if (err) {
		fail(call, err);
	}
}

/* Looks who calls, and then says @fault (stolen). */
static void refuse_known(struct cardea_plugnmeet_call *call, char *fault)
{
	const struct cardea_conference_act nothing = {0};

	call->fault = fault;
	act(call, &nothing);
}

/* The body as one @message; NULL if it is answered. */
static json_t *read_body(struct cardea_plugnmeet_call *call,
                         const struct cardea_proto_message *message)
{
	size_t len = 0;
	const char *text = cardea_http_body(call->request, &len);
	json_t *body = NULL;
	char *fault = NULL;

	if (!cardea_proto_decode(message, text ? text : "", len, &body, &fault)) {
		fault = cardea_proto_validate(message, body);
	}
	if (fault) {
		json_decref(body);
		refuse_known(call, fault);
		return NULL;
	}
	return body;
}

/* What every act says of where and to whom. */
static struct cardea_conference_act about(enum cardea_conference_act_type type, const json_t *body)
{
	const char *room = cardea_json_string(body, "room_id", "");
	const char *user = cardea_json_string(body, "user_id", "");

	return (struct cardea_conference_act){.type = type,
	                                      .room_id = room[0] ? room : NULL,
	                                      .user_id = strcmp(user, EVERYBODY) == 0 ? NULL : user};
}

/* Fills @out from @body; a text (g_free) if that cannot be. */
typedef char *(*act_h)(const json_t *body, struct cardea_conference_act *out);

static void run(struct cardea_http_request *request, void *api,
                const struct cardea_proto_message *message, act_h fill)
{
	struct cardea_plugnmeet_call *call = begin(request, api);
	struct cardea_conference_act command = {0};
	json_t *body = call ? read_body(call, message) : NULL;
	char *fault;

	if (!body) {
		return;
	}
	fault = fill(body, &command);
	if (fault) {
		refuse_known(call, fault);
	} else {
		act(call, &command);
	}
	json_decref(body);
}

/* Defines the route handler @name for requests of @message, which @name_act reads. */
#define ACT(name, message)                                                                         \
	static void name(struct cardea_http_request *request,                                          \
	                 const struct cardea_route_params *params, void *arg)                          \
	{                                                                                              \
		(void)params;                                                                              \
		run(request, arg, &(message), name##_act);                                                 \
	}

/* Kinds of media by the name of a track; an empty one is the microphone. */
static const char *kind_of_track(const char *sid)
{
	static const char *const kinds[] = {"microphone", "camera", "screen"};

	for (size_t i = 0; sid[0] && i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(sid, kinds[i]) == 0) {
			return kinds[i];
		}
	}
	return sid[0] ? NULL : kinds[0];
}

static char *mute_act(const json_t *body, struct cardea_conference_act *out)
{
	*out = about(CARDEA_CONFERENCE_MUTE, body);
	out->kind = kind_of_track(cardea_json_string(body, "track_sid", ""));
	out->is_on = cardea_json_boolean(body, "muted", false);
	return out->kind ? NULL : g_strdup("footer.notice.no-suitable-track-found");
}
ACT(mute, cardea_plugnmeet_mute)

static char *remove_user_act(const json_t *body, struct cardea_conference_act *out)
{
	const char *text = cardea_json_string(body, "msg", "");

	*out = about(CARDEA_CONFERENCE_REMOVE, body);
	out->text = text[0] ? text : "notifications.room-disconnected-participant-removed";
	out->is_on = cardea_json_boolean(body, "block_user", false);
	return strlen(text) <= MAX_TEXT ? NULL : g_strdup("validation error: msg: value is too long");
}
ACT(remove_user, cardea_plugnmeet_remove)

static char *present_act(const json_t *body, struct cardea_conference_act *out)
{
	bool is_up = cardea_json_integer(body, "task", 0) == 0;

	*out = about(is_up ? CARDEA_CONFERENCE_PROMOTE : CARDEA_CONFERENCE_DEMOTE, body);
	return NULL;
}
ACT(present, cardea_plugnmeet_present)

static char *end_act(const json_t *body, struct cardea_conference_act *out)
{
	*out = about(CARDEA_CONFERENCE_END, body);
	return NULL;
}
ACT(end, cardea_plugnmeet_of_room)

static unsigned lock_of_service(const char *service)
{
	/* In the order of the bits of enum cardea_lock. */
	static const char *const services[] = {
	        "mic",      "webcam",      "screenShare", "chat",          "sendChatMsg",
	        "chatFile", "privateChat", "whiteboard",  "sharedNotepad", "reactions",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
		if (strcmp(services[i], service) == 0) {
			return 1u << i;
		}
	}
	return 0;
}

static char *lock_act(const json_t *body, struct cardea_conference_act *out)
{
	*out = about(CARDEA_CONFERENCE_LOCK, body);
	out->lock = lock_of_service(cardea_json_string(body, "service", ""));
	out->is_on = strcmp(cardea_json_string(body, "direction", ""), "lock") == 0;
	return NULL;
}
ACT(lock, cardea_plugnmeet_lock)

static char *approve_act(const json_t *body, struct cardea_conference_act *out)
{
	*out = about(CARDEA_CONFERENCE_APPROVE, body);
	return NULL;
}
ACT(approve, cardea_plugnmeet_approve)

static char *waiting_text_act(const json_t *body, struct cardea_conference_act *out)
{
	*out = about(CARDEA_CONFERENCE_WAITING_TEXT, body);
	out->text = cardea_json_string(body, "msg", "");
	return strlen(out->text) <= MAX_TEXT ? NULL
	                                     : g_strdup("validation error: msg: value is too long");
}
ACT(waiting_text, cardea_plugnmeet_waiting_text)

/* ---- verifyToken ---- */

static void verified(int err, const struct cardea_conference_admission *admission, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;
	json_t *body;

	if (err) {
		fail(call, err);
		return;
	}
	body = cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_SUCCESS, "token is valid");
	/* The origin's page speaks NATS; ours enters at POST /api/v1/enter. */
	json_object_set_new(body, "nats_ws_urls", json_array());
	json_object_set_new(body, "room_id", json_string(admission->room_id));
	json_object_set_new(body, "user_id", json_string(admission->user_id));
	json_object_set_new(body, "server_version", json_string(PACKAGE_VERSION));
	json_object_set_new(body, "room_stream_name", json_string(""));
	json_object_set_new(body, "nats_subjects", json_object());
	json_object_set_new(body, "enabled_self_insert_encryption_key", json_false());
	json_object_set_new(body, "client_type", json_integer(0));
	cardea_plugnmeet_answer(call, body);
}

static void verify_token(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_plugnmeet_call *call = begin(request, arg);
	int err;

	(void)params;
	if (!call) {
		return;
	}
	err = cardea_domain_conference_verify(call->api->domain, token_of(call), verified, call);
	if (err) {
		fail(call, err);
	}
}

/* ---- what this build lacks ---- */

static void missing(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg)
{
	struct cardea_plugnmeet_call *call = begin(request, arg);

	(void)params;
	if (call) {
		refuse_known(call, g_strdup("this server does not have that"));
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/verifyToken", verify_token},
        {CARDEA_HTTP_POST, "/api/muteUnmuteTrack", mute},
        {CARDEA_HTTP_POST, "/api/removeParticipant", remove_user},
        {CARDEA_HTTP_POST, "/api/switchPresenter", present},
        {CARDEA_HTTP_POST, "/api/endRoom", end},
        {CARDEA_HTTP_POST, "/api/updateLockSettings", lock},
        {CARDEA_HTTP_POST, "/api/waitingRoom/approveUsers", approve},
        {CARDEA_HTTP_POST, "/api/waitingRoom/updateMsg", waiting_text},
        {CARDEA_HTTP_POST, "/api/changeVisibility", missing},
        {CARDEA_HTTP_POST, "/api/recording", missing},
        {CARDEA_HTTP_POST, "/api/rtmp", missing},
        {CARDEA_HTTP_POST, "/api/externalMediaPlayer", missing},
        {CARDEA_HTTP_POST, "/api/externalDisplayLink", missing},
        {CARDEA_HTTP_POST, "/api/ingress/create", missing},
        {CARDEA_HTTP_POST, "/api/breakoutRoom/{call}", missing},
        {CARDEA_HTTP_POST, "/api/polls/{call}", missing},
};

void cardea_plugnmeet_api_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
