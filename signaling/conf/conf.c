/* conf: defaults, file, command line and the checks across options. */
#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_limits.h"
#include "conf/conf.h"

static const char *const log_levels[] = {"error", "warning", "info", "debug"};

/* Sets *@error unless it is NULL; always returns CARDEA_E_INVALID. */
static int fail(char **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(char **error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (error != NULL) {
		*error = g_strdup_vprintf(format, ap);
	}
	va_end(ap);
	return CARDEA_E_INVALID;
}

static const struct cardea_conf_option *find_option(const char *name)
{
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		if (strcmp(cardea_conf_table[i].name, name) == 0) {
			return &cardea_conf_table[i];
		}
	}
	return NULL;
}

static void *field(struct cardea_conf *conf, const struct cardea_conf_option *option)
{
	return (char *)conf + option->offset;
}

/* Frees @text and leaves nothing of it in memory. */
static void wipe(char *text)
{
	if (text != NULL) {
		explicit_bzero(text, strlen(text));
		g_free(text);
	}
}

static void wipe_list(char **list)
{
	for (char **item = list; item != NULL && *item != NULL; item++) {
		wipe(*item);
	}
	g_free(list);
}

static void set_string(char **target, const char *value)
{
	char *copy = g_strdup(value);

	wipe(*target);
	*target = copy;
}

/* Takes @list. */
static void set_list(char ***target, char **list)
{
	wipe_list(*target);
	*target = list;
}

static int set_integer(const struct cardea_conf_option *option, int64_t *target, const char *value,
                       char **error)
{
	int64_t number = 0;

	if (!g_ascii_string_to_signed(value, 10, option->min, option->max, &number, NULL)) {
		return fail(error,
		            "%s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
		            option->name, option->min, option->max);
	}
	*target = number;
	return 0;
}

static int set_boolean(const struct cardea_conf_option *option, bool *target, const char *value,
                       char **error)
{
	if (strcmp(value, "true") == 0) {
		*target = true;
	} else if (strcmp(value, "false") == 0) {
		*target = false;
	} else {
		return fail(error, "%s must be true or false", option->name);
	}
	return 0;
}

static int set_choice(const struct cardea_conf_option *option, char **target, const char *value,
                      char **error)
{
	char **words = g_strsplit(option->choices, "|", -1);
	bool known = g_strv_contains((const char *const *)words, value);

	g_strfreev(words);
	if (!known) {
		return fail(error, "%s must be one of %s", option->name, option->choices);
	}
	set_string(target, value);
	return 0;
}

static int set_option(struct cardea_conf *conf, const struct cardea_conf_option *option,
                      const char *value, char **error)
{
	void *target = field(conf, option);

	switch (option->type) {
	case CARDEA_CONF_STRING:
	case CARDEA_CONF_PATH:
		set_string(target, value);
		return 0;
	case CARDEA_CONF_CHOICE:
		return set_choice(option, target, value, error);
	case CARDEA_CONF_INTEGER:
		return set_integer(option, target, value, error);
	case CARDEA_CONF_BOOLEAN:
		return set_boolean(option, target, value, error);
	case CARDEA_CONF_LIST:
		set_list(target, g_strsplit(value, ",", -1));
		return 0;
	}
	return CARDEA_E_INTERNAL;
}

struct cardea_conf *cardea_conf_new(void)
{
	struct cardea_conf *conf = g_new0(struct cardea_conf, 1);

	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		/* A default outside its own range is a mistake in the table: test_conf.c. */
		(void)set_option(conf, &cardea_conf_table[i], cardea_conf_table[i].def, NULL);
	}
	return conf;
}

void cardea_conf_free(struct cardea_conf *conf)
{
	if (conf == NULL) {
		return;
	}
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		const struct cardea_conf_option *option = &cardea_conf_table[i];

		if (option->type == CARDEA_CONF_LIST) {
			wipe_list(*(char ***)field(conf, option));
		} else if (option->type != CARDEA_CONF_INTEGER && option->type != CARDEA_CONF_BOOLEAN) {
			wipe(*(char **)field(conf, option));
		}
	}
	g_free(conf);
}

