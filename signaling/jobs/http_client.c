/* http_client: see http_client.h. */
#include "jobs/http_client.h"

#include <curl/curl.h>
#include <glib.h>
#include <sys/socket.h>

#include "cardea_error.h"
#include "net/address.h"
#include "net/fd_watch.h"
#include "net/loop.h"

#define TIMEOUT_MS         10000
#define CONNECT_TIMEOUT_MS 5000
/* An answer is thrown away; past this not even that is done. */
#define MAX_ANSWER         65536
/* Idle connections that are kept for the next request. */
#define MAX_IDLE           8

struct cardea_http_client {
	struct cardea_loop *loop;
	CURLM *multi;
	struct cardea_timer *timer;
	GQueue calls; /* struct cardea_http_call */
	bool allow_http, allow_private;
	char *ca_file;
	int64_t timeout_ms;
};

struct cardea_http_call {
	struct cardea_http_client *client;
	GList link; /* in client->calls */
	CURL *easy;
	struct curl_slist *headers;
	size_t received;
	bool refused; /* an address */
	bool cut_off; /* the answer */
	cardea_http_result_h done;
	void *arg;
};

/* ---- the end of a call ---- */

void cardea_http_call_cancel(struct cardea_http_call *call)
{
	struct cardea_http_client *client = call->client;

	curl_multi_remove_handle(client->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	g_queue_unlink(&client->calls, &call->link);
	g_free(call);
}

static int error_of(const struct cardea_http_call *call, CURLcode code)
{
	if (code == CURLE_OK || call->cut_off)
		return 0;
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
	    code == CURLE_LOGIN_DENIED)
		return CARDEA_E_INVALID;
	return call->refused && code == CURLE_COULDNT_CONNECT ? CARDEA_E_FORBIDDEN : CARDEA_E_SYSTEM;
}

static void finish(struct cardea_http_call *call, CURLcode code)
{
	struct cardea_http_result result = {
	        .err = error_of(call, code),
	        .why = curl_easy_strerror(code),
	};
	cardea_http_result_h done = call->done;
	void *arg = call->arg;
	long status = 0;

	if (!result.err)
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	result.status = (int)status;
	if (result.err == CARDEA_E_FORBIDDEN)
		result.why = "Address refused";
	cardea_http_call_cancel(call);
	done(&result, arg);
}

/* Handlers may add and cancel calls, so every message is looked for anew. */
static void finish_all(struct cardea_http_client *client)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		CURLcode code = message->data.result;
		char *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish((struct cardea_http_call *)(void *)call, code);
	}
}

/* ---- libcurl on the loop ---- */

static void act(struct cardea_http_client *client, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(client->multi, fd, events, &running);
	finish_all(client);
}

static void on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(int fd, unsigned ready, void *arg)
{
	act(arg, fd,
	    (ready & CARDEA_FD_READ ? CURL_CSELECT_IN : 0) |
	            (ready & CARDEA_FD_WRITE ? CURL_CSELECT_OUT : 0));
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct cardea_http_client *client = arg;

	(void)multi;
	if (ms < 0)
		cardea_timer_stop(client->timer);
	else
		cardea_timer_start(client->timer, ms);
	return 0;
}

static int set_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct cardea_http_client *client = arg;
	struct cardea_fd_watch *watch = known;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		cardea_fd_watch_free(watch);
		curl_multi_assign(client->multi, fd, NULL);
		return 0;
	}
	if (!watch) {
		watch = cardea_fd_watch_new(client->loop, fd, on_ready, client);
		curl_multi_assign(client->multi, fd, watch);
	}
	cardea_fd_watch_set(watch, (what & CURL_POLL_IN ? CARDEA_FD_READ : 0) |
	                                   (what & CURL_POLL_OUT ? CARDEA_FD_WRITE : 0));
	return 0;
}

/* ---- a call ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct cardea_http_call *call = arg;

	(void)purpose;
	if (!call->client->allow_private && !cardea_address_is_public(&address->addr)) {
		call->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t drop(char *data, size_t size, size_t count, void *arg)
{
	struct cardea_http_call *call = arg;

	(void)data;
	call->received += size * count;
	call->cut_off = call->received > MAX_ANSWER;
	return call->cut_off ? 0 : size * count;
}

/* False if libcurl lacks one of them; then nothing is sent. */
static bool set_limits(struct cardea_http_call *call)
{
	const struct cardea_http_client *client = call->client;
	CURL *easy = call->easy;
	int bad = 0;

	bad |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	                        client->allow_http ? "http,https" : "https");
	bad |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* not from the environment either */
	bad |= curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	bad |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	bad |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)client->timeout_ms);
	bad |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Else a call that ends while its name is being resolved waits for that, and so does the loop.
	 */
	bad |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	bad |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	bad |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	bad |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, drop);
	bad |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	if (client->ca_file)
		bad |= curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
	return !bad;
}

static bool add_header(struct cardea_http_call *call, const char *header)
{
	struct curl_slist *longer = curl_slist_append(call->headers, header);

	if (longer)
		call->headers = longer;
	return longer != NULL;
}

static bool set_request(struct cardea_http_call *call, const struct cardea_http_post *post)
{
	bool ok = add_header(call, "User-Agent: cardea");

	for (const char *const *header = post->headers; ok && *header; header++)
		ok = add_header(call, *header);
	return ok && !curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers) &&
	       !curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->len) &&
	       !curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS, post->body) &&
	       !curl_easy_setopt(call->easy, CURLOPT_URL, post->url) &&
	       !curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
}

int cardea_http_client_post(struct cardea_http_client *client, const struct cardea_http_post *post,
                            cardea_http_result_h done, void *arg, struct cardea_http_call **out)
{
	struct cardea_http_call *call = g_new0(struct cardea_http_call, 1);

	call->client = client;
	call->link.data = call;
	call->done = done;
	call->arg = arg;
	call->easy = curl_easy_init();
	g_queue_push_tail_link(&client->calls, &call->link);
	if (!call->easy || !set_limits(call) || !set_request(call, post) ||
	    curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
		cardea_http_call_cancel(call);
		return CARDEA_E_NO_MEMORY;
	}
	*out = call;
	return 0;
}

/* ---- the client ---- */

static bool set_multi(struct cardea_http_client *client)
{
	CURLM *multi = client->multi;

	return !curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_watch) &&
	       !curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) &&
	       !curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer) &&
	       !curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) &&
	       !curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MAX_IDLE);
}

int cardea_http_client_new(const struct cardea_http_client_options *options,
                           struct cardea_http_client **out)
{
	struct cardea_http_client *client;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return CARDEA_E_SYSTEM;
	if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS)) {
		curl_global_cleanup();
		return CARDEA_E_UNSUPPORTED;
	}
	client = g_new0(struct cardea_http_client, 1);
	client->loop = options->loop;
	client->allow_http = options->allow_http;
	client->allow_private = options->allow_private;
	client->ca_file = g_strdup(options->ca_file);
	client->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS;
	client->timer = cardea_timer_new(client->loop, on_timer, client);
	g_queue_init(&client->calls);
	client->multi = curl_multi_init();
	if (!client->multi || !set_multi(client)) {
		cardea_http_client_free(client);
		return CARDEA_E_NO_MEMORY;
	}
	*out = client;
	return 0;
}

void cardea_http_client_free(struct cardea_http_client *client)
{
	GList *item;

	if (!client)
		return;
	while ((item = client->calls.head))
		cardea_http_call_cancel(item->data);
	curl_multi_cleanup(client->multi);
	cardea_timer_free(client->timer);
	g_free(client->ca_file);
	g_free(client);
	curl_global_cleanup();
}
