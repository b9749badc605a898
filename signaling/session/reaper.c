/*
 * reaper: each entry is in the table from the loss of its session until that is claimed or gone. An
 * entry with a request under way is not freed before the answer, so answers may point to it.
 */
#include "session/reaper.h"

#include <inttypes.h>
#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "domain/domain.h"
#include "media/node_pool.h"
#include "net/loop.h"

#define DESTROY_MS 5000
#define RETRY_MS   5000

struct cardea_reaper {
	struct cardea_loop *loop;
	struct cardea_node_pool *pool;
	struct cardea_domain *domain;
	GHashTable *entries; /* key -> struct entry */
};

struct entry {
	struct cardea_reaper *reaper; /* NULL: freed while a request was under way */
	char *node;
	uint64_t session;
	struct cardea_timer *timer;
	bool is_busy; /* a request is under way: past the point of return */
};

char *cardea_session_key(const char *node, uint64_t session)
{
	return g_strdup_printf("%s/%" PRIu64, node, session);
}

static void entry_free(struct entry *entry)
{
	cardea_timer_free(entry->timer);
	g_free(entry->node);
	g_free(entry);
}

static void entry_remove(struct entry *entry)
{
	g_autofree char *key = cardea_session_key(entry->node, entry->session);

	g_hash_table_remove(entry->reaper->entries, key);
	entry_free(entry);
}

static void forgotten(int err, void *arg)
{
	struct entry *entry = arg;

	entry->is_busy = false;
	if (!entry->reaper) {
		entry_free(entry);
	} else if (err && err != CARDEA_E_NOT_FOUND) {
		cardea_timer_start(entry->timer, RETRY_MS);
	} else {
		entry_remove(entry);
	}
}

/* Janus has answered, so it runs and the session is not there any more, destroyed now or before. */
static void destroyed(int err, const json_t *answer, void *arg)
{
	struct entry *entry = arg;

	(void)answer;
	if (!entry->reaper) {
		entry_free(entry);
		return;
	}
	if (err == 0 || err == CARDEA_E_INVALID) {
		err = cardea_domain_media_gone(entry->reaper->domain, entry->node, entry->session,
		                               forgotten, entry);
		if (!err) {
			return;
		}
	}
	entry->is_busy = false;
	cardea_timer_start(entry->timer, RETRY_MS);
}

static void destroy(void *arg)
{
	struct entry *entry = arg;
	json_t *request =
	        json_pack("{s:s, s:I}", "janus", "destroy", "session_id", (json_int_t)entry->session);

	if (cardea_node_pool_janus(entry->reaper->pool, entry->node, request, DESTROY_MS, destroyed,
	                           entry)) {
		cardea_timer_start(entry->timer, RETRY_MS); /* the node is away */
		return;
	}
	entry->is_busy = true;
}

struct cardea_reaper *cardea_reaper_new(struct cardea_loop *loop, struct cardea_node_pool *pool,
                                        struct cardea_domain *domain)
{
	struct cardea_reaper *reaper = g_new0(struct cardea_reaper, 1);

	reaper->loop = loop;
	reaper->pool = pool;
	reaper->domain = domain;
	reaper->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return reaper;
}

void cardea_reaper_lost(struct cardea_reaper *reaper, const char *node, uint64_t session,
                        int64_t delay_ms)
{
	char *key = cardea_session_key(node, session);
	struct entry *entry = g_hash_table_lookup(reaper->entries, key);

	if (entry) {
		g_free(key);
		return;
	}
	entry = g_new0(struct entry, 1);
	entry->reaper = reaper;
	entry->node = g_strdup(node);
	entry->session = session;
	entry->timer = cardea_timer_new(reaper->loop, destroy, entry);
	cardea_timer_start(entry->timer, delay_ms);
	g_hash_table_insert(reaper->entries, key, entry);
}

bool cardea_reaper_claimed(struct cardea_reaper *reaper, const char *node, uint64_t session)
{
	g_autofree char *key = cardea_session_key(node, session);
	struct entry *entry = g_hash_table_lookup(reaper->entries, key);

	if (!entry) {
		return true;
	}
	if (entry->is_busy) {
		return false;
	}
	entry_remove(entry);
	return true;
}

static void sweep_listed(int err, const struct cardea_media_session *list, size_t count, void *arg)
{
	struct cardea_reaper *reaper = arg;

	if (err) {
		cardea_log(CARDEA_LOG_ERROR, "tunnel", "event=sweep_failed error=%s",
		           cardea_error_code(err));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		cardea_reaper_lost(reaper, list[i].node, list[i].janus_session, CARDEA_REAPER_RESTART_MS);
	}
}

void cardea_reaper_sweep(struct cardea_reaper *reaper, const char *node)
{
	int err = cardea_domain_media_sessions(reaper->domain, node, sweep_listed, reaper);

	if (err) {
		sweep_listed(err, NULL, 0, reaper);
	}
}

static gboolean entry_release(gpointer key, gpointer value, gpointer data)
{
	struct entry *entry = value;

	(void)key;
	(void)data;
	if (entry->is_busy) {
		entry->reaper = NULL; /* its answer frees it */
	} else {
		entry_free(entry);
	}
	return TRUE;
}

void cardea_reaper_free(struct cardea_reaper *reaper)
{
	if (reaper) {
		g_hash_table_foreach_remove(reaper->entries, entry_release, NULL);
		g_hash_table_destroy(reaper->entries);
		g_free(reaper);
	}
}
