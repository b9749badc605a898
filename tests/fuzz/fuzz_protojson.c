/*
 * fuzz_protojson: bodies of the plugNmeet dialect. The first byte chooses the message. What is
 * accepted keeps its table: encoded and decoded again it encodes to the same text.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "api/plugnmeet_proto.h"
#include "cardea_error.h"
#include "cardea_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *encoded(const struct cardea_proto_message *message, const json_t *object)
{
	json_t *out = cardea_proto_encode(message, object);
	char *text = cardea_json_dump(out);

	json_decref(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cardea_proto_message *const messages[] = {
	        &cardea_plugnmeet_create,    &cardea_plugnmeet_join, &cardea_plugnmeet_past,
	        &cardea_plugnmeet_broadcast, &cardea_plugnmeet_lock,
	};
	const struct cardea_proto_message *message =
	        messages[size > 0 ? data[0] % G_N_ELEMENTS(messages) : 0];
	/* Of its own, so that a byte read past the end is seen. */
	g_autofree char *body = size > 1 ? g_memdup2(data + 1, size - 1) : g_strdup("");
	json_t *object = NULL, *again = NULL;
	char *failure = NULL;
	int err = cardea_proto_decode(message, body, size > 1 ? size - 1 : 0, &object, &failure);

	assert(!err == (object != NULL) && !err == !failure);
	if (object) {
		char *first = encoded(message, object), *second;

		g_free(cardea_proto_validate(message, object));
		assert(cardea_proto_decode(message, first, strlen(first), &again, &failure) == 0);
		second = encoded(message, again);
		assert(strcmp(first, second) == 0);
		free(first);
		free(second);
	}
	g_free(failure);
	json_decref(object);
	json_decref(again);
	return 0;
}
