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

#define DESTROY_MS   5000
#define RETRY_MS     5000 /* the first time; then doubling */
#define MAX_RETRY_MS 60000

#define JANUS_SESSION_NOT_FOUND 458

struct cardea_reaper {
	struct cardea_loop *loop;
	struct cardea_node_pool *pool;
	struct cardea_domain *domain;
	GHashTable *entries; /* key -> struct entry */
	struct cardea_reaper_holder holder;
	struct sweep *sweep; /* NULL once it is done */
};

struct entry {
	struct cardea_reaper *reaper; /* NULL: freed while a request was under way */
	char *node;
	uint64_t session;
	struct cardea_timer *timer;
	unsigned retries;
	bool is_busy; /* a request is under way: past the point of return */
};

/* The look for sessions on record; it too outlives the reaper until its answer is there. */
struct sweep {
	struct cardea_reaper *reaper; /* NULL: freed while the domain was asked */
	char *node;
	struct cardea_timer *timer;
	unsigned retries;
	bool is_busy;
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

static int64_t retry_ms(unsigned *retries)
{
	int64_t delay = (int64_t)RETRY_MS << MIN(*retries, 8);

	++*retries;
	return MIN(delay, MAX_RETRY_MS);
}

static void retry(struct entry *entry)
{
	entry->is_busy = false;
	cardea_timer_start(entry->timer, retry_ms(&entry->retries));
}

static void tell_gone(const struct entry *entry)
{
	const struct cardea_reaper_holder *holder = &entry->reaper->holder;
	g_autofree char *key = cardea_session_key(entry->node, entry->session);

	if (holder->gone) {
		holder->gone(key, holder->arg);
	}
}

static void forgotten(int err, void *arg)
{
	struct entry *entry = arg;

	if (!entry->reaper) {
		entry_free(entry);
	} else if (err && err != CARDEA_E_NOT_FOUND) {
		retry(entry);
	} else {
		tell_gone(entry);
		entry_remove(entry);
	}
}

/* True if Janus says that the session is not there any more, destroyed now or before. Any other
 * error (overload, a wrong secret) says nothing about the session. */
static bool is_gone(int err, const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");

	return err == 0 ||
	       (err == CARDEA_E_INVALID &&
	        json_integer_value(json_object_get(error, "code")) == JANUS_SESSION_NOT_FOUND);
}

static void destroyed(int err, const json_t *answer, void *arg)
{
	struct entry *entry = arg;

	if (!entry->reaper) {
		entry_free(entry);
	} else if (!is_gone(err, answer) ||
	           cardea_domain_media_gone(entry->reaper->domain, entry->node, entry->session,
	                                    forgotten, entry)) {
		retry(entry);
	}
}

static void destroy(void *arg)
{
	struct entry *entry = arg;
	json_t *request =
	        json_pack("{s:s, s:I}", "janus", "destroy", "session_id", (json_int_t)entry->session);

	if (cardea_node_pool_janus(entry->reaper->pool, entry->node, request, DESTROY_MS, destroyed,
	                           entry)) {
		retry(entry); /* the node is away */
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

static void sweep_free(struct sweep *sweep)
{
	cardea_timer_free(sweep->timer);
	g_free(sweep->node);
	g_free(sweep);
}

/* By the time of a later try browsers have claimed sessions, and made new ones. */
static bool is_held(const struct cardea_reaper *reaper, const struct cardea_media_session *session)
{
	const struct cardea_reaper_holder *holder = &reaper->holder;
	g_autofree char *key = cardea_session_key(session->node, session->janus_session);

	return holder->is_held && holder->is_held(key, holder->arg);
}

static void sweep_listed(int err, const struct cardea_media_session *list, size_t count, void *arg)
{
	struct sweep *sweep = arg;
	struct cardea_reaper *reaper = sweep->reaper;

	sweep->is_busy = false;
	if (reaper && err) {
		cardea_log(CARDEA_LOG_ERROR, "tunnel", "event=sweep_failed error=%s",
		           cardea_error_code(err));
		cardea_timer_start(sweep->timer, retry_ms(&sweep->retries));
		return;
	}
	for (size_t i = 0; reaper && i < count; i++) {
		if (!is_held(reaper, &list[i])) {
			cardea_reaper_lost(reaper, list[i].node, list[i].janus_session,
			                   CARDEA_REAPER_RESTART_MS);
		}
	}
	if (reaper) {
		reaper->sweep = NULL;
	}
	sweep_free(sweep);
}

static void sweep_run(void *arg)
{
	struct sweep *sweep = arg;
	int err;

	sweep->is_busy = true;
	err = cardea_domain_media_sessions(sweep->reaper->domain, sweep->node, sweep_listed, sweep);
	if (err) {
		sweep_listed(err, NULL, 0, sweep);
	}
}

void cardea_reaper_sweep(struct cardea_reaper *reaper, const char *node)
{
	struct sweep *sweep = g_new0(struct sweep, 1);

	sweep->reaper = reaper;
	sweep->node = g_strdup(node);
	sweep->timer = cardea_timer_new(reaper->loop, sweep_run, sweep);
	reaper->sweep = sweep;
	sweep_run(sweep);
}

void cardea_reaper_set_holder(struct cardea_reaper *reaper,
                              const struct cardea_reaper_holder *holder)
{
	reaper->holder = *holder;
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
		if (reaper->sweep && reaper->sweep->is_busy) {
			reaper->sweep->reaper = NULL; /* its answer frees it */
		} else if (reaper->sweep) {
			sweep_free(reaper->sweep);
		}
		g_hash_table_foreach_remove(reaper->entries, entry_release, NULL);
		g_hash_table_destroy(reaper->entries);
		g_free(reaper);
	}
}
