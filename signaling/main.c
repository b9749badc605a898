/* main: the command line of cardead, and nothing else. */
#include "config.h"
#include <getopt.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/conf.h"
#include "conf/first_start.h"
#include "conf/janus_conf.h"
#include "conf/public_address.h"
#include "conf/turn_conf.h"
#include "supervisor/supervisor.h"
#include "turn_start.h"
#include "worker_start.h"

#define EXIT_USAGE     2
#define DEFAULT_CONFIG CARDEA_SYSCONF_DIR "/cardea/cardea.jcfg"

enum action { RUN, WORKER, PREPARE, CHECK, DUMP };

enum {
	OPT_CONFIG = 256, /* above getopt's '?' */
	OPT_SET,
	OPT_DEV,
	OPT_CHECK,
	OPT_DUMP,
	OPT_PREPARE,
	OPT_VERSION,
	OPT_HELP,
	OPT_LISTEN_FD,
	OPT_ADMIN_FD,
	OPT_LIFELINE_FD,
	OPT_SETTING, /* and up: an index into settings[] */
};

/* clang-format off */
/* Options that are short for --set. */
static const char *const settings[] = {
	"general.state_dir", "http.listen", "http.port", "media.rtp_address", "http.pages_dir",
	"media.plugin_dir",
};

static const struct option long_options[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"set", required_argument, NULL, OPT_SET},
	{"dev", no_argument, NULL, OPT_DEV},
	{"check-config", no_argument, NULL, OPT_CHECK},
	{"dump-config", optional_argument, NULL, OPT_DUMP},
	{"prepare", no_argument, NULL, OPT_PREPARE},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{"listen-fd", required_argument, NULL, OPT_LISTEN_FD}, /* worker only, as the next two */
	{"admin-fd", required_argument, NULL, OPT_ADMIN_FD},
	{"lifeline-fd", required_argument, NULL, OPT_LIFELINE_FD},
	{"state", required_argument, NULL, OPT_SETTING}, /* in the order of settings[] */
	{"listen", required_argument, NULL, OPT_SETTING + 1},
	{"port", required_argument, NULL, OPT_SETTING + 2},
	{"rtp-address", required_argument, NULL, OPT_SETTING + 3},
	{"pages", required_argument, NULL, OPT_SETTING + 4},
	{"plugin-dir", required_argument, NULL, OPT_SETTING + 5},
	{NULL, 0, NULL, 0},
};
/* clang-format on */

static const char help[] =
        "usage: cardead [option]...\n"
        "The gateway of Cardea: serves the API and the join pages and keeps Janus and coturn "
        "running.\n\n"
        "  --config FILE        settings (" DEFAULT_CONFIG " if it is there)\n"
        "  --state DIR          state folder\n"
        "  --listen ADDRESS     address to listen on\n"
        "  --port N             port to listen on\n"
        "  --rtp-address ADDR   the one address for media\n"
        "  --pages DIR          folder of the built join pages\n"
        "  --plugin-dir DIR     folder of libjanus_cardea.so\n"
        "  --set NAME=VALUE     any other setting of the file, such as "
        "http.public_url=https://...\n"
        "  --dev                make a room and print links; no settings file without --config\n"
        "  --check-config       check the settings and end\n"
        "  --dump-config[=WHAT] print the settings (values, sample or manual) and end\n"
        "  --prepare            make keys and the configuration of Janus and coturn and end\n"
        "  --version, --help\n";

struct command {
	enum action action;
	const char *config;
	const char *dump;
	GPtrArray *overrides; /* "name=value" */
	struct cardea_worker_fds fds;
};

static int usage_error(const char *text, const char *value)
{
	fprintf(stderr, "cardead: %s%s\nTry `cardead --help`.\n", text, value);
	return EXIT_USAGE;
}

static void add_override(struct command *command, const char *name, const char *value)
{
	g_ptr_array_add(command->overrides, g_strdup_printf("%s=%s", name, value));
}

/* The file for development is none unless one is named: what runs on the machine must not leak in.
 */
static void set_dev(struct command *command)
{
	add_override(command, "general.dev_mode", "true");
	if (command->config == NULL) {
		command->config = "";
	}
}

static int take_fd(int *fd, const char *text)
{
	guint64 number = 0;

	if (!g_ascii_string_to_unsigned(text, 10, 3, G_MAXINT, &number, NULL)) {
		return usage_error("not a descriptor: ", text);
	}
	*fd = (int)number;
	return 0;
}

static int print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(EXIT_SUCCESS);
}

static int take_option(struct command *command, int option)
{
	if (option >= OPT_SETTING) {
		add_override(command, settings[option - OPT_SETTING], optarg);
		return 0;
	}
	switch (option) {
	case OPT_CONFIG:
		command->config = optarg;
		return 0;
	case OPT_SET:
		g_ptr_array_add(command->overrides, g_strdup(optarg));
		return 0;
	case OPT_DEV:
		set_dev(command);
		return 0;
	case OPT_CHECK:
		command->action = CHECK;
		return 0;
	case OPT_DUMP:
		command->action = DUMP;
		command->dump = optarg != NULL ? optarg : "values";
		return 0;
	case OPT_PREPARE:
		command->action = PREPARE;
		return 0;
	case OPT_LISTEN_FD:
		return take_fd(&command->fds.listen, optarg);
	case OPT_ADMIN_FD:
		return take_fd(&command->fds.admin, optarg);
	case OPT_LIFELINE_FD:
		return take_fd(&command->fds.lifeline, optarg);
	case OPT_VERSION:
		return print_and_exit("cardead " PACKAGE_VERSION "\n");
	case OPT_HELP:
		return print_and_exit(help);
	default:
		fputs("Try `cardead --help`.\n", stderr);
		return EXIT_USAGE;
	}
}

