#include "data.h"

#include <stdlib.h>
#include <string.h>
#include "cardea_clock.h"
#include "cardea_json.h"
#include "core.h"
#include "message.h"

#define LABEL "cardea"

/* Before anything is parsed, on a thread that forwards packets of others: as much as the gateway
 * lets through to a handle by the socket. */
static const struct cardea_rate data_rate = {
        .per_second = CARDEA_FRAMES_PER_SECOND,
        .burst = CARDEA_FRAME_BURST,
};

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

/* Whether it asked for the channel at its join. */
static bool has_channel(const struct cardea_session *session)
{
	return atomic_load_explicit(&session->kind, memory_order_acquire) == CARDEA_HANDLE_RECEIVE &&
	       session->data;
}

void cardea_data_ready(struct cardea_session *session)
{
	if (has_channel(session) && !atomic_exchange(&session->data_up, true))
		cardea_bucket_init(&session->data_rate, &data_rate, now_ms());
}

void cardea_data_down(struct cardea_session *session)
{
	atomic_store(&session->data_up, false);
}

/* The message, or NULL if it is none. */
static json_t *parse(struct cardea_session *session, const janus_plugin_data *packet)
{
	json_t *message = NULL;
	if (!has_channel(session) || packet->binary || packet->length > CARDEA_MAX_DATA_MESSAGE ||
	    !packet->label || strcmp(packet->label, LABEL) != 0)
		return NULL;
	/* A message may overtake the news that the channel can be written to. */
	cardea_data_ready(session);
	if (!cardea_bucket_take(&session->data_rate, &data_rate, now_ms()))
		return NULL;
	return cardea_json_parse_object(packet->buffer, packet->length, &message) == 0 ? message : NULL;
}

void cardea_data_incoming(struct cardea_node *node, struct cardea_session *session,
                          const janus_plugin_data *packet)
{
	json_t *message = parse(session, packet);
	atomic_store_explicit(&session->heard_ms, now_ms(), memory_order_relaxed);
	if (message)
		cardea_message_handle_data(node, session, message);
	else
		cardea_stats_add(&session->stats->data_dropped, 1);
}

bool cardea_data_send(struct cardea_session *session, const json_t *message)
{
	if (!atomic_load(&session->data_up))
		return false;
	char *text = json_dumps(message, JSON_COMPACT);
	size_t length = text ? strlen(text) : 0;
	bool fits = length > 0 && length <= UINT16_MAX;
	if (fits)
		cardea_core_relay_data(session->handle, LABEL, text, (uint16_t)length);
	free(text);
	return fits;
}

void cardea_data_event(struct cardea_session *session, const char *name, json_t *fields)
{
	json_t *event = json_pack("{s:s, s:s}", "cardea", "event", "event", name);
	json_object_update(event, fields);
	if (session->announced && cardea_data_send(session, event))
		json_decref(fields);
	else
		cardea_session_event(session, name, fields, NULL);
	json_decref(event);
}
