/*
 * native: POST /api/v1/enter, any credential becomes media (spec/native 1).
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/native_call.h"
#include "api/presented.h"
#include "api/reply.h"
#include "api/url.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "net/ratelimit.h"

/* Whoever knows the key and the guest link has the seat, so it must not be guessed. */
#define MIN_CLIENT_KEY 16
#define MAX_CLIENT_KEY 128

static const struct cardea_json_field enter_fields[] = {
        {"credential", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_TOKEN},
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"slots", CARDEA_JSON_OBJECT, false, 0, 0},
        {"resume", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_TOKEN},
        {"client_key", CARDEA_JSON_STRING, false, MIN_CLIENT_KEY, MAX_CLIENT_KEY},
};
static const struct cardea_json_field slot_fields[] = {
        {"audio", CARDEA_JSON_INTEGER, false, 0, CARDEA_MAX_AUDIO_SLOTS},
        {"video", CARDEA_JSON_INTEGER, false, 0, CARDEA_MAX_VIDEO_SLOTS},
};

struct entering {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	uint64_t credential; /* in the table of enters */
};

static json_t *participant_object(const struct cardea_entered *entered)
{
	const struct cardea_join_claims *claims = &entered->claims;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:b, s:b, s:o, s:o}", "id", claims->sub,
	                 "client_id", claims->client_id, "name", claims->name, "avatar",
	                 entered->avatar, "locale", entered->locale, "role",
	                 cardea_role_name(claims->role), "guest", claims->guest, "hidden",
	                 claims->hidden, "publish", cardea_kinds_to_json(entered->publish), "locks",
	                 cardea_native_locks(entered->locks));
}

static json_t *room_object(const struct cardea_entered *entered)
{
	json_t *options = json_pack("{s:s*, s:s*}", "welcome_message", entered->welcome_text,
	                            "logout_url", entered->exit_url);

	if (entered->mute_on_start) {
		json_object_set_new(options, "mute_on_start", json_true());
	}
	return json_pack("{s:s, s:s?, s:o, s:b}", "id", entered->claims.room, "name",
	                 entered->room_name, "options", options, "locked", entered->room_locked);
}

static char *janus_url(const struct entering *entering, const char *node)
{
	const struct cardea_http_request *request = entering->request;
	g_autofree char *base =
	        cardea_url_ws_base(entering->api->public_url, cardea_http_header(request, "Host"),
	                           cardea_http_header(request, "X-Forwarded-Proto"));

	return g_strconcat(base ? base : "", "/janus/", node, NULL);
}

static json_t *entered_object(const struct entering *entering, const struct cardea_entered *entered)
{
	const struct cardea_api *api = entering->api;
	int64_t now_s = cardea_clock_wall_ms(api->clock) / 1000;
	g_autofree char *url = janus_url(entering, entered->node);
	json_t *slots =
	        json_pack("{s:i, s:i}", "audio", entered->audio_slots, "video", entered->video_slots);

	return json_pack("{s:o, s:o, s:s, s:I, s:s, s:s, s:o, s:o, s:o}", "participant",
	                 participant_object(entered), "room", room_object(entered), "join_token",
	                 entered->join_token, "expires_in", (json_int_t)entered->expires_in_s, "resume",
	                 entered->resume, "janus_url", url, "slots", slots, "stun_servers",
	                 cardea_ice_stun(api->ice), "turn_servers",
	                 cardea_ice_turn(api->ice, entered->claims.client_id, now_s));
}

/* True if @key must wait; then it is answered. */
static bool is_limited(struct cardea_http_request *request, const struct cardea_ratelimit *limit,
                       uint64_t key)
{
	int64_t wait = cardea_ratelimit_wait_s(limit, key);

	if (wait > 0) {
		cardea_reply_native_limited(request, wait);
	}
	return wait > 0;
}

/* Who waits asks once in 2 s (spec/native 1). */
static bool asks_too_often(struct cardea_http_request *request, const struct cardea_api *api,
                           const char *credential)
{
	uint64_t key;

	if (!cardea_domain_is_ticket(credential)) {
		return false;
	}
	key = cardea_ratelimit_key(api->tickets, credential);
	if (is_limited(request, api->tickets, key)) {
		return true;
	}
	cardea_ratelimit_charge(api->tickets, key);
	return false;
}

