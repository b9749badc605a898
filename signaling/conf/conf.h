/*
 * conf: the settings of cardead. One table (conf_table.c) holds name, type, default and description
 * of each; parsing, --check-config, --dump-config, the sample file and the manual derive from it.
 * Settings are read once at start by one thread and constant after cardea_conf_finish.
 *
 * Errors come as a sentence in *@error, to be freed with g_free; it names the option and, for the
 * file, the line. It never contains the value of a secret.
 */
#ifndef CARDEA_CONF_H
#define CARDEA_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "conf/log.h"

/* Strings are never NULL ("" = not set); lists are NULL-terminated and never NULL. */
struct cardea_conf {
	/* general */
	char *state_dir; /* absolute after cardea_conf_finish */
	char *gateway;
	char *log_level;
	bool dev_mode;
	/* http */
	char *listen;
	int64_t port;     /* 0 = chosen by the kernel */
	char *public_url; /* without a slash at its end; "" = as each request says */
	char **allowed_origins;
	char *pages_dir;
	/* pages */
	char **design_hosts, **embed_origins;
	/* tokens */
	char *issuer;
	int64_t access_life_s;
	int64_t refresh_life_s;
	char *meeting_pages_url;
	int64_t meeting_empty_timeout_s, meeting_turn_life_s;
	/* limits */
	int64_t login_failures_per_minute, login_failures_burst; /* of each name; 0 a minute = off */
	int64_t enter_failures_per_second, enter_failures_burst; /* of each address; 0 a second = off */
	int64_t messages_per_second, messages_burst;             /* of each access key */
	int64_t key_requests_per_second, key_requests_burst;     /* of each API key or token */
	int64_t address_requests_per_second, address_requests_burst; /* of each address */
	int64_t enter_per_second, enter_burst;                       /* of each credential; the same */
	/* media */
	char *node;
	bool supervise_janus;
	char *janus_binary;
	char *plugin_dir;
	char *api_socket;   /* Janus' API socket */
	char *admin_socket; /* Janus' admin socket */
	char *rtp_address;
	char *public_address; /* "auto" until cardea_public_address_take has replaced it */
	bool ipv6;
	int64_t rtp_port_min, rtp_port_max;
	int64_t event_loops; /* 0 = one per core */
	int64_t workers;     /* 0 = one per core */
	/* turn */
	char *turn_server; /* see cardea_turn_conf_is_own */
	char *turn_binary;
	char **turn_listen;
	char *turn_host;
	int64_t turn_port; /* 0 = chosen by the kernel, see cardea_turn_conf_port */
	int64_t turn_tls_port;
	char *turn_tls_certificate, *turn_tls_key; /* absolute, or "" = no TLS */
	int64_t turn_relay_port_min, turn_relay_port_max;
	char *turn_realm;
	int64_t turn_user_quota, turn_total_quota;
	char **stun_urls;
	char **turn_urls;
	char **turn_secrets;
	int64_t turn_life_s;
	/* webhooks */
	bool webhooks_allow_http, webhooks_allow_private;
	char *webhooks_ca_file;
};

/* All options at their defaults. Freed with cardea_conf_free. */
struct cardea_conf *cardea_conf_new(void);
void cardea_conf_free(struct cardea_conf *conf); /* wipes secrets; NULL is fine */

/* Reads the libconfig file @path over @conf; unknown names and wrong types are errors. */
int cardea_conf_load(struct cardea_conf *conf, const char *path, char **error);

/* Sets one option from text, as the command line does: "http.port", "8080"; lists with commas. */
int cardea_conf_set(struct cardea_conf *conf, const char *name, const char *value, char **error);

/* Fills what depends on other options and checks what no single option shows. Call once, last. */
int cardea_conf_finish(struct cardea_conf *conf, char **error);

/* "<state dir>/<name>": a new string, g_free. */
char *cardea_conf_path(const struct cardea_conf *conf, const char *name);

enum cardea_log_level cardea_conf_log_level(const struct cardea_conf *conf);

/* The three texts that derive from the table: values in force with secrets masked; the sample file;
 * the option tables of docs/configuration.md. */
void cardea_conf_dump(const struct cardea_conf *conf, FILE *out);
void cardea_conf_sample(FILE *out);
void cardea_conf_manual(FILE *out);

/* ---- for conf.c and its tests: the table -------------------------------------------------------
 */

enum cardea_conf_type {
	CARDEA_CONF_STRING,
	CARDEA_CONF_PATH,    /* a string; relative to the working directory */
	CARDEA_CONF_CHOICE,  /* one of the words in `choices` */
	CARDEA_CONF_INTEGER, /* min..max */
	CARDEA_CONF_BOOLEAN,
	CARDEA_CONF_LIST, /* of strings */
};

struct cardea_conf_option {
	const char *name; /* "<group>.<option>" */
	enum cardea_conf_type type;
	size_t offset; /* in struct cardea_conf */
	const char *def;
	bool reloadable; /* in force after SIGHUP, which starts the worker anew; others need a restart
	                  */
	bool secret;
	int64_t min, max;
	const char *choices; /* separated by | */
	const char *description;
};

extern const struct cardea_conf_option cardea_conf_table[];
extern const size_t cardea_conf_table_count;

#endif
