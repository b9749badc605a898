/* Requests on either client handle: ice, sync. */
#include "cardea_clock.h"
#include "cardea_error.h"
#include "message.h"
#include "quality.h"
#include "receive.h"
#include "said.h"
#include "state.h"

static const struct cardea_json_field ice_fields[] = {
        {"restart", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

static int ice_run(struct cardea_request *request, json_t **reply)
{
	*reply = json_pack("{s:s}", "cardea", "ice");
	cardea_ice_servers_add(cardea_node_ice_servers(request->node), *reply,
	                       request->session->participant->claims.client_id,
	                       cardea_clock_wall_ms(&cardea_clock_system) / 1000);
	return 0;
}

static void ice_after(struct cardea_request *request)
{
	/* A publish handle restarts by offering again. */
	if (cardea_json_boolean(request->message, "restart", false) &&
	    atomic_load(&request->session->kind) == CARDEA_HANDLE_RECEIVE)
		cardea_receive_restart(request->session);
}

static json_t *track_to_json(const struct cardea_source *source)
{
	json_t *track =
	        json_pack("{s:s, s:s, s:b}", "mid", source->mid, "kind",
	                  cardea_source_kind_name(source->which), "active", (int)source->active);
	if (atomic_load(&source->encodings) > 0)
		json_object_set_new(track, "rids", cardea_quality_rids(source));
	return track;
}

static void add_tracks(struct cardea_session *session, json_t *reply)
{
	json_t *tracks = json_array();
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++) {
		if (cardea_source_published(&session->sources[i]))
			json_array_append_new(tracks, track_to_json(&session->sources[i]));
	}
	json_object_set_new(reply, "tracks", tracks);
}

/* What was said while the socket was away. */
static void add_said(struct cardea_request *request, json_t *reply)
{
	int64_t after = cardea_json_integer(request->message, "said", -1);
	if (after >= 0)
		json_object_set_new(reply, "said",
		                    cardea_said_since(request->room, request->session->participant, after));
}

static const struct cardea_json_field sync_fields[] = {
        {"said", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
};

static int sync_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_session *session = request->session;
	enum cardea_handle_kind kind = (enum cardea_handle_kind)atomic_load(&session->kind);
	cardea_room_settle(request->room);
	*reply = json_pack("{s:s, s:s, s:s, s:I, s:s, s:I}", "cardea", "synced", "handle",
	                   cardea_handle_name(kind), "connection", session->participant->connection,
	                   "seq", (json_int_t)atomic_load(&session->seq), "media",
	                   cardea_media_name((enum cardea_media_state)atomic_load(&session->media)),
	                   "offer", (json_int_t)session->offer);
	cardea_state_add(request->room, session, *reply);
	if (kind == CARDEA_HANDLE_PUBLISH) {
		add_tracks(session, *reply);
	} else {
		json_object_set_new(*reply, "slots", cardea_session_slot_counts(session));
		add_said(request, *reply);
	}
	return 0;
}

static void sync_after(struct cardea_request *request)
{
	if (request->session->offer_pending)
		cardea_receive_restart(request->session);
}

const struct cardea_request_type cardea_requests_state[] = {
        {
                .name = "ice",
                .handles = CARDEA_HANDLE_PUBLISH | CARDEA_HANDLE_RECEIVE,
                .fields = ice_fields,
                .field_count = G_N_ELEMENTS(ice_fields),
                .run = ice_run,
                .after = ice_after,
        },
        {
                .name = "sync",
                .handles = CARDEA_HANDLE_PUBLISH | CARDEA_HANDLE_RECEIVE,
                .fields = sync_fields,
                .field_count = G_N_ELEMENTS(sync_fields),
                .run = sync_run,
                .after = sync_after,
        },
        {.name = NULL},
};
