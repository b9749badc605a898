/* plugnmeet_calls: what the calls of the plugNmeet dialect share. */
#include "api/plugnmeet_calls.h"

#include <string.h>
#include <glib.h>
#include "api/reply.h"
#include "cardea_error.h"
#include "net/ratelimit.h"

static const char *const status_names[] = {
        [CARDEA_PLUGNMEET_SUCCESS] = "SUCCESS",
        [CARDEA_PLUGNMEET_PERMISSION_DENIED] = "PERMISSION_DENIED",
        [CARDEA_PLUGNMEET_NOT_FOUND] = "NOT_FOUND",
        [CARDEA_PLUGNMEET_INVALID_TOKEN_OR_SIGNATURE] = "INVALID_TOKEN_OR_SIGNATURE",
        [CARDEA_PLUGNMEET_INVALID_API_KEY] = "INVALID_API_KEY",
        [CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR] = "INTERNAL_SERVER_ERROR",
        [CARDEA_PLUGNMEET_INVALID_PARAMETERS] = "INVALID_PARAMETERS",
        [CARDEA_PLUGNMEET_MISSING_REQUIRED_PARAMETER] = "MISSING_REQUIRED_PARAMETER",
        [CARDEA_PLUGNMEET_ROOM_NOT_FOUND] = "ROOM_NOT_FOUND",
        [CARDEA_PLUGNMEET_USER_NOT_FOUND] = "USER_NOT_FOUND",
        [CARDEA_PLUGNMEET_USER_BLOCKED] = "USER_BLOCKED",
        [CARDEA_PLUGNMEET_USER_NOT_ACTIVE] = "USER_NOT_ACTIVE",
        [CARDEA_PLUGNMEET_ROOM_NOT_ACTIVE] = "ROOM_NOT_ACTIVE",
};

/* spec/plugnmeet 1 */
static const struct {
	int err;
	enum cardea_plugnmeet_status code;
	const char *msg;
} refusals[] = {
        {CARDEA_E_API_KEY_MISSING, CARDEA_PLUGNMEET_MISSING_REQUIRED_PARAMETER,
         "Missing API-KEY header."},
        {CARDEA_E_API_KEY_UNKNOWN, CARDEA_PLUGNMEET_INVALID_API_KEY, "Invalid API key provided."},
        {CARDEA_E_SIGNATURE_MISSING, CARDEA_PLUGNMEET_MISSING_REQUIRED_PARAMETER,
         "Missing HASH-SIGNATURE header."},
        {CARDEA_E_SIGNED_TEXT_MISSING, CARDEA_PLUGNMEET_MISSING_REQUIRED_PARAMETER,
         "Missing Room-Id header for multipart request."},
        {CARDEA_E_SIGNATURE, CARDEA_PLUGNMEET_INVALID_TOKEN_OR_SIGNATURE,
         "Failed to verify provided authentication details."},
};

json_t *cardea_plugnmeet_envelope(bool status, enum cardea_plugnmeet_status code, const char *msg)
{
	return json_pack("{s:b, s:s, s:s}", "status", status, "msg", msg, "status_code",
	                 status_names[code]);
}

