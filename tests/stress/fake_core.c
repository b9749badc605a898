/* Requests, the pool of threads, beginning and end: see fake_core.h. */
#include "fake_core.h"

#include <stdio.h>
#include <string.h>
#include "containers.h"
#include "fake_core_private.h"
#include "harness.h"

#define POOL     6
#define DISORDER 8 /* the pool takes any of so many waiting messages */

enum request_kind { REQ_ATTACH, REQ_DETACH, REQ_HANGUP, REQ_QUERY, REQ_MESSAGE, REQ_ADMIN };

struct request {
	enum request_kind kind;
	struct fake_handle *handle; /* a reference, or NULL */
	unsigned serial;
	json_t *body, *jsep;
	struct identity *identity;            /* attach */
	_Atomic(struct fake_handle *) *reply; /* attach: of whoever waits */
};

struct fake_counts fake_counts;
janus_plugin *fake_plugin;
static struct fake_queue requests, tasks;
static pthread_t request_thread, pool[POOL];

/* ---- the request thread ---- */

static void free_request(struct request *request)
{
	if (request->handle)
		fake_handle_unref(request->handle);
	json_decref(request->body);
	json_decref(request->jsep);
	g_free(request);
}

static void run_request(struct request *request)
{
	switch (request->kind) {
	case REQ_ATTACH:
		atomic_store(request->reply, fake_handle_attach(request->identity));
		break;
	case REQ_DETACH:
		fake_handle_detach(request->handle);
		break;
	case REQ_HANGUP:
		fake_pc_hangup(request->handle);
		break;
	case REQ_QUERY:
		fake_handle_query(request->handle);
		break;
	case REQ_MESSAGE:
	case REQ_ADMIN:
		fake_queue_push(&tasks, request, false);
		return;
	}
	free_request(request);
}

static void *serve_requests(void *arg)
{
	struct request *request;
	bool busy = false;
	(void)arg;
	stress_thread_name("requests", 0);
	while ((request = fake_queue_pop(&requests, 1, &busy))) {
		stress_doing("request");
		run_request(request);
		stress_doing(NULL);
	}
	return NULL;
}

/* ---- the pool ---- */

/* Janus applies a description before the plugin sees the message. */
static bool apply_jsep(struct fake_handle *handle, json_t *jsep)
{
	unsigned pc;
	const char *type = json_string_value(json_object_get(jsep, "type"));
	if (g_strcmp0(type, "offer") == 0)
		return fake_pc_offer(handle, &pc);
	if (g_strcmp0(type, "answer") == 0)
		return fake_pc_answer(handle);
	return true;
}

static void handle_message(struct request *request)
{
	struct fake_handle *handle = request->handle;
	char transaction[16];
	if (atomic_load(&handle->destroyed) || (request->jsep && !apply_jsep(handle, request->jsep))) {
		fake_count(&fake_counts.refused);
		return;
	}
	snprintf(transaction, sizeof(transaction), "%u", request->serial);
	stress_jitter(3000);
	stress_doing("handle_message");
	fake_count(&fake_counts.messages);
	observer_asked(request->serial);
	/* By now a detach may have overtaken us: this may be NULL, or freed already. */
	janus_plugin_result *result = fake_plugin->handle_message(
	        atomic_load(&handle->app), g_strdup(transaction), g_steal_pointer(&request->body),
	        g_steal_pointer(&request->jsep));
	if (result->type != JANUS_PLUGIN_OK_WAIT)
		observer_not_taken(request->serial);
	janus_plugin_result_destroy(result);
}

static void handle_admin(json_t *body)
{
	stress_doing("handle_admin_message");
	json_t *reply = fake_plugin->handle_admin_message(body);
	if (reply)
		containers_read(reply);
	json_decref(reply);
}

static void *serve_tasks(void *arg)
{
	struct request *task;
	bool busy = false;
	stress_thread_name("pool", (unsigned)(uintptr_t)arg);
	while ((task = fake_queue_pop(&tasks, DISORDER, &busy))) {
		if (task->kind == REQ_MESSAGE)
			handle_message(task);
		else
			handle_admin(task->body);
		stress_doing(NULL);
		free_request(task);
	}
	return NULL;
}

