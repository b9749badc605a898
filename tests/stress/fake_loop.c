/* The loop threads of the fake core, and the PeerConnection of a handle. */
#include <string.h>
#include "fake_core_private.h"
#include "harness.h"

#define AGENT_MS         30  /* longest time that an ICE agent stays after the hangup */
#define CLEANING_MS      300 /* Janus waits up to 3 s for an older PeerConnection */
#define CLEANING_STEP_US (5 * 1000)
#define MAX_PACKETS      500 /* of a loop, then they are lost */

static struct fake_queue queues[FAKE_LOOPS];
static pthread_t loops[FAKE_LOOPS];
static _Atomic int64_t the_clock;
static _Thread_local int64_t packet_at;

int64_t fake_clock_tick(void)
{
	return atomic_fetch_add_explicit(&the_clock, 1, memory_order_relaxed) + 1;
}

int64_t fake_loop_packet_at(void)
{
	return packet_at;
}

static struct loop_item *new_item(struct fake_handle *handle, enum loop_event event, size_t len)
{
	struct loop_item *item = g_malloc0(sizeof(*item) + len);
	item->handle = fake_handle_ref(handle);
	item->event = event;
	item->len = len;
	return item;
}

void fake_loop_post(struct fake_handle *handle, enum loop_event event, unsigned pc, bool first)
{
	struct loop_item *item = new_item(handle, event, 0);
	item->pc = pc;
	fake_queue_push(&queues[handle->loop], item, first);
}

void fake_loop_packet(struct fake_handle *handle, enum loop_event event, int mindex, bool video,
                      int level, const void *data, size_t len)
{
	if (fake_queue_backlog(&queues[handle->loop]) > MAX_PACKETS)
		return;
	struct loop_item *item = new_item(handle, event, len);
	item->mindex = mindex;
	item->video = video;
	item->level = level;
	memcpy(item->data, data, len);
	fake_queue_push(&queues[handle->loop], item, false);
}

/* ---- the PeerConnection ---- */

/* With the mutex held: what was left of the last one may have gone. */
static void expire_agent(struct fake_handle *handle)
{
	if (handle->agent_until_ms != 0 && stress_now_ms() >= handle->agent_until_ms) {
		handle->agent = false;
		handle->agent_until_ms = 0;
	}
}

bool fake_pc_offer(struct fake_handle *handle, unsigned *pc)
{
	for (unsigned us = 0; atomic_load(&handle->cleaning); us += CLEANING_STEP_US) {
		if (us >= CLEANING_MS * 1000)
			return false;
		g_usleep(CLEANING_STEP_US);
	}
	pthread_mutex_lock(&handle->mutex);
	stress_jitter(20 * 1000);
	expire_agent(handle);
	bool possible = handle->agent_until_ms == 0;
	if (possible && !handle->agent) {
		handle->agent = true;
		handle->pc++;
		atomic_store(&handle->alert, false);
	}
	*pc = handle->pc;
	pthread_mutex_unlock(&handle->mutex);
	return possible;
}

bool fake_pc_answer(struct fake_handle *handle)
{
	pthread_mutex_lock(&handle->mutex);
	expire_agent(handle);
	bool possible = handle->agent && handle->agent_until_ms == 0 && !atomic_load(&handle->alert);
	unsigned pc = handle->pc;
	pthread_mutex_unlock(&handle->mutex);
	if (possible && !stress_chance(100)) /* ICE may fail */
		fake_loop_post(handle, LOOP_SETUP, pc, false);
	return possible;
}

void fake_pc_hangup(struct fake_handle *handle)
{
	atomic_store(&handle->close_asked, false);
	if (atomic_exchange(&handle->alert, true))
		return;
	atomic_store(&handle->cleaning, true);
	fake_loop_post(handle, LOOP_HANGUP, 0, true);
}

void fake_pc_free(struct fake_handle *handle)
{
	pthread_mutex_lock(&handle->mutex);
	if (handle->agent)
		handle->agent_until_ms = stress_now_ms() + stress_below(AGENT_MS);
	atomic_store(&handle->ready, false);
	atomic_store(&handle->cleaning, false);
	pthread_mutex_unlock(&handle->mutex);
}

/* ---- what a loop does ---- */

static void set_up(struct fake_handle *handle, janus_plugin_session *app, unsigned pc)
{
	pthread_mutex_lock(&handle->mutex);
	bool up = pc == handle->pc && handle->agent && handle->agent_until_ms == 0 &&
	          !atomic_load(&handle->alert) && !atomic_load(&handle->ready);
	if (up)
		atomic_store(&handle->ready, true);
	pthread_mutex_unlock(&handle->mutex);
	if (!up)
		return;
	fake_count(&fake_counts.setups);
	stress_doing("setup_media");
	fake_plugin->setup_media(app);
}

