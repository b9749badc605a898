/*
 * janus_callbacks: what the plugin asks of the core. No lock of the plugin may be held here,
 * because the handle's mutex is taken below, under which the core calls query_session.
 */
#include "containers.h"
#include "fake_core_private.h"
#include "harness.h"

#include <janus/apierror.h>

static struct fake_handle *check(janus_plugin_session *app, const char *callback)
{
	if (stress_held() > 0)
		stress_fail("%s is called with a lock of the plugin held", callback);
	if (__atomic_load_n(&app->ref.count, __ATOMIC_RELAXED) < 1 || !app->gateway_handle)
		stress_fail("%s is called for a handle without a reference to it", callback);
	return app->gateway_handle;
}

static bool is_alive(const janus_plugin_session *app)
{
	return !g_atomic_int_get(&app->stopped);
}

/* ---- events ---- */

/* Janus parses and merges the description with the handle's mutex held, and may refuse it. */
static bool merge_sdp(struct fake_handle *handle, const json_t *jsep)
{
	const char *type = json_string_value(json_object_get(jsep, "type"));
	unsigned pc;
	if (!json_string_value(json_object_get(jsep, "sdp")))
		stress_fail("a JSEP without SDP");
	if (stress_chance(10))
		g_usleep(stress_below(100) * 1000);
	if (stress_chance(30))
		return false;
	return g_strcmp0(type, "offer") == 0 ? fake_pc_offer(handle, &pc) : fake_pc_answer(handle);
}

static int push_event(janus_plugin_session *app, janus_plugin *plugin, const char *transaction,
                      json_t *message, json_t *jsep)
{
	struct fake_handle *handle = check(app, "push_event");
	int result = 0;
	if (plugin != fake_plugin || !json_is_object(message))
		stress_fail("push_event: not our plugin or not an object");
	if (!is_alive(app))
		result = -2;
	else if (jsep && !merge_sdp(handle, jsep))
		result = JANUS_ERROR_JSEP_INVALID_SDP;
	if (result != 0 && jsep)
		fake_count(&fake_counts.offers_failed);
	observer_pushed(&handle->observer, transaction, message, jsep != NULL, result == 0);
	stress_jitter(1000);
	if (result != 0)
		return result;
	/* Most transports write the event here, some later. */
	if (atomic_load_explicit(&handle->observer.away, memory_order_relaxed))
		fake_count(&fake_counts.events_away);
	else if (stress_chance(30))
		fake_deferred_read(json_incref(message));
	else
		containers_read(message);
	return 0;
}

/* ---- media ---- */

static void relay_rtp(janus_plugin_session *app, janus_plugin_rtp *packet)
{
	struct fake_handle *handle = check(app, "relay_rtp");
	int64_t gone = atomic_load_explicit(&handle->gone_at, memory_order_relaxed);
	if (gone != 0 && gone < fake_loop_packet_at())
		stress_fail("a packet that came after destroy_session is sent to that handle");
	if (packet->length < 12 || packet->mindex < 0)
		stress_fail("what is sent is no RTP packet");
	stress_jitter(200);
	if (!is_alive(app) || atomic_load(&handle->alert))
		return;
	fake_count(&fake_counts.relayed);
	fake_loop_packet(handle, LOOP_SEND, packet->mindex, packet->video, 0, packet->buffer,
	                 packet->length);
}

/* The medium is looked up with the mutex held. */
static bool find_medium(janus_plugin_session *app, const char *callback)
{
	struct fake_handle *handle = check(app, callback);
	if (!is_alive(app) || atomic_load(&handle->alert))
		return false;
	pthread_mutex_lock(&handle->mutex);
	bool found = handle->agent;
	pthread_mutex_unlock(&handle->mutex);
	return found;
}

static void relay_rtcp(janus_plugin_session *app, janus_plugin_rtcp *packet)
{
	if (find_medium(app, "relay_rtcp"))
		fake_loop_packet(app->gateway_handle, LOOP_SEND, packet->mindex, packet->video, 0,
		                 packet->buffer, packet->length);
}

static void relay_data(janus_plugin_session *app, janus_plugin_data *packet)
{
	struct fake_handle *handle = check(app, "relay_data");
	if (is_alive(app) && !atomic_load(&handle->alert))
		fake_loop_packet(handle, LOOP_SEND, 0, false, 0, packet->buffer, packet->length);
}

static void send_pli_stream(janus_plugin_session *app, int mindex)
{
	static const char pli[12] = {(char)0x81, (char)206, 0, 2};
	if (!find_medium(app, "send_pli_stream"))
		return;
	fake_count(&fake_counts.keyframes);
	fake_loop_packet(app->gateway_handle, LOOP_SEND, mindex, true, 0, pli, sizeof(pli));
}

static void send_pli(janus_plugin_session *app)
{
	send_pli_stream(app, -1);
}

static void send_remb(janus_plugin_session *app, guint32 bitrate)
{
	(void)bitrate;
	find_medium(app, "send_remb");
}

/* ---- what is done later ---- */

static void close_pc(janus_plugin_session *app)
{
	struct fake_handle *handle = check(app, "close_pc");
	if (!is_alive(app) || atomic_exchange(&handle->close_asked, true))
		return;
	fake_count(&fake_counts.closes);
	fake_deferred_close(app);
}

static void end_session(janus_plugin_session *app)
{
	check(app, "end_session");
	if (is_alive(app))
		fake_deferred_end(app);
}

static gboolean events_is_enabled(void)
{
	return TRUE;
}

static void notify_event(janus_plugin *plugin, janus_plugin_session *app, json_t *event)
{
	(void)plugin, (void)app;
	containers_read(event);
	json_decref(event);
}

janus_callbacks fake_callbacks = {
        .push_event = push_event,
        .relay_rtp = relay_rtp,
        .relay_rtcp = relay_rtcp,
        .relay_data = relay_data,
        .send_pli = send_pli,
        .send_pli_stream = send_pli_stream,
        .send_remb = send_remb,
        .close_pc = close_pc,
        .end_session = end_session,
        .events_is_enabled = events_is_enabled,
        .notify_event = notify_event,
};

void janus_plugin_rtp_extensions_reset(janus_plugin_rtp_extensions *extensions)
{
	/* The extensions of a packet that has none. */
	*extensions = (janus_plugin_rtp_extensions){
	        .audio_level = -1, .video_rotation = -1, .min_delay = -1, .max_delay = -1};
}
