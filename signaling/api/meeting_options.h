/*
 * meeting_options: the options of a meeting (spec/meetings 6.2 and 9): read from requests, kept as
 * the differences from the defaults, shown in full. Pure but for the defaults, which are made once;
 * loop thread.
 */
#ifndef CARDEA_API_MEETING_OPTIONS_H
#define CARDEA_API_MEETING_OPTIONS_H

#include <stdbool.h>
#include <jansson.h>

struct cardea_meeting_inputs {
	json_t *changes; /* object of what differs from the defaults; NULL = nothing */
	bool has_guest_token, waiting_room, kick_available, lock_available;
};

/* Reads `options` of a request's @body. CARDEA_E_INVALID with *@bad = the option's name (static).
 * On success out->changes is the caller's. */
int cardea_meeting_options_read(const json_t *body, struct cardea_meeting_inputs *out,
                                const char **bad);

/* The same for changes of what is there: out->changes has all that is given, and the flags are 1, 0
 * or -1 = not given. */
struct cardea_meeting_input_changes {
	json_t *changes; /* NULL = nothing */
	int has_guest_token, waiting_room, kick_available, lock_available;
};
int cardea_meeting_options_read_changes(const json_t *body,
                                        struct cardea_meeting_input_changes *out, const char **bad);

/* Reads the body of a layout call as changes of options: *@out is a new object. CARDEA_E_INVALID.
 */
int cardea_meeting_layout_read(const json_t *body, json_t **out, const char **bad);

/* Every option, a new object. @stored: text of the differences, or NULL. @locale: of the one who
 * looks, or NULL. */
json_t *cardea_meeting_options_show(const char *stored, const char *locale);

/* The same as text; a new string, g_free. */
char *cardea_meeting_options_text(const char *stored, const char *locale);

/* en, de or fr of @custom_fields, else NULL (spec/meetings 7): borrowed. */
const char *cardea_meeting_locale(const json_t *custom_fields);

#endif