static void hang_up(struct fake_handle *handle, janus_plugin_session *app)
{
	fake_count(&fake_counts.hangups);
	stress_doing("hangup_media");
	fake_plugin->hangup_media(app);
	if (stress_chance(50))
		fake_plugin->hangup_media(app);
	fake_pc_free(handle);
}

static void detach(struct fake_handle *handle, janus_plugin_session *app)
{
	int error = 0;
	stress_doing("destroy_session");
	fake_plugin->destroy_session(app, &error);
	atomic_store_explicit(&handle->gone_at, fake_clock_tick(), memory_order_relaxed);
	atomic_store(&handle->app, NULL);
}

static void receive_rtp(struct loop_item *item, janus_plugin_session *app)
{
	janus_plugin_rtp packet = {.mindex = item->mindex,
	                           .video = item->video,
	                           .buffer = item->data,
	                           .length = (uint16_t)item->len};
	janus_plugin_rtp_extensions_reset(&packet.extensions);
	packet.extensions.audio_level = (int8_t)item->level;
	packet_at = fake_clock_tick();
	fake_count(&fake_counts.packets);
	stress_doing("incoming_rtp");
	fake_plugin->incoming_rtp(app, &packet);
}

/* As it may come with any packet: on a handle without a channel the plugin drops it. */
static void receive_data(janus_plugin_session *app)
{
	static const char *const texts[] = {
	        "{\"request\":\"hand\",\"raised\":true,\"id\":1}",
	        "{\"request\":\"send\",\"type\":\"chat\",\"text\":\"hello\",\"id\":\"2\"}",
	        "{\"request\":\"sync\"}", "{\"request\":", ""};
	const char *text = texts[stress_below(G_N_ELEMENTS(texts))];
	janus_plugin_data packet = {
	        .label = (char *)"cardea", .buffer = (char *)text, .length = (uint16_t)strlen(text)};
	stress_doing("incoming_data");
	if (stress_chance(500))
		fake_plugin->data_ready(app);
	fake_plugin->incoming_data(app, &packet);
}

static void receive_rtcp(struct loop_item *item, janus_plugin_session *app)
{
	janus_plugin_rtcp packet = {.mindex = item->mindex,
	                            .video = item->video,
	                            .buffer = item->data,
	                            .length = (uint16_t)item->len};
	fake_count(&fake_counts.rtcp);
	stress_doing("incoming_rtcp");
	fake_plugin->incoming_rtcp(app, &packet);
	if (stress_chance(200))
		receive_data(app);
}

static void run_item(struct loop_item *item)
{
	struct fake_handle *handle = item->handle;
	janus_plugin_session *app = atomic_load(&handle->app);
	bool ready = atomic_load(&handle->ready) && !atomic_load(&handle->alert);
	if (!app)
		return;
	if (item->event == LOOP_SETUP)
		set_up(handle, app, item->pc);
	else if (item->event == LOOP_HANGUP)
		hang_up(handle, app);
	else if (item->event == LOOP_DETACH)
		detach(handle, app);
	else if (item->event == LOOP_RTP && ready)
		receive_rtp(item, app);
	else if (item->event == LOOP_RTCP && ready)
		receive_rtcp(item, app);
	else if (item->event == LOOP_SEND && ready)
		fake_count(&fake_counts.delivered);
}

static void *loop(void *arg)
{
	struct fake_queue *queue = arg;
	struct loop_item *item;
	bool busy = false;
	stress_thread_name("loop", (unsigned)(queue - queues));
	while ((item = fake_queue_pop(queue, 1, &busy))) {
		run_item(item);
		stress_doing(NULL);
		fake_handle_unref(item->handle);
		g_free(item);
	}
	return NULL;
}

void fake_loops_start(void)
{
	for (unsigned i = 0; i < FAKE_LOOPS; i++) {
		fake_queue_init(&queues[i]);
		pthread_create(&loops[i], NULL, loop, &queues[i]);
	}
}

unsigned fake_loops_backlog(void)
{
	unsigned backlog = 0;
	for (unsigned i = 0; i < FAKE_LOOPS; i++)
		backlog += fake_queue_backlog(&queues[i]);
	return backlog;
}

void fake_loops_stop(void)
{
	for (unsigned i = 0; i < FAKE_LOOPS; i++)
		fake_queue_close(&queues[i]);
	for (unsigned i = 0; i < FAKE_LOOPS; i++) {
		pthread_join(loops[i], NULL);
		fake_queue_clear(&queues[i]);
	}
}
