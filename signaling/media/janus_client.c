/*
 * janus_client: the socket, its transactions, and coming back.
 *
 * A WebSocket calls `closed` some time after it was told to close, so a client that is freed while
 * its socket lives becomes an orphan: it keeps quiet and goes with its socket.
 */
#include "media/janus_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_json.h"
#include "conf/log.h"
#include "net/loop.h"
#include "net/ws.h"

#define SUBPROTOCOL      "janus-protocol"
#define BACKOFF_MIN_MS   50
#define BACKOFF_MAX_MS   2000
#define PING_INTERVAL_MS 10000 /* facts/reliability 6 */
#define STABLE_US        (5 * G_USEC_PER_SEC)
#define TRANSACTION_SIZE 24

struct transaction {
	struct cardea_janus_client *client;
	char id[TRANSACTION_SIZE];
	enum cardea_janus_wait wait;
	struct cardea_timer *deadline;
	cardea_janus_answer_h answer;
	void *arg;
};

struct cardea_janus_client {
	struct cardea_loop *loop;
	char *path, *api_secret;
	struct cardea_janus_client_callbacks callbacks;
	void *arg;
	struct cardea_ws *ws;
	bool up, freed;
	unsigned attempt; /* since the last connection that lasted */
	gint64 up_since;
	uint64_t next_transaction;
	GHashTable *transactions; /* id -> struct transaction */
	struct cardea_timer *reconnect;
};

int64_t cardea_janus_backoff_ms(unsigned attempt, uint32_t random)
{
	int64_t ms = BACKOFF_MAX_MS;

	if (attempt < 6) {
		ms = MIN((int64_t)BACKOFF_MIN_MS << attempt, BACKOFF_MAX_MS);
	}
	return ms / 2 + random % (ms / 2 + 1);
}

static void transaction_free(void *data)
{
	struct transaction *transaction = data;

	cardea_timer_free(transaction->deadline);
	g_free(transaction);
}

/* Takes @transaction out before the call, because the handler may send the next request. */
static void finish(struct transaction *transaction, int err, const json_t *answer)
{
	cardea_janus_answer_h handler = transaction->answer;
	void *arg = transaction->arg;

	g_hash_table_remove(transaction->client->transactions, transaction->id);
	handler(err, answer, arg);
}

static void deadline_passed(void *arg)
{
	finish(arg, CARDEA_E_NODE_TIMEOUT, NULL);
}

static void fail_all(struct cardea_janus_client *client)
{
	GList *waiting = g_hash_table_get_values(client->transactions);

	for (GList *item = waiting; item; item = item->next) {
		finish(item->data, CARDEA_E_NO_NODE, NULL);
	}
	g_list_free(waiting);
}

static void connect_later(struct cardea_janus_client *client)
{
	uint32_t random = 0;

	cardea_random_kernel.fill(&random, sizeof(random), cardea_random_kernel.arg);
	cardea_timer_start(client->reconnect, cardea_janus_backoff_ms(client->attempt++, random));
}

static void client_destroy(struct cardea_janus_client *client)
{
	cardea_timer_free(client->reconnect);
	g_hash_table_destroy(client->transactions);
	g_free(client->path);
	g_free(client->api_secret);
	g_free(client);
}

static void on_open(struct cardea_ws *ws, void *arg)
{
	struct cardea_janus_client *client = arg;

	if (client->freed) {
		return;
	}
	client->up = true;
	client->up_since = g_get_monotonic_time();
	cardea_ws_keepalive(ws, PING_INTERVAL_MS, 2);
	client->callbacks.up(client->arg);
}

static bool ends(const struct transaction *transaction, const char *verb)
{
	if (transaction->wait == CARDEA_JANUS_FIRST) {
		return true;
	}
	return strcmp(verb, "ack") != 0;
}

static void dispatch(struct cardea_janus_client *client, const json_t *message)
{
	const char *id = cardea_json_string(message, "transaction", NULL);
	const char *verb = cardea_json_string(message, "janus", "");
	struct transaction *transaction = NULL;

	if (id) {
		transaction = g_hash_table_lookup(client->transactions, id);
	}
	if (transaction) {
		if (ends(transaction, verb)) {
			finish(transaction, strcmp(verb, "error") == 0 ? CARDEA_E_INVALID : 0, message);
		}
	} else if (!id) {
		client->callbacks.event(message, client->arg);
	} /* else: the answer came after its deadline */
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	struct cardea_janus_client *client = arg;
	json_t *message;
	int err;

	(void)ws;
	if (client->freed) {
		return;
	}
	err = cardea_json_parse_object(text, len, &message);
	if (err) {
		cardea_log(CARDEA_LOG_ERROR, "janus", "event=bad_message error=%s", cardea_error_code(err));
		return;
	}
	dispatch(client, message);
	json_decref(message);
}

