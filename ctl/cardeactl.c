/*
 * cardeactl: the operator's tool. Each command is one call of the daemon's admin socket, in a
 * table; who can open the socket is the operator. Prints the answer as JSON. Exit codes: 0 done, 1
 * refused or unreachable, 2 wrong usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <curl/curl.h>
#include <glib.h>
#include "config.h"
#include "ctl/admin_call.h"

#define DEFAULT_SOCKET "/var/lib/cardea/admin.sock"
#define SOCKET_ENV     "CARDEA_ADMIN_SOCKET"
#define MAX_SECRET     512

struct parameter {
	const char *name;   /* of the option, and of the field */
	const char *preset; /* NULL = none */
	bool is_required;
	bool is_secret; /* asked for if it is not given */
	bool is_query;
	const char *help;
};

#define MAX_PARAMETERS 5

struct command {
	const char *group, *name; /* group NULL: one word */
	const char *method, *path;
	struct parameter parameters[MAX_PARAMETERS];
	const char *help;
};

static const struct command commands[] = {
        {"user",
         "add",
         "POST",
         "/users",
         {{"email", .is_required = true, .help = "to sign in with"},
          {"username", .is_required = true, .help = "to sign in with and to show"},
          {"password", .is_secret = true, .help = "at least 8 characters; asked for if not given"},
          {"phone", .help = "kept"}},
         "Make an account of the first tenant."},
        {"user",
         "password",
         "PUT",
         "/users/password",
         {{"email", .is_required = true, .help = "whose"},
          {"password", .is_secret = true, .help = "the new one; asked for if not given"}},
         "Set a password. All tokens of the account from before are dead."},
        {"key",
         "add",
         "POST",
         "/keys",
         {{"id", .help = "of your choice"}, {"secret", .help = "of your choice"}},
         "Make a key pair for application servers."},
        {"key", "list", "GET", "/keys", {{0}}, "List key pairs, without their secrets."},
        {NULL,
         "links",
         "POST",
         "/links",
         {{"room", .preset = "demo", .help = "name of the room, which is opened"},
          {"name", .preset = "Host", .help = "name of the host"}},
         "A host link and a guest link, to try it out: parts behind the public address."},
        {NULL, "nodes", "GET", "/nodes", {{0}}, "The media nodes and how they are."},
        {NULL, "stats", "GET", "/stats", {{0}}, "How much the store has worked."},
        {NULL,
         "audit",
         "GET",
         "/audit",
         {{"after", .is_query = true, .help = "id of the last record that is known"}},
         "Who gave, took and made what: up to 1000 records."},
        {NULL, "version", "GET", "/version", {{0}}, "The daemon's version."},
};

/* ---- help ---- */

static void print_help(FILE *out)
{
	fputs("NAME\n    cardeactl - operate a Cardea gateway\n\n"
	      "SYNOPSIS\n    cardeactl [--socket PATH] COMMAND [--OPTION VALUE]...\n\n"
	      "DESCRIPTION\n    Calls the daemon over its admin socket and prints the answer as JSON. "
	      "The socket is\n"
	      "    PATH, else $" SOCKET_ENV ", else " DEFAULT_SOCKET ".\n\nCOMMANDS\n",
	      out);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		const struct command *command = &commands[i];

		fprintf(out, "    %s%s%s\n        %s\n", command->group ? command->group : "",
		        command->group ? " " : "", command->name, command->help);
		for (size_t j = 0; j < MAX_PARAMETERS && command->parameters[j].name; j++) {
			const struct parameter *parameter = &command->parameters[j];

			fprintf(out, "        --%-10s %s%s\n", parameter->name, parameter->help,
			        parameter->is_required ? " (required)" : "");
		}
	}
	fputs("\nEXIT STATUS\n    0 done, 1 refused or unreachable, 2 wrong usage.\n", out);
}

static int misused(const char *text, const char *what)
{
	fprintf(stderr, "cardeactl: %s%s\nTry 'cardeactl --help'.\n", text, what);
	return 2;
}

/* ---- options ---- */

static const struct command *find_command(int count, char **words, int *used)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		const struct command *command = &commands[i];
		int length = command->group ? 2 : 1;

		if (count >= length && (!command->group || strcmp(words[0], command->group) == 0) &&
		    strcmp(words[length - 1], command->name) == 0) {
			*used = length;
			return command;
		}
	}
	return NULL;
}

