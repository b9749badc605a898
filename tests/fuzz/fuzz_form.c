/*
 * fuzz_form: form bodies. The first line of the input is the content type, the rest the body. What
 * is accepted is bounded and well-formed, and says the same when it is encoded again.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_limits.h"
#include "net/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(const struct cardea_form_field *field, GString *encoded)
{
	g_autofree char *name = g_uri_escape_string(field->name, NULL, FALSE);

	assert(*field->name && strlen(field->name) <= CARDEA_MAX_FORM_NAME);
	assert(g_utf8_validate(field->name, -1, NULL));
	g_string_append_printf(encoded, "%s=", name);
	if (field->value) {
		g_autofree char *value = g_uri_escape_string(field->value, NULL, FALSE);

		assert(strlen(field->value) <= CARDEA_MAX_FORM_VALUE);
		assert(g_utf8_validate(field->value, -1, NULL));
		g_string_append(encoded, value);
	}
	g_string_append_c(encoded, '&');
}

static void check_again(const struct cardea_form *form, const GString *encoded)
{
	struct cardea_form *again;

	assert(cardea_form_parse(NULL, encoded->str, encoded->len, &again) == 0);
	assert(cardea_form_count(again) == cardea_form_count(form));
	for (size_t i = 0; i < cardea_form_count(form); i++) {
		const struct cardea_form_field *a = cardea_form_field(form, i);
		const struct cardea_form_field *b = cardea_form_field(again, i);

		assert(strcmp(a->name, b->name) == 0);
		assert(strcmp(a->value ? a->value : "", b->value) == 0);
	}
	cardea_form_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t type_len = line_end ? (size_t)(line_end - data) : 0;
	size_t len = line_end ? size - type_len - 1 : size;
	g_autofree char *type = g_strndup((const char *)data, type_len);
	/* Of its own, so that a byte read past the end is seen. */
	g_autofree char *body = g_memdup2(data + size - len, len);
	struct cardea_form *form = NULL;
	GString *encoded = g_string_new(NULL);
	int err = cardea_form_parse(*type ? type : NULL, body ? body : "", len, &form);

	assert(!err == (form != NULL));
	if (form) {
		assert(cardea_form_count(form) <= CARDEA_MAX_FORM_FIELDS);
		for (size_t i = 0; i < cardea_form_count(form); i++) {
			const struct cardea_form_field *field = cardea_form_field(form, i);

			assert(field->file_len <= len);
			check_field(field, encoded);
		}
		check_again(form, encoded);
	}
	cardea_form_free(form);
	g_string_free(encoded, TRUE);
	return 0;
}