static void on_closed(struct cardea_ws *ws, int code, void *arg)
{
	struct cardea_janus_client *client = arg;
	bool was_up = client->up;

	(void)ws;
	client->ws = NULL;
	client->up = false;
	if (was_up && g_get_monotonic_time() - client->up_since > STABLE_US) {
		client->attempt = 0;
	}
	if (client->freed) {
		client_destroy(client);
		return;
	}
	connect_later(client);
	fail_all(client);
	if (was_up) {
		cardea_log(CARDEA_LOG_WARNING, "janus", "event=connection_lost code=%d", code);
		client->callbacks.down(client->arg);
	}
}

static const struct cardea_ws_callbacks ws_callbacks = {
        .open = on_open,
        .message = on_message,
        .closed = on_closed,
};

static void connect_now(void *arg)
{
	struct cardea_janus_client *client = arg;
	int err;

	if (client->ws) {
		return;
	}
	err = cardea_ws_connect_unix(client->loop, client->path, SUBPROTOCOL, &ws_callbacks, client,
	                             &client->ws);
	if (err) {
		client->ws = NULL;
		connect_later(client);
	}
}

int cardea_janus_client_new(const struct cardea_janus_client_options *options,
                            const struct cardea_janus_client_callbacks *callbacks, void *arg,
                            struct cardea_janus_client **out)
{
	struct cardea_janus_client *client = g_new0(struct cardea_janus_client, 1);

	client->loop = options->loop;
	client->path = g_strdup(options->path);
	client->api_secret = g_strdup(options->api_secret);
	client->callbacks = *callbacks;
	client->arg = arg;
	client->transactions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, transaction_free);
	client->reconnect = cardea_timer_new(options->loop, connect_now, client);
	if (!client->reconnect) {
		client_destroy(client);
		return CARDEA_E_NO_MEMORY;
	}
	*out = client;
	return 0;
}

void cardea_janus_client_start(struct cardea_janus_client *client)
{
	connect_now(client);
}

void cardea_janus_client_drop(struct cardea_janus_client *client)
{
	if (client->ws) {
		cardea_ws_close(client->ws, 1001, "peer does not answer");
	}
}

bool cardea_janus_client_is_up(const struct cardea_janus_client *client)
{
	return client->up;
}

static int send_json(struct cardea_janus_client *client, const json_t *request)
{
	char *text = cardea_json_dump(request);
	int err;

	if (!text) {
		return CARDEA_E_NO_MEMORY;
	}
	err = cardea_ws_send(client->ws, text, strlen(text));
	free(text);
	return err;
}

static struct transaction *transaction_new(struct cardea_janus_client *client,
                                           enum cardea_janus_wait wait,
                                           cardea_janus_answer_h answer, void *arg)
{
	struct transaction *transaction = g_new0(struct transaction, 1);

	transaction->client = client;
	transaction->wait = wait;
	transaction->answer = answer;
	transaction->arg = arg;
	g_snprintf(transaction->id, sizeof(transaction->id), "%" PRIu64, ++client->next_transaction);
	transaction->deadline = cardea_timer_new(client->loop, deadline_passed, transaction);
	return transaction;
}

int cardea_janus_client_request(struct cardea_janus_client *client, json_t *request,
                                enum cardea_janus_wait wait, int64_t deadline_ms,
                                cardea_janus_answer_h answer, void *arg)
{
	struct transaction *transaction;
	int err;

	if (!client->up) {
		json_decref(request);
		return CARDEA_E_NO_NODE;
	}
	transaction = transaction_new(client, wait, answer, arg);
	json_object_set_new(request, "transaction", json_string(transaction->id));
	if (client->api_secret) {
		json_object_set_new(request, "apisecret", json_string(client->api_secret));
	}
	err = send_json(client, request);
	json_decref(request);
	if (err) {
		transaction_free(transaction);
		return err;
	}
	g_hash_table_insert(client->transactions, transaction->id, transaction);
	cardea_timer_start(transaction->deadline, deadline_ms);
	return 0;
}

void cardea_janus_client_free(struct cardea_janus_client *client)
{
	if (!client) {
		return;
	}
	client->up = false;
	fail_all(client);
	client->freed = true;
	cardea_timer_stop(client->reconnect);
	if (client->ws) {
		cardea_ws_close(client->ws, 1001, "gateway stops");
	} else {
		client_destroy(client);
	}
}