static const struct parameter *find_parameter(const struct command *command, const char *option)
{
	for (size_t i = 0; i < MAX_PARAMETERS && command->parameters[i].name; i++) {
		if (strcmp(option, command->parameters[i].name) == 0) {
			return &command->parameters[i];
		}
	}
	return NULL;
}

/* Reads a line from the terminal without showing it, or from a pipe. */
static bool ask(const char *name, char out[MAX_SECRET])
{
	struct termios before, hidden;
	bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	if (is_terminal) {
		hidden = before;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "%s: ", name);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	got = fgets(out, MAX_SECRET, stdin) != NULL;
	if (is_terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	out[strcspn(out, "\n")] = '\0';
	return got && out[0];
}

/* What was not given: presets, and secrets that are asked for. NULL, or the one that is missing. */
static const char *complete(const struct command *command, json_t *given)
{
	for (size_t i = 0; i < MAX_PARAMETERS && command->parameters[i].name; i++) {
		const struct parameter *parameter = &command->parameters[i];
		char secret[MAX_SECRET];

		if (json_object_get(given, parameter->name)) {
			continue;
		}
		if (parameter->preset) {
			json_object_set_new(given, parameter->name, json_string(parameter->preset));
		} else if (parameter->is_secret && ask(parameter->name, secret)) {
			json_object_set_new(given, parameter->name, json_string(secret));
			explicit_bzero(secret, sizeof(secret));
		} else if (parameter->is_required || parameter->is_secret) {
			return parameter->name;
		}
	}
	return NULL;
}

/* 0, or 2 if it is told what is wrong. */
static int read_options(const struct command *command, int count, char **words, json_t *given)
{
	for (int i = 0; i < count; i += 2) {
		const struct parameter *parameter =
		        g_str_has_prefix(words[i], "--") ? find_parameter(command, words[i] + 2) : NULL;

		if (!parameter) {
			return misused("unknown option ", words[i]);
		}
		if (i + 1 == count) {
			return misused("a value is missing behind ", words[i]);
		}
		json_object_set_new(given, parameter->name, json_string(words[i + 1]));
	}
	return 0;
}

/* ---- the call ---- */

static char *path_of(const struct command *command, json_t *given)
{
	GString *path = g_string_new(command->path);

	for (size_t i = 0; i < MAX_PARAMETERS && command->parameters[i].name; i++) {
		const char *name = command->parameters[i].name;
		const char *value = json_string_value(json_object_get(given, name));

		if (command->parameters[i].is_query && value) {
			g_string_append_printf(path, "?%s=", name);
			g_string_append_uri_escaped(path, value, NULL, FALSE);
			json_object_del(given, name);
		}
	}
	return g_string_free(path, FALSE);
}

static int call(const char *socket, const struct command *command, json_t *given)
{
	g_autofree char *path = path_of(command, given);
	bool has_body = strcmp(command->method, "GET") != 0;
	json_t *answer = NULL;
	long status =
	        cardea_admin_call(socket, command->method, path, has_body ? given : NULL, &answer);
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (status >= 200 && status < 300) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
	} else if (status > 0) {
		fprintf(stderr, "cardeactl: refused (%ld): %s\n", status, error ? error : "");
	}
	json_decref(answer);
	return status >= 200 && status < 300 ? 0 : 1;
}

static int run(const char *socket, int count, char **words)
{
	int used = 0;
	const struct command *command = find_command(count, words, &used);
	const char *missing = NULL;
	json_t *given;
	int result;

	if (!command) {
		return misused(count ? "unknown command " : "no command", count ? words[0] : "");
	}
	given = json_object();
	result = read_options(command, count - used, words + used, given);
	if (!result) {
		missing = complete(command, given);
	}
	if (missing) {
		result = misused("missing: --", missing);
	}
	if (!result) {
		result = call(socket, command, given);
	}
	json_decref(given);
	return result;
}

int main(int argc, char **argv)
{
	const char *socket = g_getenv(SOCKET_ENV);
	int first = 1, result;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help(stdout);
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "--socket") == 0) {
		socket = argv[2];
		first = 3;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	result = run(socket ? socket : DEFAULT_SOCKET, argc - first, argv + first);
	curl_global_cleanup();
	return result;
}
