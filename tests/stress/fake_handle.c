/* The life of a handle of the fake core, and what the request thread does with one. */
#include "containers.h"
#include "fake_core_private.h"
#include "world.h"

static void free_handle(const janus_refcount *ref)
{
	struct fake_handle *handle = janus_refcount_containerof(ref, struct fake_handle, ref);
	pthread_mutex_destroy(&handle->mutex);
	identity_free(handle->identity);
	g_free(handle);
}

static void free_app(const janus_refcount *ref)
{
	janus_plugin_session *app = janus_refcount_containerof(ref, janus_plugin_session, ref);
	struct fake_handle *handle = app->gateway_handle;
	app->gateway_handle = NULL;
	fake_handle_unref(handle);
	g_free(app);
	atomic_fetch_sub_explicit(&fake_counts.apps, 1, memory_order_relaxed);
}

struct fake_handle *fake_handle_ref(struct fake_handle *handle)
{
	janus_refcount_increase(&handle->ref);
	return handle;
}

void fake_handle_unref(struct fake_handle *handle)
{
	janus_refcount_decrease(&handle->ref);
}

struct fake_handle *fake_handle_attach(struct identity *identity)
{
	static unsigned number; /* request thread */
	struct fake_handle *handle = g_new0(struct fake_handle, 1);
	janus_refcount_init(&handle->ref, free_handle);
	pthread_mutex_init(&handle->mutex, NULL);
	handle->loop = number++ % FAKE_LOOPS;
	handle->identity = identity;
	observer_init(&handle->observer);
	/* As in Janus: the counter begins after create_session. */
	janus_plugin_session *app = g_malloc(sizeof(*app));
	app->gateway_handle = fake_handle_ref(handle);
	app->plugin_handle = NULL;
	g_atomic_int_set(&app->stopped, 0);
	int error = 0;
	fake_plugin->create_session(app, &error);
	if (error != 0) {
		fake_handle_unref(handle);
		g_free(app);
		return handle;
	}
	janus_refcount_init(&app->ref, free_app);
	atomic_fetch_add_explicit(&fake_counts.apps, 1, memory_order_relaxed);
	fake_count(&fake_counts.attached);
	atomic_store(&handle->app, app);
	return handle;
}

/* The plugin's own reference keeps the janus_plugin_session until destroy_session. */
void fake_handle_detach(struct fake_handle *handle)
{
	janus_plugin_session *app = atomic_load(&handle->app);
	if (!app || atomic_exchange(&handle->destroyed, true))
		return;
	fake_pc_hangup(handle);
	atomic_store(&handle->stop, true);
	g_atomic_int_set(&app->stopped, 1);
	fake_loop_post(handle, LOOP_DETACH, 0, false);
}

void fake_handle_query(struct fake_handle *handle)
{
	pthread_mutex_lock(&handle->mutex);
	json_t *info = NULL;
	if (!atomic_load(&handle->destroyed))
		info = fake_plugin->query_session(atomic_load(&handle->app));
	pthread_mutex_unlock(&handle->mutex);
	if (info)
		containers_read(info);
	json_decref(info);
}