static uint64_t peer_key(const struct cardea_api *api, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

/* The only call that does not sign its body. Elsewhere the type a caller names decides nothing:
 * who once saw a signature could put any body under it (spec/plugnmeet 1). */
static bool is_upload(const struct cardea_http_request *request)
{
	const char *type = cardea_http_header(request, "Content-Type");

	return type && strstr(type, "multipart/form-data") &&
	       g_str_has_suffix(cardea_http_path(request), "/room/uploadWhiteboardFile");
}

/* What is signed: the body as it came, or of a form with a file the room's id. */
static void read_signed(struct cardea_plugnmeet_call *call)
{
	struct cardea_signed *who = &call->who;

	who->key = cardea_http_header(call->request, "API-KEY");
	who->signature = cardea_http_header(call->request, "HASH-SIGNATURE");
	if (is_upload(call->request)) {
		const char *room = cardea_http_header(call->request, "Room-Id");

		who->text = room && room[0] ? room : NULL;
		who->len = room ? strlen(room) : 0;
	} else {
		const char *body = cardea_http_body(call->request, &who->len);

		who->text = body ? body : "";
	}
}

struct cardea_plugnmeet_call *cardea_plugnmeet_call_new(struct cardea_http_request *request,
                                                        const struct cardea_api *api)
{
	int64_t wait = cardea_ratelimit_wait_s(api->failures, peer_key(api, request));
	struct cardea_plugnmeet_call *call;

	if (wait > 0) {
		cardea_reply_limited(request, wait);
		return NULL;
	}
	call = g_new0(struct cardea_plugnmeet_call, 1);
	call->request = request;
	call->api = api;
	read_signed(call);
	return call;
}

static void free_call(struct cardea_plugnmeet_call *call)
{
	g_free(call->fault);
	g_free(call->id_fault);
	g_free(call);
}

void cardea_plugnmeet_answer_as(struct cardea_plugnmeet_call *call, int status, json_t *body)
{
	cardea_reply_json(call->request, status, body);
	free_call(call);
}

void cardea_plugnmeet_answer(struct cardea_plugnmeet_call *call, json_t *body)
{
	cardea_plugnmeet_answer_as(call, 200, body);
}

void cardea_plugnmeet_refuse(struct cardea_plugnmeet_call *call, enum cardea_plugnmeet_status code,
                             const char *msg)
{
	cardea_plugnmeet_answer(call, cardea_plugnmeet_envelope(false, code, msg));
}

static void refuse_unsigned(struct cardea_plugnmeet_call *call, int err)
{
	const struct cardea_api *api = call->api;
	size_t i = 0;

	while (refusals[i].err != err) {
		i++;
	}
	if (err == CARDEA_E_API_KEY_UNKNOWN || err == CARDEA_E_SIGNATURE) {
		cardea_ratelimit_charge(api->failures, peer_key(api, call->request));
	}
	cardea_plugnmeet_answer_as(call, 401,
	                           cardea_plugnmeet_envelope(false, refusals[i].code, refusals[i].msg));
}

void cardea_plugnmeet_fail(struct cardea_plugnmeet_call *call, int err)
{
	switch (err) {
	case CARDEA_E_API_KEY_MISSING:
	case CARDEA_E_API_KEY_UNKNOWN:
	case CARDEA_E_SIGNATURE_MISSING:
	case CARDEA_E_SIGNED_TEXT_MISSING:
	case CARDEA_E_SIGNATURE:
		refuse_unsigned(call, err);
		break;
	case CARDEA_E_STORE_BUSY: /* nobody has looked at the signature yet */
		cardea_http_add_header(call->request, "Retry-After", "1");
		cardea_plugnmeet_answer_as(call, 503,
		                           cardea_plugnmeet_envelope(false,
		                                                     CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR,
		                                                     cardea_error_text(err)));
		break;
	default:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR,
		                        cardea_error_text(err));
	}
}

static void signed_checked(int err, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;

	if (err) {
		cardea_plugnmeet_fail(call, err);
	} else {
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_INVALID_PARAMETERS, call->fault);
	}
}

void cardea_plugnmeet_refuse_signed(struct cardea_plugnmeet_call *call, char *msg)
{
	int err;

	g_free(call->fault);
	call->fault = msg;
	err = cardea_domain_signed_check(call->api->domain, &call->who, signed_checked, call);
	if (err) {
		cardea_plugnmeet_fail(call, err);
	}
}

json_t *cardea_plugnmeet_read(struct cardea_plugnmeet_call *call,
                              const struct cardea_proto_message *message)
{
	size_t len = 0;
	const char *body = cardea_http_body(call->request, &len);
	json_t *object = NULL;
	char *fault = NULL;

	if (!cardea_proto_decode(message, body ? body : "", len, &object, &fault)) {
		fault = cardea_proto_validate(message, object);
	}
	if (fault) {
		json_decref(object);
		cardea_plugnmeet_refuse_signed(call, fault);
		return NULL;
	}
	return object;
}