int cardea_conf_set(struct cardea_conf *conf, const char *name, const char *value, char **error)
{
	const struct cardea_conf_option *option = find_option(name);

	return option == NULL ? fail(error, "%s: no such option", name)
	                      : set_option(conf, option, value, error);
}

/* ---- the file
 * ------------------------------------------------------------------------------------ */

static int load_list(struct cardea_conf *conf, const struct cardea_conf_option *option,
                     const config_setting_t *setting, char **error)
{
	GPtrArray *list = g_ptr_array_new();

	for (int i = 0; i < config_setting_length(setting); i++) {
		const char *item = config_setting_get_string_elem(setting, i);

		if (item == NULL) {
			g_ptr_array_add(list, NULL);
			wipe_list((char **)g_ptr_array_free(list, FALSE));
			return fail(error, "%s must be a list of strings", option->name);
		}
		g_ptr_array_add(list, g_strdup(item));
	}
	g_ptr_array_add(list, NULL);
	set_list(field(conf, option), (char **)g_ptr_array_free(list, FALSE));
	return 0;
}

static int load_value(struct cardea_conf *conf, const struct cardea_conf_option *option,
                      const config_setting_t *setting, char **error)
{
	char number[32];

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		if (option->type != CARDEA_CONF_INTEGER) {
			return fail(error, "%s must not be a number", option->name);
		}
		g_snprintf(number, sizeof(number), "%lld", config_setting_get_int64(setting));
		return set_option(conf, option, number, error);
	case CONFIG_TYPE_BOOL:
		if (option->type != CARDEA_CONF_BOOLEAN) {
			return fail(error, "%s must not be true or false", option->name);
		}
		return set_option(conf, option, config_setting_get_bool(setting) ? "true" : "false", error);
	case CONFIG_TYPE_STRING:
		if (option->type == CARDEA_CONF_INTEGER || option->type == CARDEA_CONF_BOOLEAN ||
		    option->type == CARDEA_CONF_LIST) {
			return fail(error, "%s must not be a string", option->name);
		}
		return set_option(conf, option, config_setting_get_string(setting), error);
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		if (option->type != CARDEA_CONF_LIST) {
			return fail(error, "%s must not be a list", option->name);
		}
		return load_list(conf, option, setting, error);
	default:
		return fail(error, "%s has a value of an unknown kind", option->name);
	}
}

static int load_group(struct cardea_conf *conf, const config_setting_t *group, unsigned int *line,
                      char **error)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		g_autofree char *name =
		        g_strdup_printf("%s.%s", config_setting_name(group), config_setting_name(setting));
		const struct cardea_conf_option *option = find_option(name);
		int err;

		*line = config_setting_source_line(setting);
		err = option == NULL ? fail(error, "%s: no such option", name)
		                     : load_value(conf, option, setting, error);
		if (err != 0) {
			return err;
		}
	}
	return 0;
}

static int load_root(struct cardea_conf *conf, const config_setting_t *root, unsigned int *line,
                     char **error)
{
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *group = config_setting_get_elem(root, (unsigned int)i);
		int err;

		*line = config_setting_source_line(group);
		err = config_setting_is_group(group)
		              ? load_group(conf, group, line, error)
		              : fail(error, "%s: options belong into a group", config_setting_name(group));
		if (err != 0) {
			return err;
		}
	}
	return 0;
}

int cardea_conf_load(struct cardea_conf *conf, const char *path, char **error)
{
	g_autofree char *detail = NULL;
	unsigned int line = 0;
	config_t file;
	int err;

	config_init(&file);
	if (config_read_file(&file, path) == CONFIG_FALSE) {
		err = config_error_type(&file) == CONFIG_ERR_FILE_IO
		              ? fail(error, "%s: %s", path, g_strerror(errno))
		              : fail(error, "%s:%d: %s", path, config_error_line(&file),
		                     config_error_text(&file));
	} else {
		err = load_root(conf, config_root_setting(&file), &line, &detail);
		if (err != 0) {
			(void)fail(error, "%s:%u: %s", path, line, detail != NULL ? detail : "cannot be used");
		}
	}
	config_destroy(&file);
	return err;
}

