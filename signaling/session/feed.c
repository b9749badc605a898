/* feed: follows the event logs of rooms. */
#include "session/feed.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "net/loop.h"

#define RETRY_MS 200

struct cardea_feed {
	struct cardea_loop *loop;
	struct cardea_domain *domain;
	GHashTable *readers; /* room -> GSList of readers */
};

struct cardea_feed_reader {
	struct cardea_feed *feed; /* NULL: stopped, freed when its read has ended */
	char tenant[CARDEA_UUID_SIZE], room[CARDEA_UUID_SIZE];
	int64_t after;
	bool is_reading, is_behind; /* is_behind: the log has grown since the read began */
	struct cardea_timer *retry;
	void (*part)(const struct cardea_log_part *part, void *arg);
	void *arg;
};

static void read_on(struct cardea_feed_reader *reader);

static void free_reader(struct cardea_feed_reader *reader)
{
	cardea_timer_free(reader->retry);
	g_free(reader);
}

static void part_read(int err, const struct cardea_log_part *part, void *arg)
{
	struct cardea_feed_reader *reader = arg;

	reader->is_reading = false;
	if (reader->feed && !err) {
		reader->after = part->last;
		reader->is_behind = reader->is_behind || part->has_more;
		reader->is_reading = true; /* a stop from the handler must not free it here */
		reader->part(part, reader->arg);
		reader->is_reading = false;
	}
	if (!reader->feed) {
		free_reader(reader);
	} else if (err) {
		cardea_log(CARDEA_LOG_WARNING, "feed", "event=read_failed room=%s error=%s", reader->room,
		           cardea_error_code(err));
		cardea_timer_start(reader->retry, RETRY_MS);
	} else if (reader->is_behind) {
		read_on(reader);
	}
}

static void read_on(struct cardea_feed_reader *reader)
{
	int err;

	if (reader->is_reading) {
		reader->is_behind = true;
		return;
	}
	reader->is_behind = false;
	reader->is_reading = true;
	err = cardea_domain_log_read(reader->feed->domain, reader->tenant, reader->room, reader->after,
	                             part_read, reader);
	if (err) {
		reader->is_reading = false;
		cardea_timer_start(reader->retry, RETRY_MS);
	}
}

static void retry(void *arg)
{
	read_on(arg);
}

void cardea_feed_wake(struct cardea_feed *feed, const char *room)
{
	GSList *readers = feed ? g_hash_table_lookup(feed->readers, room) : NULL;

	for (GSList *item = readers; item; item = item->next) {
		read_on(item->data);
	}
}

struct cardea_feed_reader *
cardea_feed_follow(struct cardea_feed *feed, const char *tenant, const char *room, int64_t after,
                   void (*part)(const struct cardea_log_part *part, void *arg), void *arg)
{
	struct cardea_feed_reader *reader = g_new0(struct cardea_feed_reader, 1);
	GSList *others = g_hash_table_lookup(feed->readers, room);

	reader->feed = feed;
	g_strlcpy(reader->tenant, tenant, sizeof(reader->tenant));
	g_strlcpy(reader->room, room, sizeof(reader->room));
	reader->after = after;
	reader->part = part;
	reader->arg = arg;
	reader->retry = cardea_timer_new(feed->loop, retry, reader);
	g_hash_table_insert(feed->readers, g_strdup(room), g_slist_prepend(others, reader));
	read_on(reader); /* what came between its number and now */
	return reader;
}

void cardea_feed_stop(struct cardea_feed_reader *reader)
{
	GHashTable *readers = reader->feed->readers;
	GSList *others = g_slist_remove(g_hash_table_lookup(readers, reader->room), reader);

	if (others) {
		g_hash_table_insert(readers, g_strdup(reader->room), others);
	} else {
		g_hash_table_remove(readers, reader->room);
	}
	reader->feed = NULL;
	cardea_timer_stop(reader->retry);
	if (!reader->is_reading) {
		free_reader(reader);
	}
}

struct cardea_feed *cardea_feed_new(struct cardea_loop *loop, struct cardea_domain *domain)
{
	struct cardea_feed *feed = g_new0(struct cardea_feed, 1);

	feed->loop = loop;
	feed->domain = domain;
	feed->readers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return feed;
}

void cardea_feed_free(struct cardea_feed *feed)
{
	GHashTableIter iter;
	gpointer readers;

	if (!feed) {
		return;
	}
	g_hash_table_iter_init(&iter, feed->readers);
	while (g_hash_table_iter_next(&iter, NULL, &readers)) {
		g_slist_free_full(readers, (GDestroyNotify)free_reader);
	}
	g_hash_table_destroy(feed->readers);
	g_free(feed);
}
