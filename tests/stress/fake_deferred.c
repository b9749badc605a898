/* What the fake core does later, on threads of its own: close_pc, end_session, slow transports. */
#include "containers.h"
#include "fake_core_private.h"
#include "harness.h"

struct deferred {
	janus_plugin_session *app; /* a reference */
	bool end;                  /* end_session, else close_pc */
};

static struct fake_queue watched, events;
static pthread_t watchdog, transport;

static void defer(janus_plugin_session *app, bool end)
{
	struct deferred *deferred = g_new0(struct deferred, 1);
	janus_refcount_increase(&app->ref);
	deferred->app = app;
	deferred->end = end;
	fake_queue_push(&watched, deferred, false);
}

void fake_deferred_close(janus_plugin_session *app)
{
	defer(app, false);
}

void fake_deferred_end(janus_plugin_session *app)
{
	defer(app, true);
}

static void *watch(void *arg)
{
	struct deferred *deferred;
	bool busy = false;
	(void)arg;
	stress_thread_name("watchdog", 0);
	while ((deferred = fake_queue_pop(&watched, 1, &busy))) {
		struct fake_handle *handle = deferred->app->gateway_handle;
		stress_jitter(20 * 1000);
		if (deferred->end)
			fake_core_detach(handle);
		else if (atomic_exchange(&handle->close_asked, false) && !atomic_load(&handle->stop) &&
		         !atomic_load(&handle->alert))
			fake_pc_hangup(handle);
		janus_refcount_decrease(&deferred->app->ref);
		g_free(deferred);
	}
	return NULL;
}

void fake_deferred_read(json_t *event)
{
	fake_queue_push(&events, event, false);
}

static void *transmit(void *arg)
{
	json_t *event;
	bool busy = false;
	(void)arg;
	stress_thread_name("transport", 0);
	while ((event = fake_queue_pop(&events, 1, &busy))) {
		containers_read(event);
		json_decref(event);
	}
	return NULL;
}

unsigned fake_deferred_backlog(void)
{
	return fake_queue_backlog(&watched) + fake_queue_backlog(&events);
}

void fake_deferred_start(void)
{
	fake_queue_init(&watched);
	fake_queue_init(&events);
	pthread_create(&watchdog, NULL, watch, NULL);
	pthread_create(&transport, NULL, transmit, NULL);
}

void fake_deferred_stop(void)
{
	fake_queue_close(&watched);
	fake_queue_close(&events);
	pthread_join(watchdog, NULL);
	pthread_join(transport, NULL);
	fake_queue_clear(&watched);
	fake_queue_clear(&events);
}
