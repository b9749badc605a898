#include "media/room_link.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "conf/log.h"
#include "media/node_event.h"
#include "net/loop.h"

#define ACK_BATCH 64
#define RETRY_MS  500

struct request {
	json_t *body;
	GSList *waiters;
};

struct waiter {
	struct request *request;
	void (*done)(int err, void *arg);
	void *arg;
	struct cardea_timer *deadline;
};

/* What the control connection is asked at the moment. */
enum asking {
	ASKING_NOTHING,
	ASKING_REQUEST, /* the head of `requests` */
	ASKING_SYNC,
	ASKING_ACK,
};

struct cardea_room_link {
	struct cardea_room_link_options options;
	unsigned refs; /* one of the owner, one of each callback under way */
	bool closed;
	char room[CARDEA_MAX_ID + 1];
	GQueue requests;
	enum asking asking;
	int64_t asked_ack;

	GQueue events;    /* json_t, numbers ingested + 1 ... received, or a snapshot */
	int64_t ingested; /* in the log */
	int64_t received; /* last one in `events`, else ingested */
	int64_t acked;
	bool committing, need_sync;
	struct cardea_timer *retry;
};

static void pump(struct cardea_room_link *link);

static struct cardea_room_link *link_ref(struct cardea_room_link *link)
{
	link->refs++;
	return link;
}

static void link_unref(struct cardea_room_link *link)
{
	if (--link->refs == 0) {
		cardea_timer_free(link->retry);
		g_free(link);
	}
}

/* ---- requests ---- */

static void waiter_finish(struct waiter *waiter, int err)
{
	waiter->request->waiters = g_slist_remove(waiter->request->waiters, waiter);
	cardea_timer_free(waiter->deadline);
	waiter->done(err, waiter->arg);
	g_free(waiter);
}

static void waiter_timeout(void *arg)
{
	waiter_finish(arg, CARDEA_E_NODE_TIMEOUT);
}

static void waiter_add(struct cardea_room_link *link, struct request *request, int64_t deadline_ms,
                       void (*done)(int err, void *arg), void *arg)
{
	struct waiter *waiter = g_new0(struct waiter, 1);

	waiter->request = request;
	waiter->done = done;
	waiter->arg = arg;
	waiter->deadline = cardea_timer_new(link->options.loop, waiter_timeout, waiter);
	cardea_timer_start(waiter->deadline, deadline_ms);
	request->waiters = g_slist_append(request->waiters, waiter);
}

static void request_finish(struct request *request, int err)
{
	while (request->waiters) {
		waiter_finish(request->waiters->data, err);
	}
	json_decref(request->body);
	g_free(request);
}

void cardea_room_link_request(struct cardea_room_link *link, json_t *request, int64_t deadline_ms,
                              void (*done)(int err, void *arg), void *arg)
{
	struct request *last = g_queue_peek_tail(&link->requests);

	if (last && json_equal(last->body, request)) {
		json_decref(request);
	} else {
		last = g_new0(struct request, 1);
		last->body = request;
		g_queue_push_tail(&link->requests, last);
	}
	waiter_add(link, last, deadline_ms, done, arg);
	pump(link);
}

/* ---- events ---- */

static void drop_events(struct cardea_room_link *link)
{
	g_queue_clear_full(&link->events, (GDestroyNotify)json_decref);
	link->received = link->ingested;
}

/* The log and the node disagree about the numbers: read everything the node has, or its snapshot.
 */
static void start_over(struct cardea_room_link *link)
{
	link->ingested = 0;
	drop_events(link);
	link->need_sync = true;
}

static void event_done(struct cardea_room_link *link)
{
	json_t *data = g_queue_pop_head(&link->events);

	link->ingested = cardea_json_integer(data, "seq", link->ingested);
	link->received = MAX(link->received, link->ingested);
	json_decref(data);
}

static void committed(int err, void *arg)
{
	struct cardea_room_link *link = arg;

	link->committing = false;
	if (link->closed) {
		link_unref(link);
		return;
	}
	switch (err) {
	case CARDEA_E_STORE:
	case CARDEA_E_STORE_BUSY:
		cardea_timer_start(link->retry, RETRY_MS);
		break;
	case CARDEA_E_STORE_CONFLICT:
		cardea_log(CARDEA_LOG_WARNING, "control", "event=gap room=%s seq=%lld", link->room,
		           (long long)link->ingested + 1);
		start_over(link);
		cardea_timer_start(link->retry, RETRY_MS);
		break;
	default:
		if (err) { /* a room the log does not know: nothing to keep, but let the node forget it */
			cardea_log(CARDEA_LOG_WARNING, "control", "event=not_ingested room=%s error=%s",
			           link->room, cardea_error_code(err));
		}
		event_done(link);
		pump(link);
	}
	link_unref(link);
}

