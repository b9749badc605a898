/* public_address: discovery by STUN, and the file it is kept in. */
#include "config.h"
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "conf/own_addresses.h"
#include "conf/public_address.h"
#include "conf/stun.h"

#define FILE_NAME  "public-address"
#define TIMEOUT_MS 3000

static bool is_auto(const struct cardea_conf *conf)
{
	return strcmp(conf->public_address, "auto") == 0;
}

static bool is_own(const char *address)
{
	g_auto(GStrv) own = cardea_own_addresses(true);

	return own != NULL && g_strv_contains((const char *const *)own, address);
}

/* What to tell instead of our own addresses; "" for nothing. */
static char *discover(const struct cardea_conf *conf)
{
	const char *url = conf->stun_urls[0];
	char safe[CARDEA_LOG_SAFE_SIZE];
	char *found = NULL;
	int err = cardea_stun_ask(url, TIMEOUT_MS, &found);

	if (err != 0) {
		cardea_log(CARDEA_LOG_ERROR, "conf",
		           "event=public_address_unknown server=%s error=\"%s\" "
		           "consequence=\"clients are told this machine's own addresses\"",
		           cardea_log_safe(url, safe), cardea_error_text(err));
		return g_strdup("");
	}
	cardea_log(CARDEA_LOG_INFO, "conf", "event=public_address address=%s nat=%s", found,
	           is_own(found) ? "no" : "yes");
	if (is_own(found)) {
		g_free(found);
		return g_strdup("");
	}
	return found;
}

int cardea_public_address_find(struct cardea_conf *conf)
{
	g_autofree char *path = cardea_conf_path(conf, FILE_NAME);
	g_autofree char *found = NULL;

	if (!is_auto(conf)) {
		return 0;
	}
	found = discover(conf);
	(void)cardea_conf_set(conf, "media.public_address", found, NULL); /* a string: cannot fail */
	return cardea_file_replace(path, found, strlen(found), 0600);
}

void cardea_public_address_take(struct cardea_conf *conf)
{
	g_autofree char *path = cardea_conf_path(conf, FILE_NAME);
	g_autofree char *text = NULL;
	size_t len;

	if (is_auto(conf)) {
		bool known = cardea_file_read(path, INET6_ADDRSTRLEN, &text, &len) == 0;

		(void)cardea_conf_set(conf, "media.public_address", known ? text : "", NULL);
	}
}
