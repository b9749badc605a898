#include "routes.h"

/* The slots of one stale source, by layer. */
struct viewers {
	GPtrArray *layers[CARDEA_SOURCE_LAYERS];
};

static void viewers_free(void *data)
{
	struct viewers *viewers = data;
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		g_ptr_array_unref(viewers->layers[i]);
	g_free(viewers);
}

static struct viewers *viewers_new(void)
{
	struct viewers *viewers = g_new0(struct viewers, 1);
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		viewers->layers[i] = g_ptr_array_new();
	return viewers;
}

static void add_viewer(GHashTable *stale, const struct cardea_view *view, struct cardea_slot *slot)
{
	struct viewers *viewers = view->source ? g_hash_table_lookup(stale, view->source) : NULL;
	if (viewers)
		g_ptr_array_add(viewers->layers[view->layer], slot);
}

static void add_viewers(GHashTable *stale, struct cardea_session *receiver)
{
	for (unsigned i = 0; i < cardea_session_slots(receiver); i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		struct cardea_view shown, next;
		cardea_slot_views(slot, &shown, &next);
		add_viewer(stale, &shown, slot);
		add_viewer(stale, &next, slot);
	}
}

/* The sources whose slots have changed, with viewers that are still to be collected; NULL: none. */
static GHashTable *stale_sources(const struct cardea_room *room)
{
	GHashTable *stale = NULL;
	for (unsigned i = 0; i < room->sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (!source->route_stale)
			continue;
		if (!stale)
			stale = g_hash_table_new_full(NULL, NULL, NULL, viewers_free);
		g_hash_table_insert(stale, source, viewers_new());
	}
	return stale;
}

static void swap(struct cardea_source *source, const struct viewers *viewers)
{
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		cardea_source_route(source, i, (struct cardea_slot **)viewers->layers[i]->pdata,
		                    viewers->layers[i]->len);
	source->route_stale = false;
}

void cardea_routes_swap(struct cardea_room *room)
{
	GHashTable *stale = stale_sources(room);
	if (!stale)
		return;
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		add_viewers(stale, receiver);
	GHashTableIter iter;
	void *source, *viewers;
	g_hash_table_iter_init(&iter, stale);
	while (g_hash_table_iter_next(&iter, &source, &viewers))
		swap(source, viewers);
	g_hash_table_destroy(stale);
}