static void commit_next(struct cardea_room_link *link)
{
	struct cardea_parsed_event parsed;
	json_t *data;
	int err;

	while (!link->committing && (data = g_queue_peek_head(&link->events))) {
		err = cardea_node_event_parse(data, &parsed);
		if (err) {
			cardea_log(CARDEA_LOG_ERROR, "control", "event=bad_event room=%s error=%s", link->room,
			           cardea_error_code(err));
			event_done(link);
			continue;
		}
		link->committing = true;
		link_ref(link);
		err = cardea_domain_node_event(link->options.domain, &parsed.event, committed, link);
		cardea_node_event_clear(&parsed);
		if (err) {
			committed(CARDEA_E_STORE_BUSY, link);
			return;
		}
	}
}

static bool is_event(const json_t *data, const char *name)
{
	return strcmp(cardea_json_string(data, "event", ""), name) == 0;
}

/* The log is away for long: forget what comes, and ask for it when there is room again. */
static bool is_full(const struct cardea_room_link *link)
{
	return link->events.length >= CARDEA_MAX_ROOM_EVENTS;
}

void cardea_room_link_event(struct cardea_room_link *link, json_t *data)
{
	int64_t seq = cardea_json_integer(data, "seq", 0);

	if (is_event(data, "resync") || is_full(link)) {
		link->need_sync = true;
	} else if (is_event(data, "snapshot")) {
		g_queue_push_tail(&link->events, json_incref(data));
		link->received = seq;
	} else if (seq > link->received + 1) {
		link->need_sync = true;
	} else if (seq == link->received + 1) {
		g_queue_push_tail(&link->events, json_incref(data));
		link->received = seq;
	} /* else: known already */
	pump(link);
}

/* ---- one thing at a time ---- */

static void request_answered(struct cardea_room_link *link, int err, const json_t *data)
{
	struct request *request = g_queue_pop_head(&link->requests);

	/* The room had events before this gateway was connected. */
	if (!err && cardea_json_integer(data, "seq", 0) > link->received) {
		link->need_sync = true;
	}
	request_finish(request, err);
}

static void answered(int err, const json_t *data, void *arg)
{
	struct cardea_room_link *link = arg;
	enum asking asked = link->asking;

	link->asking = ASKING_NOTHING;
	if (!link->closed) {
		if (asked == ASKING_REQUEST) {
			request_answered(link, err, data);
		} else if (asked == ASKING_ACK && !err) {
			link->acked = MAX(link->acked, link->asked_ack);
		} else if (err) {
			link->need_sync = link->need_sync || asked == ASKING_SYNC;
			cardea_timer_start(link->retry, RETRY_MS);
			link_unref(link);
			return;
		}
		pump(link);
	}
	link_unref(link);
}

static bool wants_ack(const struct cardea_room_link *link)
{
	int64_t waiting = link->ingested - link->acked;

	return waiting > 0 && (link->events.length == 0 || waiting >= ACK_BATCH);
}

static json_t *next_message(struct cardea_room_link *link)
{
	struct request *request = g_queue_peek_head(&link->requests);

	if (request) {
		link->asking = ASKING_REQUEST;
		return json_copy(request->body);
	}
	if (link->need_sync && !is_full(link)) {
		link->asking = ASKING_SYNC;
		link->need_sync = false;
		return json_pack("{s:s, s:s, s:I}", "request", "sync", "room", link->room, "from",
		                 (json_int_t)link->received + 1);
	}
	if (wants_ack(link)) {
		link->asking = ASKING_ACK;
		link->asked_ack = link->ingested;
		return json_pack("{s:s, s:s, s:I}", "request", "ack", "room", link->room, "seq",
		                 (json_int_t)link->ingested);
	}
	return NULL;
}

static void pump(struct cardea_room_link *link)
{
	json_t *message;

	commit_next(link);
	if (link->closed || link->asking != ASKING_NOTHING) {
		return;
	}
	message = next_message(link);
	if (!message) {
		return;
	}
	link_ref(link);
	if (link->options.send(link->options.arg, message, answered, link)) {
		/* The connection is going down; cardea_room_link_close ends what waits. */
		link->asking = ASKING_NOTHING;
		link_unref(link);
	}
}

static void retry(void *arg)
{
	pump(arg);
}

struct cardea_room_link *cardea_room_link_new(const struct cardea_room_link_options *options,
                                              const char *room, int64_t ingested)
{
	struct cardea_room_link *link = g_new0(struct cardea_room_link, 1);

	link->options = *options;
	link->refs = 1;
	g_strlcpy(link->room, room, sizeof(link->room));
	g_queue_init(&link->requests);
	g_queue_init(&link->events);
	link->ingested = link->received = link->acked = ingested;
	link->retry = cardea_timer_new(options->loop, retry, link);
	return link;
}

void cardea_room_link_close(struct cardea_room_link *link)
{
	struct request *request;

	link->closed = true;
	cardea_timer_stop(link->retry);
	while ((request = g_queue_pop_head(&link->requests))) {
		request_finish(request, CARDEA_E_NO_NODE);
	}
	g_queue_clear_full(&link->events, (GDestroyNotify)json_decref);
	link_unref(link);
}