/* ---- for the driver ---- */

static void ask(enum request_kind kind, struct fake_handle *handle)
{
	struct request *request = g_new0(struct request, 1);
	request->kind = kind;
	request->handle = fake_handle_ref(handle);
	fake_queue_push(&requests, request, false);
}

struct fake_handle *fake_core_attach(struct identity *identity)
{
	_Atomic(struct fake_handle *) reply = NULL;
	struct fake_handle *handle;
	struct request *request = g_new0(struct request, 1);
	request->kind = REQ_ATTACH;
	request->identity = identity;
	request->reply = &reply;
	fake_queue_push(&requests, request, false);
	stress_doing("attach");
	while (!(handle = atomic_load(&reply)))
		g_usleep(200);
	stress_doing(NULL);
	return handle;
}

void fake_core_message(struct fake_handle *handle, unsigned serial, json_t *body, json_t *jsep)
{
	struct request *request = g_new0(struct request, 1);
	request->kind = REQ_MESSAGE;
	request->handle = fake_handle_ref(handle);
	request->serial = serial;
	request->body = body;
	request->jsep = jsep;
	fake_queue_push(&requests, request, false);
}

void fake_core_admin(json_t *body)
{
	struct request *request = g_new0(struct request, 1);
	request->kind = REQ_ADMIN;
	request->body = body;
	fake_queue_push(&requests, request, false);
}

void fake_core_query(struct fake_handle *handle)
{
	ask(REQ_QUERY, handle);
}

void fake_core_hangup(struct fake_handle *handle)
{
	ask(REQ_HANGUP, handle);
}

void fake_core_detach(struct fake_handle *handle)
{
	ask(REQ_DETACH, handle);
}

void fake_core_packet(struct fake_handle *handle, bool rtcp, int mindex, bool video, int level,
                      const void *data, size_t len)
{
	fake_loop_packet(handle, rtcp ? LOOP_RTCP : LOOP_RTP, mindex, video, level, data, len);
}

/* ---- beginning and end ---- */

unsigned fake_core_backlog(void)
{
	return fake_queue_backlog(&requests) + fake_queue_backlog(&tasks) + fake_loops_backlog() +
	       fake_deferred_backlog();
}

void fake_core_start(janus_plugin *plugin)
{
	fake_plugin = plugin;
	if (plugin->init(&fake_callbacks, ".") != 0)
		stress_fail("the plugin does not start");
	fake_queue_init(&requests);
	fake_queue_init(&tasks);
	fake_loops_start();
	fake_deferred_start();
	pthread_create(&request_thread, NULL, serve_requests, NULL);
	for (uintptr_t i = 0; i < POOL; i++)
		pthread_create(&pool[i], NULL, serve_tasks, (void *)i);
}

/* Work moves from queue to queue, and through the plugin, where it is not counted: so nothing may
 * wait anywhere for a while. */
void fake_core_settle(void)
{
	int64_t end = stress_now_ms() + STRESS_HANG_MS;
	for (unsigned quiet = 0; quiet < 10; g_usleep(20 * 1000)) {
		quiet = fake_core_backlog() == 0 && observer_unanswered() == 0 ? quiet + 1 : 0;
		if (stress_now_ms() > end)
			stress_fail("%u things wait and %u requests have no answer", fake_core_backlog(),
			            observer_unanswered());
	}
}

void fake_core_destroy_plugin(void)
{
	stress_doing("destroy");
	fake_plugin->destroy();
	stress_doing(NULL);
}

void fake_core_stop(void)
{
	fake_queue_close(&requests);
	pthread_join(request_thread, NULL);
	fake_queue_close(&tasks);
	for (unsigned i = 0; i < POOL; i++)
		pthread_join(pool[i], NULL);
	fake_deferred_stop();
	fake_loops_stop();
	fake_queue_clear(&requests);
	fake_queue_clear(&tasks);
}