static uint64_t peer_key(const struct cardea_api *api, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

/* Counts what could be a guess, and what costs a place in a room. */
static void charge(const struct entering *entering, int err)
{
	const struct cardea_api *api = entering->api;
	int status = err ? cardea_error_http(err) : 201;

	if (status == 401 || status == 403) {
		cardea_ratelimit_charge(api->failures, peer_key(api, entering->request));
	} else if (!err) {
		cardea_ratelimit_charge(api->enters, entering->credential);
	}
}

static json_t *waiting_object(const struct cardea_entered *entered)
{
	return json_pack("{s:b, s:s, s:s?, s:s, s:s?}", "waiting", 1, "ticket", entered->ticket,
	                 "message", entered->waiting_text, "waiting_for",
	                 entered->waits_for_host ? "host" : "admission", "locale", entered->locale);
}

static void refuse(struct cardea_http_request *request, int err,
                   const struct cardea_entered *entered)
{
	if (entered && entered->denial) {
		cardea_reply_native_refusal(request, cardea_error_http(err), cardea_error_code(err),
		                            entered->denial);
	} else {
		cardea_reply_native_error(request, err);
	}
}

static void entered_done(int err, const struct cardea_entered *entered, void *arg)
{
	struct entering *entering = arg;

	charge(entering, err);
	if (err || !entered) {
		refuse(entering->request, err, entered);
	} else if (entered->is_waiting) {
		cardea_http_add_header(entering->request, "Cache-Control", "no-store");
		cardea_reply_json(entering->request, 202, waiting_object(entered));
	} else {
		cardea_http_add_header(entering->request, "Cache-Control", "no-store");
		cardea_reply_json(entering->request, 201, entered_object(entering, entered));
	}
	g_free(entering);
}

static void enter(struct cardea_http_request *request, const struct cardea_api *api,
                  const json_t *body)
{
	const json_t *slots = json_object_get(body, "slots");
	struct cardea_enter command = {
	        .credential = cardea_json_string(body, "credential", NULL),
	        .name = cardea_json_string(body, "name", NULL),
	        .resume = cardea_json_string(body, "resume", NULL),
	        .client_key = cardea_json_string(body, "client_key", NULL),
	        .origin = cardea_presented_origin(request),
	        .audio_slots = (int)cardea_json_integer(slots, "audio", CARDEA_DEFAULT_AUDIO_SLOTS),
	        .video_slots = (int)cardea_json_integer(slots, "video", CARDEA_DEFAULT_VIDEO_SLOTS),
	};
	uint64_t credential = cardea_ratelimit_key(api->enters, command.credential);
	struct entering *entering;
	int err;

	if (is_limited(request, api->enters, credential) ||
	    asks_too_often(request, api, command.credential)) {
		return;
	}
	entering = g_new0(struct entering, 1);
	entering->request = request;
	entering->api = api;
	entering->credential = credential;
	err = cardea_domain_enter(api->domain, &command, entered_done, entering);
	if (err) {
		entered_done(err, NULL, entering);
	}
}

static void reply_bad_field(struct cardea_http_request *request, int err, const char *field)
{
	g_autofree char *text = g_strdup_printf("%s: %s", field, cardea_error_text(err));

	cardea_reply_native_refusal(request, 400, cardea_error_code(err), text);
}

static void post_enter(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	const char *bad;
	json_t *body;
	int err;

	(void)params;
	if (is_limited(request, api->failures, peer_key(api, request))) {
		return;
	}
	err = cardea_read_json(request, &body);
	if (err) {
		cardea_reply_native_refusal(request, 400, cardea_error_code(err), cardea_error_text(err));
		return;
	}
	err = cardea_json_check(body, enter_fields, G_N_ELEMENTS(enter_fields), &bad);
	if (!err) {
		err = cardea_json_check(json_object_get(body, "slots"), slot_fields,
		                        G_N_ELEMENTS(slot_fields), &bad);
	}
	if (err) {
		reply_bad_field(request, err, bad);
	} else {
		enter(request, api, body);
	}
	json_decref(body);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/enter", post_enter},
};

void cardea_native_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
