/*
 * cardea_json: strict JSON at the boundary: bounded depth, duplicate keys refused, declarative
 * field tables, typed getters. No state, any thread.
 */
#ifndef CARDEA_JSON_H
#define CARDEA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

/*
 * Parses @len bytes as one JSON object. Depth is limited to CARDEA_MAX_JSON_DEPTH before jansson
 * sees the text (its parser and destructor recurse). On success *@out is a new reference.
 * CARDEA_E_JSON_SYNTAX (also: not an object, NUL, bad UTF-8), CARDEA_E_JSON_DEPTH,
 * CARDEA_E_JSON_DUPLICATE.
 */
int cardea_json_parse_object(const char *text, size_t len, json_t **out);

enum cardea_json_kind {
	CARDEA_JSON_STRING,  /* min/max: length in bytes; max 0 = no limit */
	CARDEA_JSON_INTEGER, /* min/max: value; both 0 = any */
	CARDEA_JSON_BOOLEAN,
	CARDEA_JSON_OBJECT,
	CARDEA_JSON_ARRAY, /* min/max: number of items; max 0 = no limit */
};

struct cardea_json_field {
	const char *name;
	enum cardea_json_kind kind;
	bool required;
	int64_t min, max;
};

/*
 * Checks @object against @count @fields; unknown keys are allowed, null counts as absent. On a
 * failure returns CARDEA_E_JSON_MISSING, _TYPE or _RANGE, and *@bad (if not NULL) points to the
 * field's name in the table.
 */
int cardea_json_check(const json_t *object, const struct cardea_json_field *fields, size_t count,
                      const char **bad);

/* Getters for what a check has passed; the default stands for absent or null. Borrowed results. */
const char *cardea_json_string(const json_t *object, const char *name, const char *def);
int64_t cardea_json_integer(const json_t *object, const char *name, int64_t def);
bool cardea_json_boolean(const json_t *object, const char *name, bool def);

/* Compact text of @json, keys in insertion order; a new string, freed with free(). */
char *cardea_json_dump(const json_t *json);

#endif
