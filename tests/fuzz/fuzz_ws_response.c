/*
 * fuzz_ws_response: a server's answer to our WebSocket handshake. Nothing opens a socket but an
 * answer that holds the accept value of our key.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "net/ws_handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *key = "dGhlIHNhbXBsZSBub25jZQ==";
	char *head = g_memdup2(data, size ? size : 1);
	bool plain = cardea_ws_check_response(head, size, key, NULL);
	bool janus = cardea_ws_check_response(head, size, key, "janus-protocol");

	assert(!(plain && janus));
	if (plain || janus)
		assert(g_strstr_len(head, (gssize)size, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	g_free(head);
	return 0;
}