/* ---- checks across options
 * ------------------------------------------------------------------------ */

static void set_default(char **target, char *value)
{
	if (**target == '\0') {
		set_string(target, value);
	}
	g_free(value);
}

static void make_absolute(char **path)
{
	if (**path != '\0' && !g_path_is_absolute(*path)) {
		char *absolute = g_canonicalize_filename(*path, NULL);

		set_string(path, absolute);
		g_free(absolute);
	}
}

static bool is_address(const char *text)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1;
}

static int check_socket_path(const char *name, const char *path, char **error)
{
	const size_t limit = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (strlen(path) > limit) {
		return fail(error,
		            "%s: the path %s has %zu bytes; a unix socket's path may have %zu. Choose a "
		            "shorter "
		            "state folder",
		            name, path, strlen(path), limit);
	}
	return 0;
}

static int check_sockets(const struct cardea_conf *conf, char **error)
{
	g_autofree char *admin = cardea_conf_path(conf, "admin.sock");
	int err = check_socket_path("general.state_dir", admin, error);

	if (err == 0) {
		err = check_socket_path("media.api_socket", conf->api_socket, error);
	}
	return err != 0 ? err : check_socket_path("media.admin_socket", conf->admin_socket, error);
}

static int check_addresses(const struct cardea_conf *conf, char **error)
{
	if (!is_address(conf->listen)) {
		return fail(error, "http.listen must be a numeric address");
	}
	if (*conf->rtp_address != '\0' && !is_address(conf->rtp_address)) {
		return fail(error, "media.rtp_address must be a numeric address");
	}
	if (g_str_has_prefix(conf->rtp_address, "127.") || strcmp(conf->rtp_address, "::1") == 0) {
		return fail(error,
		            "media.rtp_address: Janus cannot use loopback addresses; give an address of "
		            "a network interface");
	}
	if (strchr(conf->rtp_address, ':') != NULL && !conf->ipv6) {
		return fail(error, "media.rtp_address is an IPv6 one and needs media.ipv6");
	}
	if (*conf->public_address != '\0' && strcmp(conf->public_address, "auto") != 0 &&
	    !is_address(conf->public_address)) {
		return fail(error, "media.public_address must be a numeric address or auto");
	}
	if (strcmp(conf->public_address, "auto") == 0 && conf->stun_urls[0] == NULL) {
		return fail(error, "media.public_address = \"auto\" needs turn.stun_urls");
	}
	return 0;
}

static bool is_name(const char *text)
{
	return cardea_id_is_plain(text, CARDEA_MAX_ID) && strpbrk(text, "_:@") == NULL;
}

static int check_values(const struct cardea_conf *conf, char **error)
{
	if (conf->rtp_port_min >= conf->rtp_port_max) {
		return fail(error, "media.rtp_port_min must be below media.rtp_port_max");
	}
	if (!is_name(conf->node)) {
		return fail(error, "media.node must be 1 to 64 letters, digits, dots and dashes");
	}
	if (!is_name(conf->gateway)) {
		return fail(error, "general.gateway must be 1 to 64 letters, digits, dots and dashes");
	}
	if (*conf->issuer == '\0') {
		return fail(error, "tokens.issuer must not be empty");
	}
	if (*conf->public_url != '\0' && !g_str_has_prefix(conf->public_url, "http://") &&
	    !g_str_has_prefix(conf->public_url, "https://")) {
		return fail(error, "http.public_url must start with http:// or https://");
	}
	return 0;
}

/* A host as it stands in a URL: a name, or a numeric address. */
static bool is_host(const char *text)
{
	return is_address(text) || (*text != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz"
	                                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                                          "0123456789.-") == strlen(text));
}

