/*
 * fuzz_http_guard: the recogniser of HTTP requests. The input is what a client sends on one
 * connection. What comes out must not depend on how the bytes are cut into reads.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "cardea_limits.h"
#include "net/http_guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const struct cardea_http_guard *guard)
{
	const char *path = cardea_http_guard_path(guard);
	size_t len;
	const char *body = cardea_http_guard_body(guard, &len);

	assert(path[0] == '/' || strcmp(path, "*") == 0);
	assert(strlen(path) <= CARDEA_MAX_HTTP_TARGET);
	for (const char *p = path; *p; p++)
		assert(*p > ' ' && *p < 0x7f && *p != '?' && *p != '#');
	assert(len <= CARDEA_MAX_HTTP_BODY && body[len] == '\0');
	assert(cardea_http_guard_field(guard, "host", 1) == NULL);
	assert(cardea_http_guard_field(guard, "content-length", 1) == NULL);
	assert(!cardea_http_guard_field(guard, "content-length", 0) ||
	       !cardea_http_guard_field(guard, "transfer-encoding", 0));
}

/* Notes what the guard made of one request; false if nothing more is to be fed. */
static bool note(struct cardea_http_guard *guard, enum cardea_http_verdict verdict, GString *seen)
{
	const char *text;
	size_t len;

	if (verdict == CARDEA_GUARD_REFUSED) {
		g_string_append_printf(seen, "refused %d", cardea_http_guard_refusal(guard, &text));
		assert(text && *text);
		return false;
	}
	if (verdict == CARDEA_GUARD_DONE) {
		check_request(guard);
		cardea_http_guard_body(guard, &len);
		g_string_append_printf(seen, "%s %s %zu\n", cardea_http_guard_method_name(guard),
		                       cardea_http_guard_path(guard), len);
		cardea_http_guard_next(guard);
	}
	return true;
}

/* Feeds everything in reads of at most @step bytes. */
static GString *run(const char *data, size_t size, size_t step)
{
	struct cardea_http_guard *guard = cardea_http_guard_new();
	GString *seen = g_string_new(NULL);
	bool open = true;

	while (open && size > 0) {
		/* Of its own, so that a byte read past the end is seen. */
		size_t len = MIN(step, size), used;
		char *piece = g_memdup2(data, len);
		enum cardea_http_verdict verdict = cardea_http_guard_feed(guard, piece, len, &used);

		assert(used <= len && (used == len || verdict != CARDEA_GUARD_MORE));
		g_free(piece);
		open = note(guard, verdict, seen);
		data += used;
		size -= used;
	}
	cardea_http_guard_free(guard);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GString *whole = run((const char *)data, size, size);
	const size_t steps[] = {1, 7, 64};

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		GString *cut = run((const char *)data, size, steps[i]);

		assert(strcmp(whole->str, cut->str) == 0);
		g_string_free(cut, TRUE);
	}
	g_string_free(whole, TRUE);
	return 0;
}
