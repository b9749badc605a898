/* echo_cable: see echo_cable.h. */
#include "echo_cable.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <jansson.h>

#include "cardea_json.h"
#include "net/cable.h"
#include "net/http.h"
#include "net/ws.h"

#define KEY          "secret"
#define TOKEN_PREFIX "anycable-token."

static struct cardea_cables *cables;
static GHashTable *open_cables; /* set of struct cardea_cable */
static unsigned closed, unsubscribed;

/* ---- what a socket may and does ---- */

static bool on_subscribe(struct cardea_cable *cable, const char *channel, const json_t *params,
                         void *arg)
{
	bool is_user = GPOINTER_TO_INT(arg);

	(void)cable;
	return strcmp(channel, "RoomChannel") == 0 ? !json_object_get(params, "forbidden")
	                                           : is_user && strcmp(channel, "UserChannel") == 0;
}

static void on_subscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	static const char text[] = "{\"type\":\"subscribed\"}";

	(void)arg;
	cardea_cable_send(cable, channel, text, sizeof(text) - 1);
}

static void on_unsubscribed(struct cardea_cable *cable, const char *channel, void *arg)
{
	(void)cable;
	(void)channel;
	(void)arg;
	unsubscribed++;
}

/* Returns how many sockets it went to. */
static unsigned say(const char *channel, const char *text, size_t len)
{
	GHashTableIter iter;
	gpointer cable;
	unsigned sent = 0;

	g_hash_table_iter_init(&iter, open_cables);
	while (g_hash_table_iter_next(&iter, &cable, NULL))
		if (cardea_cable_has(cable, channel) && cardea_cable_send(cable, channel, text, len) == 0)
			sent++;
	return sent;
}

static void on_perform(struct cardea_cable *cable, const char *channel, const json_t *data,
                       void *arg)
{
	const char *action = cardea_json_string(data, "action", "");

	(void)arg;
	if (strcmp(action, "say") == 0) {
		char *text = cardea_json_dump(data);
		g_autofree char *event = g_strdup_printf("{\"type\":\"said\",\"data\":%s}", text);

		free(text);
		say(channel, event, strlen(event));
	} else if (strcmp(action, "end") == 0) {
		cardea_cable_end(cable, cardea_json_string(data, "reason", "remote"),
		                 cardea_json_boolean(data, "reconnect", false));
	}
}

static void on_closed(struct cardea_cable *cable, void *arg)
{
	(void)arg;
	g_hash_table_remove(open_cables, cable);
	closed++;
}

/* ---- who may come in ---- */

static bool is_key(const char *text)
{
	return g_strcmp0(text, KEY) == 0;
}

/* The key's entry among the offered subprotocols, or NULL; freed with g_free. */
static char *offered_key(struct cardea_http_request *request)
{
	g_auto(GStrv) entries = cardea_ws_offered(request);

	for (size_t i = 0; entries[i]; i++)
		if (is_key(entries[i]) || (g_str_has_prefix(entries[i], TOKEN_PREFIX) &&
		                           is_key(entries[i] + strlen(TOKEN_PREFIX))))
			return g_strdup(entries[i]);
	return NULL;
}

static void open_cable(struct cardea_http_request *request)
{
	static const struct cardea_cable_callbacks callbacks = {on_subscribe, on_subscribed,
	                                                        on_unsubscribed, on_perform, on_closed};
	g_autofree char *user = cardea_http_query_value(request, "access_key");
	g_autofree char *api_key = cardea_http_query_value(request, "api_key");
	g_autofree char *entry = offered_key(request);
	bool is_user = g_strcmp0(user, "user") == 0;
	struct cardea_cable *cable;

	if (!is_user && !entry && !is_key(api_key) &&
	    !is_key(cardea_http_header(request, "authorization")))
		cardea_cable_refuse(request, entry);
	else if (cardea_cable_accept(cables, request, entry, &callbacks, GINT_TO_POINTER(is_user),
	                             &cable) == 0)
		g_hash_table_add(open_cables, cable);
	else
		cardea_ws_reply_no_upgrade(request);
}

/* ---- the other paths ---- */

static void reply(struct cardea_http_request *request, const char *text)
{
	cardea_http_reply(request, 200, "application/json", text, strlen(text));
}

static void say_body(struct cardea_http_request *request)
{
	g_autofree char *channel = cardea_http_query_value(request, "channel");
	size_t len;
	const char *body = cardea_http_body(request, &len);
	g_autofree char *text = NULL;

	text = g_strdup_printf("{\"sent\":%u}", say(channel ? channel : "", body, len));
	reply(request, text);
}

static void end_all(struct cardea_http_request *request)
{
	g_autofree char *reason = cardea_http_query_value(request, "reason");
	g_autofree char *reconnect = cardea_http_query_value(request, "reconnect");

	cardea_cables_end(cables, reason ? reason : "remote", reconnect != NULL);
	reply(request, "{}");
}

static void count(struct cardea_http_request *request)
{
	g_autofree char *text = g_strdup_printf("{\"open\":%u,\"closed\":%u,\"unsubscribed\":%u}",
	                                        g_hash_table_size(open_cables), closed, unsubscribed);

	reply(request, text);
}

bool echo_cable_answer(struct cardea_http_request *request)
{
	static const struct {
		const char *path;
		void (*answer)(struct cardea_http_request *request);
	} routes[] = {{"/rt", open_cable},
	              {"/cable/say", say_body},
	              {"/cable/end", end_all},
	              {"/cable", count}};

	for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
		if (strcmp(cardea_http_path(request), routes[i].path) == 0) {
			routes[i].answer(request);
			return true;
		}
	}
	return false;
}

void echo_cable_start(struct cardea_loop *loop)
{
	cables = cardea_cables_new(loop);
	open_cables = g_hash_table_new(NULL, NULL);
}

void echo_cable_stop(void)
{
	g_hash_table_destroy(open_cables);
	cardea_cables_free(cables);
}
