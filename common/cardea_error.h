/*
 * cardea_error: the one error type of the project.
 *
 * Functions return 0 or one of these negative values. One table (cardea_error.def) gives each its
 * stable name (snake_case, part of the wire contract), its text, the HTTP status a dialect answers
 * by default and the number the plugin puts in `error_code` (docs/plugin-api.md, section 3).
 * No state, any thread.
 */
#ifndef CARDEA_ERROR_H
#define CARDEA_ERROR_H

enum cardea_error {
	CARDEA_OK = 0,
/* Outside every other range, so that an errno is never mistaken for one of ours. */
#define CARDEA_ERROR(name, value, code, status, text) CARDEA_E_##name = -(value),
#include "cardea_error.def"
#undef CARDEA_ERROR
};

/* The stable snake_case name of @err ("token_expired"); "internal" for an unknown value. */
const char *cardea_error_code(int err);

/* One English sentence without a full stop that a person can act on; never contains input. */
const char *cardea_error_text(int err);

/* The HTTP status (400..599) that fits @err; 500 for an unknown value. */
int cardea_error_http(int err);

/* The plugin's numeric `error_code` (a positive number, the enum value negated). */
int cardea_error_number(int err);

#endif
