#include "control.h"

#include <glib.h>
#include "cardea_clock.h"
#include "cardea_limits.h"
#include "core.h"
#include "node.h"
#include "outbox.h"
#include "room.h"
#include "session.h"

struct cardea_control {
	struct cardea_node *node;
	GMutex lock;
	GPtrArray *handles; /* struct cardea_session *, each with a reference */
};

static void handle_put(void *session)
{
	cardea_session_put(session);
}

struct cardea_control *cardea_control_new(struct cardea_node *node)
{
	struct cardea_control *control = g_new0(struct cardea_control, 1);
	control->node = node;
	g_mutex_init(&control->lock);
	control->handles = g_ptr_array_new_with_free_func(handle_put);
	return control;
}

void cardea_control_free(struct cardea_control *control)
{
	g_ptr_array_unref(control->handles);
	g_mutex_clear(&control->lock);
	g_free(control);
}

void cardea_control_add(struct cardea_control *control, struct cardea_session *session)
{
	g_mutex_lock(&control->lock);
	if (!g_ptr_array_find(control->handles, session, NULL))
		g_ptr_array_add(control->handles, cardea_session_get(session));
	g_mutex_unlock(&control->lock);
}

void cardea_control_remove(struct cardea_control *control, struct cardea_session *session)
{
	/* A reference of our own, so that the last one is not dropped under the lock. */
	cardea_session_get(session);
	g_mutex_lock(&control->lock);
	g_ptr_array_remove(control->handles, session);
	g_mutex_unlock(&control->lock);
	cardea_session_put(session);
}

static void broadcast(struct cardea_control *control, json_t *event)
{
	g_mutex_lock(&control->lock);
	GPtrArray *handles = g_ptr_array_new_full(control->handles->len, handle_put);
	for (unsigned i = 0; i < control->handles->len; i++)
		g_ptr_array_add(handles, cardea_session_get(g_ptr_array_index(control->handles, i)));
	g_mutex_unlock(&control->lock);
	for (unsigned i = 0; i < handles->len; i++) {
		struct cardea_session *session = g_ptr_array_index(handles, i);
		cardea_core_push(session->handle, NULL, event, NULL);
	}
	g_ptr_array_unref(handles);
}

static json_t *make_event(struct cardea_room *room, const char *event, json_t *fields)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "cardea", "control",
	                           "event", event, "node", cardea_node_name(room->node), "boot",
	                           cardea_node_boot(room->node), "room", room->id, "epoch",
	                           (json_int_t)atomic_load(&room->epoch), "seq",
	                           (json_int_t)cardea_outbox_seq(room->outbox), "at",
	                           (json_int_t)cardea_clock_wall_ms(&cardea_clock_system));
	if (fields)
		json_object_update_new(object, fields);
	return object;
}

json_t *cardea_control_unkept(struct cardea_room *room, const char *event, json_t *fields)
{
	return make_event(room, event, fields);
}

void cardea_control_report(struct cardea_room *room, const char *event, json_t *fields)
{
	struct cardea_control *control = cardea_node_control(room->node);
	json_t *object = make_event(room, event, fields);
	bool kept = cardea_outbox_append(room->outbox, object);
	broadcast(control, object);
	json_decref(object);
	if (kept)
		return;
	json_t *resync = cardea_control_unkept(room, "resync", NULL);
	broadcast(control, resync);
	json_decref(resync);
}