static int take_arguments(struct command *command, int argc, char **argv)
{
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		status = take_option(command, option);
	}
	if (status == 0 && optind < argc) {
		status = usage_error("unknown argument ", argv[optind]);
	}
	return status;
}

static bool is_secret(const char *name)
{
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		if (strcmp(cardea_conf_table[i].name, name) == 0) {
			return cardea_conf_table[i].secret;
		}
	}
	return false;
}

static int apply_override(struct cardea_conf *conf, const char *text, char **error)
{
	const char *value = strchr(text, '=');
	g_autofree char *name = value != NULL ? g_strndup(text, (gsize)(value - text)) : NULL;

	if (name == NULL) {
		*error = g_strdup("--set takes NAME=VALUE");
		return CARDEA_E_INVALID;
	}
	if (is_secret(name)) {
		/* Everybody on the machine can read our command line. */
		*error = g_strdup_printf("%s is a secret and belongs into the settings file", name);
		return CARDEA_E_INVALID;
	}
	return cardea_conf_set(conf, name, value + 1, error);
}

static int load_settings(struct cardea_conf *conf, const struct command *command, char **error)
{
	const char *path = command->config;
	int err = 0;

	if (path == NULL && access(DEFAULT_CONFIG, F_OK) == 0) {
		path = DEFAULT_CONFIG;
	}
	if (path != NULL && *path != '\0') {
		err = cardea_conf_load(conf, path, error);
	}
	for (guint i = 0; err == 0 && i < command->overrides->len; i++) {
		err = apply_override(conf, g_ptr_array_index(command->overrides, i), error);
	}
	return err != 0 ? err : cardea_conf_finish(conf, error);
}

/* The secrets before coturn's first look at the database: it would make the tables itself. */
static int prepare_turn(const struct cardea_conf *conf, char **error)
{
	struct cardea_turn_clients clients;
	struct cardea_turn_secrets *held = NULL;
	int err;

	if (!cardea_turn_conf_is_own(conf)) {
		return 0;
	}
	err = cardea_turn_conf_write(conf, error);
	if (err == 0) {
		err = cardea_turn_start(conf, &clients, &held, error);
	}
	if (err == 0) {
		cardea_turn_clients_clear(&clients);
	}
	cardea_turn_secrets_close(held);
	return err;
}

static int prepare(struct cardea_conf *conf)
{
	char *error = NULL;
	int err;

	(void)umask(077);
	err = cardea_first_start(conf->state_dir, &error);
	if (err == 0) {
		err = cardea_public_address_find(conf);
	}
	if (err == 0) {
		err = cardea_janus_conf_write(conf, &error);
	}
	if (err == 0) {
		err = prepare_turn(conf, &error);
	}
	if (err != 0) {
		cardea_log(CARDEA_LOG_ERROR, "conf", "event=cannot_prepare error=\"%s\"",
		           error != NULL ? error : cardea_error_text(err));
	}
	g_free(error);
	return err;
}

static int dump(const struct cardea_conf *conf, const char *what)
{
	if (strcmp(what, "values") == 0) {
		cardea_conf_dump(conf, stdout);
	} else if (strcmp(what, "sample") == 0) {
		cardea_conf_sample(stdout);
	} else if (strcmp(what, "manual") == 0) {
		cardea_conf_manual(stdout);
	} else {
		return usage_error("--dump-config takes values, sample or manual, not ", what);
	}
	return EXIT_SUCCESS;
}

static int run(const struct command *command, struct cardea_conf *conf, char **argv)
{
	int err = 0;

	cardea_log_set_level(cardea_conf_log_level(conf));
	switch (command->action) {
	case RUN:
		err = cardea_supervisor_run(conf, argv + 1);
		break;
	case WORKER:
		cardea_public_address_take(conf);
		err = cardea_worker_start(conf, &command->fds);
		break;
	case PREPARE:
		err = prepare(conf);
		break;
	case CHECK:
		puts("settings: ok");
		break;
	case DUMP:
		return dump(conf, command->dump);
	}
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	/* getopt_long reorders argv; the supervisor hands ours on as it was given. */
	char **args = g_new0(char *, (gsize)argc + 1);
	struct command command = {.fds = {-1, -1, -1}};
	struct cardea_conf *conf;
	char *error = NULL;
	int status;

	for (int i = 0; i < argc; i++) {
		args[i] = argv[i];
	}
	command.overrides = g_ptr_array_new_with_free_func(g_free);
	if (argc > 1 && strcmp(argv[1], "worker") == 0) {
		command.action = WORKER;
		optind = 2;
	}
	conf = cardea_conf_new();
	status = take_arguments(&command, argc, argv);
	if (status == 0 && load_settings(conf, &command, &error) != 0) {
		fprintf(stderr, "cardead: %s\n", error);
		status = EXIT_FAILURE;
	}
	if (status == 0) {
		status = run(&command, conf, args);
	}
	g_free(error);
	cardea_conf_free(conf);
	g_ptr_array_unref(command.overrides);
	g_free(args);
	return status;
}
