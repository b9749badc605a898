/*
 * cardea_json_write: JSON written straight into text, for answers that are made thousands of times
 * a second: building values with jansson first and dumping them takes ten times as long. What is
 * written looks exactly as cardea_json_dump would write it. Commas come by themselves. Any thread.
 *
 * @name is the member's name, plain ASCII that needs no escapes; NULL in an array and for the
 * whole.
 */
#ifndef CARDEA_JSON_WRITE_H
#define CARDEA_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

/* @bracket: one of "{" and "[", then one of "}" and "]". */
void cardea_json_begin(GString *out, const char *name, char bracket);
void cardea_json_end(GString *out, char bracket);
/* NULL writes null. */
void cardea_json_put_text(GString *out, const char *name, const char *text);
/* The texts behind one another as one; none is NULL. */
void cardea_json_put_joined(GString *out, const char *name, const char *a, const char *b,
                            const char *c);
void cardea_json_put_boolean(GString *out, const char *name, bool value);
void cardea_json_put_integer(GString *out, const char *name, int64_t value);
/* @json is written as it is; NULL writes null. */
void cardea_json_put_raw(GString *out, const char *name, const char *json);
/* Frees @out and returns its text, g_free; NULL if some of it is not UTF-8, which is no JSON. */
char *cardea_json_finish(GString *out);

#endif
