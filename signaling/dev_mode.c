#include "dev_mode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <jansson.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "worker.h"

#define ROOM_NAME "demo"
#define HOST_NAME "Host"

struct cardea_dev_mode {
	const struct cardea_worker_options *options;
	struct cardea_domain *domain;
	bool is_started, is_complete;
	pid_t janus, turn;
	char *api_key, *api_key_id, *api_secret, *client_id, *client_secret, *host_link, *guest_link;
};

static void failed(struct cardea_dev_mode *dev, int err, const char *what)
{
	cardea_log(CARDEA_LOG_ERROR, "dev", "event=failed what=%s error=%s", what,
	           cardea_error_code(err));
	dev->is_started = false; /* again when the node is ready the next time */
}

static json_t *file_object(const struct cardea_dev_mode *dev)
{
	const struct cardea_worker_options *options = dev->options;
	json_t *pids = json_pack("{s:i, s:i, s:i, s:i}", "supervisor", (int)getppid(), "gateway",
	                         (int)getpid(), "janus", (int)dev->janus, "turn", (int)dev->turn);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:o}", "url",
	                 options->dev_url, "api_key", dev->api_key, "api_key_id", dev->api_key_id,
	                 "api_secret", dev->api_secret, "client_id", dev->client_id, "client_secret",
	                 dev->client_secret, "host_link", dev->host_link, "guest_link", dev->guest_link,
	                 "admin_socket", options->admin_socket, "janus_admin_socket",
	                 options->janus_admin_socket, "pids", pids);
}

static void write_file(struct cardea_dev_mode *dev)
{
	json_t *object = file_object(dev);
	char *text = json_dumps(object, JSON_INDENT(2));
	GError *error = NULL;

	json_decref(object);
	/* With its secrets: never readable by others, never half-written. */
	if (!text || !g_file_set_contents_full(dev->options->dev_json_path, text, -1,
	                                       G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error)) {
		cardea_log(CARDEA_LOG_ERROR, "dev", "event=cannot_write_file");
		g_clear_error(&error);
	}
	free(text);
}

/* True if an earlier worker of this supervisor has printed the links already. */
static bool is_printed(const struct cardea_dev_mode *dev)
{
	g_autofree char *text = NULL;
	gsize len;
	json_t *json;
	bool printed;

	if (!g_file_get_contents(dev->options->dev_json_path, &text, &len, NULL) ||
	    cardea_json_parse_object(text, len, &json)) {
		return false;
	}
	printed = cardea_json_integer(json_object_get(json, "pids"), "supervisor", 0) == getppid();
	json_decref(json);
	return printed;
}

static void print_links(const struct cardea_dev_mode *dev)
{
	printf("\n"
	       "  host link    %s\n"
	       "  guest link   %s\n"
	       "  API key      %s\n"
	       "  its id       %s\n"
	       "  OAuth client %s %s\n\n"
	       "  curl -X POST %s/api/v1/rooms -H 'X-API-Key: %s' -d '{\"name\":\"first\"}'\n\n",
	       dev->host_link, dev->guest_link, dev->api_key, dev->api_key_id, dev->client_id,
	       dev->client_secret, dev->options->dev_url, dev->api_key);
	fflush(stdout);
}

static void links_made(int err, const struct cardea_links *links, void *arg)
{
	struct cardea_dev_mode *dev = arg;
	bool printed;

	if (err) {
		failed(dev, err, "links");
		return;
	}
	dev->host_link = g_strdup_printf("%s/?%s", dev->options->dev_url, links->host_key);
	dev->guest_link = g_strdup_printf("%s/?guest=%s", dev->options->dev_url, links->guest_token);
	dev->is_complete = true;
	printed = is_printed(dev);
	write_file(dev);
	if (!printed) {
		print_links(dev);
	}
}

static void tenant_made(int err, const struct cardea_first_tenant *tenant, void *arg)
{
	struct cardea_dev_mode *dev = arg;

	if (!err) {
		g_free(dev->api_key);
		g_free(dev->api_key_id);
		g_free(dev->api_secret);
		g_free(dev->client_id);
		g_free(dev->client_secret);
		dev->api_key = g_strdup(tenant->api_key);
		dev->api_key_id = g_strdup(tenant->api_key_id);
		dev->api_secret = g_strdup(tenant->api_secret);
		dev->client_id = g_strdup(tenant->client_id);
		dev->client_secret = g_strdup(tenant->client_secret);
		err = cardea_domain_links(dev->domain, ROOM_NAME, HOST_NAME, links_made, dev);
	}
	if (err) {
		failed(dev, err, "tenant");
	}
}

struct cardea_dev_mode *cardea_dev_mode_new(const struct cardea_worker_options *options,
                                            struct cardea_domain *domain)
{
	struct cardea_dev_mode *dev = g_new0(struct cardea_dev_mode, 1);

	dev->options = options;
	dev->domain = domain;
	return dev;
}

void cardea_dev_mode_ready(struct cardea_dev_mode *dev)
{
	int err;

	if (dev->is_started) {
		return;
	}
	dev->is_started = true;
	err = cardea_domain_first_tenant(dev->domain, tenant_made, dev);
	if (err) {
		failed(dev, err, "tenant");
	}
}

void cardea_dev_mode_child(struct cardea_dev_mode *dev, const char *name, pid_t pid)
{
	if (strcmp(name, "janus") == 0) {
		dev->janus = pid;
	} else if (strcmp(name, "turn") == 0) {
		dev->turn = pid;
	} else {
		return;
	}
	if (dev->is_complete) {
		write_file(dev);
	}
}

void cardea_dev_mode_free(struct cardea_dev_mode *dev)
{
	if (dev) {
		g_free(dev->api_key);
		g_free(dev->api_key_id);
		g_free(dev->api_secret);
		g_free(dev->client_id);
		g_free(dev->client_secret);
		g_free(dev->host_link);
		g_free(dev->guest_link);
		g_free(dev);
	}
}