static int check_turn(const struct cardea_conf *conf, char **error)
{
	if (conf->turn_urls[0] != NULL && conf->turn_secrets[0] == NULL) {
		return fail(error, "turn.urls needs turn.secrets");
	}
	if (conf->turn_relay_port_min >= conf->turn_relay_port_max) {
		return fail(error, "turn.relay_port_min must be below turn.relay_port_max");
	}
	if ((*conf->turn_tls_certificate == '\0') != (*conf->turn_tls_key == '\0')) {
		return fail(error, "turn.tls_certificate and turn.tls_key need each other");
	}
	if (conf->turn_port == 0 && strcmp(conf->turn_server, "unit") == 0) {
		return fail(error, "turn.port: a unit of its own needs a port");
	}
	if (!is_name(conf->turn_realm)) {
		return fail(error, "turn.realm must be 1 to 64 letters, digits, dots and dashes");
	}
	if (*conf->turn_host != '\0' && !is_host(conf->turn_host)) {
		return fail(error, "turn.host must be a name or a numeric address");
	}
	for (size_t i = 0; conf->turn_listen[i] != NULL; i++) {
		if (!is_address(conf->turn_listen[i])) {
			return fail(error, "turn.listen must be numeric addresses");
		}
	}
	return 0;
}

/* What goes into the Content-Security-Policy: a host with or without a port. */
static bool is_source(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);

	return parts[0] && is_host(parts[0]) &&
	       (!parts[1] || (*parts[1] != '\0' && strspn(parts[1], "0123456789") == strlen(parts[1])));
}

static int check_pages(const struct cardea_conf *conf, char **error)
{
	for (size_t i = 0; conf->design_hosts[i] != NULL; i++) {
		if (!is_source(conf->design_hosts[i])) {
			return fail(error, "pages.design_hosts must be hosts, without https:// in front");
		}
	}
	for (size_t i = 0; conf->embed_origins[i] != NULL; i++) {
		const char *host = strstr(conf->embed_origins[i], "://");

		if (!host || !is_source(host + 3) ||
		    (!g_str_has_prefix(conf->embed_origins[i], "https://") &&
		     !g_str_has_prefix(conf->embed_origins[i], "http://"))) {
			return fail(error, "pages.embed_origins must be origins: https://host");
		}
	}
	return 0;
}

int cardea_conf_finish(struct cardea_conf *conf, char **error)
{
	size_t length = strlen(conf->public_url);
	int err;

	while (length > 0 && conf->public_url[length - 1] == '/') {
		conf->public_url[--length] = '\0';
	}
	set_default(&conf->pages_dir, g_strdup(CARDEA_PAGES_DIR));
	set_default(&conf->plugin_dir, g_strdup(CARDEA_PLUGIN_DIR));
	make_absolute(&conf->state_dir);
	make_absolute(&conf->pages_dir);
	make_absolute(&conf->plugin_dir);
	make_absolute(&conf->turn_tls_certificate);
	make_absolute(&conf->turn_tls_key);
	set_default(&conf->api_socket, cardea_conf_path(conf, "janus/api.sock"));
	set_default(&conf->admin_socket, cardea_conf_path(conf, "janus/admin.sock"));
	make_absolute(&conf->api_socket);
	make_absolute(&conf->admin_socket);
	make_absolute(&conf->webhooks_ca_file);
	err = check_sockets(conf, error);
	if (err == 0) {
		err = check_addresses(conf, error);
	}
	if (err == 0) {
		err = check_values(conf, error);
	}
	if (err == 0) {
		err = check_pages(conf, error);
	}
	return err != 0 ? err : check_turn(conf, error);
}

char *cardea_conf_path(const struct cardea_conf *conf, const char *name)
{
	return g_build_filename(conf->state_dir, name, NULL);
}

enum cardea_log_level cardea_conf_log_level(const struct cardea_conf *conf)
{
	for (size_t i = 0; i < G_N_ELEMENTS(log_levels); i++) {
		if (strcmp(conf->log_level, log_levels[i]) == 0) {
			return (enum cardea_log_level)i;
		}
	}
	return CARDEA_LOG_INFO;
}
