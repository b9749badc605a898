/* worker_start: fills struct cardea_worker_options. */
#include "config.h"
#include <glib.h>
#include <string.h>
#include <sys/prctl.h>
#include "cardea_error.h"
#include "cardea_jwk.h"
#include "conf/keys.h"
#include "supervisor/listen.h"
#include "turn_start.h"
#include "worker.h"
#include "worker_start.h"

static int log_error(int err, char *error)
{
	cardea_log(CARDEA_LOG_ERROR, "worker", "event=cannot_start error=\"%s\"",
	           error != NULL ? error : cardea_error_text(err));
	g_free(error);
	return err;
}

static const char *or_null(const char *text)
{
	return *text != '\0' ? text : NULL;
}

static const char *const *list_or_null(char *const *list)
{
	return list[0] != NULL ? (const char *const *)list : NULL;
}

/* Where a person at this machine reaches us. */
static char *local_url(const struct cardea_conf *conf, int listen_fd)
{
	unsigned int port = cardea_listen_port(listen_fd);
	const char *host = conf->listen;

	if (*conf->public_url != '\0') {
		return g_strdup(conf->public_url);
	}
	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0) {
		host = "127.0.0.1";
	}
	return g_strdup_printf(strchr(host, ':') != NULL ? "http://[%s]:%u" : "http://%s:%u", host,
	                       port);
}

static void take_settings(const struct cardea_conf *conf, struct cardea_worker_options *options)
{
	options->janus_socket = conf->api_socket;
	options->janus_admin_socket = conf->admin_socket;
	options->pages_dir = conf->pages_dir;
	options->pages_policy = (struct cardea_static_policy){
	        .design_hosts = list_or_null(conf->design_hosts),
	        .embedders = list_or_null(conf->embed_origins),
	};
	options->gateway = conf->gateway;
	options->node = conf->node;
	options->issuer = conf->issuer;
	options->public_url = or_null(conf->public_url);
	options->allowed_origins = list_or_null(conf->allowed_origins);
	options->limits = (struct cardea_worker_limits){
	        .failures_per_second = conf->enter_failures_per_second,
	        .failures_burst = conf->enter_failures_burst,
	        .logins_per_minute = conf->login_failures_per_minute,
	        .logins_burst = conf->login_failures_burst,
	        .enters_per_second = conf->enter_per_second,
	        .enters_burst = conf->enter_burst,
	        .messages_per_second = conf->messages_per_second,
	        .messages_burst = conf->messages_burst,
	        .key_requests_per_second = conf->key_requests_per_second,
	        .key_requests_burst = conf->key_requests_burst,
	        .address_requests_per_second = conf->address_requests_per_second,
	        .address_requests_burst = conf->address_requests_burst,
	};
	options->webhooks = (struct cardea_http_client_options){
	        .allow_http = conf->webhooks_allow_http,
	        .allow_private = conf->webhooks_allow_private,
	        .ca_file = or_null(conf->webhooks_ca_file),
	};
	options->access_token_life_s = conf->access_life_s;
	options->refresh_token_life_s = conf->refresh_life_s;
	options->meetings = (struct cardea_worker_meetings){
	        .empty_timeout_s = conf->meeting_empty_timeout_s,
	        .turn_life_s = conf->meeting_turn_life_s,
	        .pages_url = or_null(conf->meeting_pages_url),
	};
	options->log_level = cardea_conf_log_level(conf);
}

/* Calls that need no relay are worth more than a worker that does not start. */
static void take_turn(const struct cardea_conf *conf, struct cardea_turn_clients *turn,
                      struct cardea_turn_secrets **held, struct cardea_worker_options *options)
{
	char *error = NULL;

	if (cardea_turn_start(conf, turn, held, &error) != 0) {
		cardea_log(CARDEA_LOG_ERROR, "worker", "event=no_turn error=\"%s\"", error);
		g_free(error);
		return;
	}
	options->ice = (struct cardea_ice_options){
	        .stun_urls = (const char *const *)turn->stun_urls,
	        .turn_urls = (const char *const *)turn->urls,
	        .turn_secrets = (const char *const *)turn->secrets,
	        .turn_ttl_s = conf->turn_life_s,
	};
}

static void take_keys(const struct cardea_keys *keys, struct cardea_worker_options *options)
{
	options->keys = (struct cardea_domain_keys){
	        .join = keys->join,
	        .access = keys->access,
	        .refresh = keys->refresh,
	        .auth = keys->auth,
	        .call = keys->call,
	        .accounts = keys->accounts,
	        .seal = keys->seal,
	};
	options->control_secret = keys->control_secret;
	options->janus_api_secret = keys->janus_api_secret;
}

static int run(const struct cardea_conf *conf, const struct cardea_worker_fds *fds,
               const struct cardea_keys *keys, const struct cardea_jwks *join_keys)
{
	g_autofree char *database = cardea_conf_path(conf, "cardea.db");
	g_autofree char *dev_json = cardea_conf_path(conf, "dev.json");
	g_autofree char *admin = cardea_conf_path(conf, "admin.sock");
	g_autofree char *url = local_url(conf, fds->listen);
	struct cardea_worker_options options = {
	        .listen_fds = &fds->listen,
	        .listen_count = fds->listen >= 0 ? 1 : 0,
	        .admin_fd = fds->admin,
	        .lifeline_fd = fds->lifeline,
	        .database_path = database,
	        .join_keys = join_keys,
	        .dev_json_path = conf->dev_mode ? dev_json : NULL,
	        .dev_url = url,
	        .admin_socket = admin,
	};
	struct cardea_turn_clients turn = {0};
	struct cardea_turn_secrets *held = NULL;
	int err;

	take_settings(conf, &options);
	take_turn(conf, &turn, &held, &options);
	take_keys(keys, &options);
	err = cardea_worker_run(&options);
	cardea_turn_secrets_close(held);
	cardea_turn_clients_clear(&turn);
	return err;
}

int cardea_worker_start(const struct cardea_conf *conf, const struct cardea_worker_fds *fds)
{
	struct cardea_jwks *join_keys = cardea_jwks_new();
	struct cardea_keys keys;
	char *error = NULL;
	int err = cardea_keys_load(conf->state_dir, &keys, &error);

	/* Started through /proc/self/exe, it would be listed as "exe". */
	(void)prctl(PR_SET_NAME, "cardead-worker");
	if (err != 0) {
		cardea_jwks_unref(join_keys);
		return log_error(err, error);
	}
	err = cardea_jwks_add(join_keys, keys.join);
	err = err != 0 ? log_error(err, NULL) : run(conf, fds, &keys, join_keys);
	cardea_jwks_unref(join_keys);
	cardea_keys_clear(&keys);
	return err;
}
