#include "ctl/admin_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>
#include <glib.h>

#define TIMEOUT_S 30L

static size_t collect(char *data, size_t size, size_t count, void *arg)
{
	g_string_append_len(arg, data, (gssize)(size * count));
	return size * count;
}

static void set_up(CURL *curl, const char *socket, const char *method, const char *url)
{
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	/* Whatever the environment says: this goes to the socket. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
}

static long perform(CURL *curl, const char *socket, GString *text, json_t **answer)
{
	CURLcode result = curl_easy_perform(curl);
	long status = -1;

	if (result != CURLE_OK) {
		fprintf(stderr, "cardeactl: %s: %s\n", socket, curl_easy_strerror(result));
		return -1;
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	*answer = json_loadb(text->str, text->len, 0, NULL);
	return status;
}

long cardea_admin_call(const char *socket, const char *method, const char *path, const json_t *body,
                       json_t **answer)
{
	CURL *curl = curl_easy_init();
	char *content = body ? json_dumps(body, JSON_COMPACT) : NULL;
	g_autofree char *url = g_strconcat("http://localhost", path, NULL);
	GString *text = g_string_new(NULL);
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	long status = -1;

	*answer = NULL;
	if (curl) {
		set_up(curl, socket, method, url);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		if (content) {
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, content);
		}
		status = perform(curl, socket, text, answer);
		curl_easy_cleanup(curl);
	}
	if (content) {
		explicit_bzero(content, strlen(content));
	}
	free(content);
	curl_slist_free_all(headers);
	g_string_free(text, TRUE);
	return status;
}
