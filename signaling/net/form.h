/*
 * form: what HTML forms send: application/x-www-form-urlencoded (WHATWG URL 5) and
 * multipart/form-data (RFC 7578), as a flat list of names and values in their order. Strict: what
 * is cut off, badly encoded or ambiguous is refused, never repaired. Pure; no state, any thread.
 */
#ifndef CARDEA_NET_FORM_H
#define CARDEA_NET_FORM_H

#include <stddef.h>

struct cardea_form;

struct cardea_form_field {
	char *name;  /* not empty */
	char *value; /* NULL for a file, whose content is not kept */
	size_t file_len;
};

/*
 * Reads @len bytes of @body: multipart if @content_type (may be NULL) says so, else urlencoded.
 * Names and values are valid UTF-8 without NUL, percent-decoded once if urlencoded. On success
 * *@out is a new form. CARDEA_E_INVALID; CARDEA_E_TOO_LONG past CARDEA_MAX_FORM_*;
 * CARDEA_E_UNSUPPORTED for a part in a transfer encoding (RFC 7578 4.7).
 */
int cardea_form_parse(const char *content_type, const char *body, size_t len,
                      struct cardea_form **out);
void cardea_form_free(struct cardea_form *form);

size_t cardea_form_count(const struct cardea_form *form);
/* Borrowed; @index is below the count. */
const struct cardea_form_field *cardea_form_field(const struct cardea_form *form, size_t index);

/* One urlencoded name or value without "\0", also of a query, "+" as a blank. A new string, or NULL
 * if it is no valid UTF-8 or not well encoded. g_free. */
char *cardea_form_decode(const char *text, size_t len);

#endif
