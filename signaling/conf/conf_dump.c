/* conf_dump: the texts that derive from the option table: values in force, sample, manual. */
#include "config.h"
#include <glib.h>
#include <string.h>
#include "conf/conf.h"
#include "conf/quote.h"

#define WRAP 100

static const void *field(const struct cardea_conf *conf, const struct cardea_conf_option *option)
{
	return (const char *)conf + option->offset;
}

static void write_list(char *const *list, bool masked, FILE *out)
{
	fputs("[ ", out);
	for (size_t i = 0; list[i] != NULL; i++) {
		g_autofree char *quoted = cardea_quote(masked ? "***" : list[i]);

		fprintf(out, "%s%s", i > 0 ? ", " : "", quoted);
	}
	fputs(list[0] != NULL ? " ]" : "]", out);
}

/* The value of @option in the file's syntax. */
static void write_value(const struct cardea_conf *conf, const struct cardea_conf_option *option,
                        FILE *out)
{
	const void *value = field(conf, option);

	switch (option->type) {
	case CARDEA_CONF_INTEGER:
		fprintf(out, "%" G_GINT64_FORMAT, *(const int64_t *)value);
		break;
	case CARDEA_CONF_BOOLEAN:
		fputs(*(const bool *)value ? "true" : "false", out);
		break;
	case CARDEA_CONF_LIST:
		write_list(*(char *const *const *)value, option->secret, out);
		break;
	default: {
		const char *text = *(char *const *)value;
		g_autofree char *quoted = cardea_quote(option->secret && *text != '\0' ? "***" : text);

		fputs(quoted, out);
	}
	}
}

/* The length of the group's name in "group.option". */
static size_t group_length(const struct cardea_conf_option *option)
{
	return strcspn(option->name, ".");
}

static const char *short_name(const struct cardea_conf_option *option)
{
	return option->name + group_length(option) + 1;
}

static bool starts_group(size_t i)
{
	const struct cardea_conf_option *option = &cardea_conf_table[i];

	return i == 0 ||
	       strncmp(option->name, cardea_conf_table[i - 1].name, group_length(option) + 1) != 0;
}

static bool ends_group(size_t i)
{
	return i + 1 == cardea_conf_table_count || starts_group(i + 1);
}

static void write_group_start(size_t i, FILE *out)
{
	const struct cardea_conf_option *option = &cardea_conf_table[i];

	if (starts_group(i)) {
		fprintf(out, "%s%.*s: {\n", i > 0 ? "\n" : "", (int)group_length(option), option->name);
	}
}

void cardea_conf_dump(const struct cardea_conf *conf, FILE *out)
{
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		write_group_start(i, out);
		fprintf(out, "\t%s = ", short_name(&cardea_conf_table[i]));
		write_value(conf, &cardea_conf_table[i], out);
		fputs(ends_group(i) ? "\n}\n" : "\n", out);
	}
}

/* @text as comment lines of at most WRAP columns. */
static void write_comment(const char *text, FILE *out)
{
	char **words = g_strsplit(text, " ", -1);
	size_t column = WRAP;

	for (char **word = words; *word != NULL; word++) {
		if (column + 1 + strlen(*word) > WRAP) {
			fprintf(out, "%s\t#", word != words ? "\n" : "");
			column = 5;
		}
		fprintf(out, " %s", *word);
		column += 1 + strlen(*word);
	}
	fputc('\n', out);
	g_strfreev(words);
}

void cardea_conf_sample(FILE *out)
{
	struct cardea_conf *conf = cardea_conf_new();

	fputs("# Settings of cardead. Every option is here with its default; remove the # to change "
	      "one.\n"
	      "# Made by `cardead --dump-config=sample`; meanings in docs/configuration.md.\n"
	      "# `cardead --config FILE --check-config` checks a changed file.\n\n",
	      out);
	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		write_group_start(i, out);
		write_comment(cardea_conf_table[i].description, out);
		fprintf(out, "\t#%s = ", short_name(&cardea_conf_table[i]));
		write_value(conf, &cardea_conf_table[i], out);
		fputs(ends_group(i) ? "\n}\n" : "\n\n", out);
	}
	cardea_conf_free(conf);
}

static void write_manual_type(const struct cardea_conf_option *option, FILE *out)
{
	static const char *const names[] = {"string", "path", "", "integer", "boolean", "list"};

	if (option->type == CARDEA_CONF_CHOICE) {
		char **words = g_strsplit(option->choices, "|", -1);
		g_autofree char *text = g_strjoinv(", ", words);

		fputs(text, out);
		g_strfreev(words);
	} else if (option->type == CARDEA_CONF_INTEGER) {
		fprintf(out, "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->min, option->max);
	} else {
		fputs(names[option->type], out);
	}
}

void cardea_conf_manual(FILE *out)
{
	struct cardea_conf *conf = cardea_conf_new();

	for (size_t i = 0; i < cardea_conf_table_count; i++) {
		const struct cardea_conf_option *option = &cardea_conf_table[i];

		if (starts_group(i)) {
			fprintf(out,
			        "%s### %.*s\n\n| option | value | default | in force after | meaning |\n"
			        "|---|---|---|---|---|\n",
			        i > 0 ? "\n" : "", (int)group_length(option), option->name);
		}
		fprintf(out, "| `%s` | ", short_name(option));
		write_manual_type(option, out);
		fputs(" | `", out);
		write_value(conf, option, out);
		fprintf(out, "` | %s | %s%s |\n", option->reloadable ? "reload" : "restart",
		        option->description, option->secret ? " Secret: masked in dumps." : "");
	}
	cardea_conf_free(conf);
}
