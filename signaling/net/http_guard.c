/*
 * http_guard: see http_guard.h. Lines are gathered in one buffer, the head first and behind it, one
 * at a time, the lines of a chunked body; each is checked as soon as it is complete.
 */
#include "net/http_guard.h"

#include <stdint.h>
#include <string.h>
#include <glib.h>

#include "cardea_limits.h"
#include "net/http_text.h"

#define MAX_METHOD          16
/* Chunk extensions mean nothing to us and cost their sender one byte each, so they get little. */
#define MAX_CHUNK_LINE      256
#define MAX_CHUNK_EXT_TOTAL 4096

G_STATIC_ASSERT(CARDEA_MAX_HTTP_HEAD + MAX_CHUNK_LINE < UINT16_MAX);

enum state {
	START, /* before the first byte; one empty line may come first (RFC 9112 2.2) */
	REQUEST_LINE,
	FIELDS,
	FIXED_BODY,
	CHUNK_LINE,
	CHUNK_DATA,
	CHUNK_END, /* the CRLF behind a chunk's data */
	TRAILERS,
	DONE,
	REFUSED,
};

struct field { /* offsets into text, which moves as it grows */
	uint16_t name;
	uint16_t value;
};

struct cardea_http_guard {
	enum state state;
	int status; /* of the refusal */
	const char *refusal;

	char *text;
	size_t text_len, text_size;
	size_t line;  /* offset of the line being read */
	size_t limit; /* text_len that the state allows */
	bool skipped_empty_line;

	enum cardea_http_method method;
	const char *method_name;
	uint16_t path, query; /* offsets; 0 for none: the method is there */
	bool http_1_0, keep_alive, wants_continue;
	struct field *fields;
	size_t fields_len;
	unsigned seen; /* bit per entry of singletons[] */

	char *body;
	size_t body_len, body_size;
	size_t left; /* bytes to come of the body or of this chunk */
	size_t head_len;
	size_t chunk_ext, trailers, trailer_bytes; /* spent of their limits */
};

struct input {
	const char *data;
	size_t len;
};

static const struct {
	const char *name;
	enum cardea_http_method method;
} methods[] = {
        {"GET", CARDEA_HTTP_GET},         {"HEAD", CARDEA_HTTP_HEAD},
        {"POST", CARDEA_HTTP_POST},       {"PUT", CARDEA_HTTP_PUT},
        {"PATCH", CARDEA_HTTP_PATCH},     {"DELETE", CARDEA_HTTP_DELETE},
        {"OPTIONS", CARDEA_HTTP_OPTIONS},
};

/* Fields that two readers could pick differently if they came twice; equal copies count as well. */
enum singleton { HOST, CONTENT_LENGTH, TRANSFER_ENCODING, OTHER_SINGLETON };
static const char *const singletons[] = {
        [HOST] = "host",
        [CONTENT_LENGTH] = "content-length",
        [TRANSFER_ENCODING] = "transfer-encoding",
        [OTHER_SINGLETON] = "authorization",
        "content-type",
        "expect",
        "origin",
        "sec-websocket-key",
        "sec-websocket-version",
        "x-api-key",
};

static bool refuse(struct cardea_http_guard *guard, int status, const char *text)
{
	guard->state = REFUSED;
	guard->status = status;
	guard->refusal = text;
	return false;
}

static bool has(const struct cardea_http_guard *guard, enum singleton which)
{
	return guard->seen & 1u << which;
}

/* ---- request line ---- */

static bool parse_version(struct cardea_http_guard *guard, const char *version)
{
	if (strlen(version) != 8 || strncmp(version, "HTTP/", 5) != 0 || !g_ascii_isdigit(version[5]) ||
	    version[6] != '.' || !g_ascii_isdigit(version[7]))
		return refuse(guard, 400, "malformed request line");
	if (version[5] != '1' || version[7] > '1')
		return refuse(guard, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
	guard->http_1_0 = version[7] == '0';
	return true;
}

static bool parse_method(struct cardea_http_guard *guard, const char *name)
{
	if (!cardea_http_is_token(name))
		return refuse(guard, 400, "malformed request line");
	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
		if (strcmp(methods[i].name, name) == 0) {
			guard->method = methods[i].method;
			guard->method_name = methods[i].name;
			return true;
		}
	}
	return refuse(guard, 501, "unknown method");
}

/* The part of an absolute-form target behind its authority, or NULL (RFC 9112 3.2.2). */
static char *skip_origin(char *target)
{
	char *authority;
	size_t len;

	if (g_ascii_strncasecmp(target, "http://", 7) == 0)
		authority = target + 7;
	else if (g_ascii_strncasecmp(target, "https://", 8) == 0)
		authority = target + 8;
	else
		return NULL;
	len = strcspn(authority, "/?");
	return cardea_http_is_host(authority, len) ? authority + len : NULL;
}

static bool is_target_text(const char *target)
{
	for (const unsigned char *p = (const unsigned char *)target; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			return false;
	return true;
}

static bool parse_target(struct cardea_http_guard *guard, char *target)
{
	bool asterisk = strcmp(target, "*") == 0 && guard->method == CARDEA_HTTP_OPTIONS;
	char *query;

	if (strlen(target) > CARDEA_MAX_HTTP_TARGET)
		return refuse(guard, 414, "request target too long");
	if (!is_target_text(target))
		return refuse(guard, 400, "malformed request target");
	if (*target != '/' && !asterisk)
		target = skip_origin(target);
	/* Absolute form without a path ("http://host?q") is legal but nobody sends it. */
	if (!target || (*target != '/' && !asterisk))
		return refuse(guard, 400, "malformed request target");
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	if (!cardea_http_is_pct_encoded(target))
		return refuse(guard, 400, "malformed request target");
	guard->path = (uint16_t)(target - guard->text);
	guard->query = query ? (uint16_t)(query - guard->text) : 0;
	return true;
}

static bool request_line(struct cardea_http_guard *guard, char *line, size_t len)
{
	char *target, *version;

	if (len == 0 && !guard->skipped_empty_line) {
		guard->skipped_empty_line = true;
		guard->text_len = guard->line;
		guard->state = START;
		return true;
	}
	target = strchr(line, ' ');
	version = target ? strchr(target + 1, ' ') : NULL;
	if (!version || version == target + 1 || target == line)
		return refuse(guard, 400, "malformed request line");
	*target++ = '\0';
	*version++ = '\0';
	guard->state = FIELDS;
	return parse_version(guard, version) && parse_method(guard, line) &&
	       parse_target(guard, target);
}

/* ---- fields ---- */

/* Splits "name: value" in place (RFC 9112 5). False if @line is none. */
static bool split_field(char *line, char **value_out)
{
	char *colon = strchr(line, ':');
	char *value, *end;

	if (!colon || colon == line)
		return false;
	*colon = '\0';
	if (!cardea_http_is_token(line)) /* also refuses white space before the colon and obs-fold */
		return false;
	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	*value_out = value;
	return true;
}

static bool note_singleton(struct cardea_http_guard *guard, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(singletons); i++) {
		if (g_ascii_strcasecmp(name, singletons[i]) != 0)
			continue;
		if (guard->seen & 1u << i)
			return refuse(guard, 400, "a field that must come once is repeated");
		guard->seen |= 1u << i;
		break;
	}
	return true;
}

static bool field_line(struct cardea_http_guard *guard, char *line)
{
	char *value;

	if (guard->fields_len == CARDEA_MAX_HTTP_FIELDS)
		return refuse(guard, 431, "too many header fields");
	if (!split_field(line, &value))
		return refuse(guard, 400, "malformed header field");
	if (!note_singleton(guard, line))
		return false;
	if (!guard->fields)
		guard->fields = g_new(struct field, CARDEA_MAX_HTTP_FIELDS);
	guard->fields[guard->fields_len++] = (struct field){.name = (uint16_t)(line - guard->text),
	                                                    .value = (uint16_t)(value - guard->text)};
	return true;
}

/* ---- end of the head ---- */

static bool check_host(struct cardea_http_guard *guard)
{
	const char *host = cardea_http_guard_field(guard, "host", 0);

	if (!host)
		return guard->http_1_0 || refuse(guard, 400, "the Host field is missing");
	if (!cardea_http_is_host(host, strlen(host)))
		return refuse(guard, 400, "the Host field is not valid");
	return true;
}

static void check_connection(struct cardea_http_guard *guard)
{
	const char *list;
	bool close = guard->http_1_0;

	for (size_t i = 0; (list = cardea_http_guard_field(guard, "connection", i)); i++) {
		if (cardea_http_list_has(list, "close")) {
			guard->keep_alive = false;
			return;
		}
		if (cardea_http_list_has(list, "keep-alive"))
			close = false;
	}
	guard->keep_alive = !close;
}

static bool check_expect(struct cardea_http_guard *guard)
{
	const char *expect = cardea_http_guard_field(guard, "expect", 0);

	if (!expect || guard->http_1_0) /* RFC 9110 10.1.1: ignored in HTTP/1.0 */
		return true;
	if (g_ascii_strcasecmp(expect, "100-continue") != 0)
		return refuse(guard, 417, "unknown expectation");
	guard->wants_continue = true;
	return true;
}

/* 1*DIGIT (RFC 9112 6.2); a number past any limit is as good as the limit plus one. */
static bool parse_length(struct cardea_http_guard *guard, const char *text)
{
	size_t length = 0;

	if (!*text)
		return refuse(guard, 400, "Content-Length is not a number");
	for (; *text; text++) {
		if (!g_ascii_isdigit(*text))
			return refuse(guard, 400, "Content-Length is not a number");
		if (length <= CARDEA_MAX_HTTP_BODY)
			length = length * 10 + (size_t)(*text - '0');
	}
	if (length > CARDEA_MAX_HTTP_BODY)
		return refuse(guard, 413, "request body too large");
	guard->left = length;
	return true;
}

/* RFC 9112 6.1, 6.3: a length that could be read in two ways is an attack or a broken proxy. */
static bool check_framing(struct cardea_http_guard *guard)
{
	if (has(guard, TRANSFER_ENCODING)) {
		if (guard->http_1_0)
			return refuse(guard, 400, "Transfer-Encoding in HTTP/1.0");
		if (has(guard, CONTENT_LENGTH))
			return refuse(guard, 400, "both Content-Length and Transfer-Encoding");
		if (g_ascii_strcasecmp(cardea_http_guard_field(guard, "transfer-encoding", 0), "chunked"))
			return refuse(guard, 400, "unknown transfer coding");
		guard->state = CHUNK_LINE;
		return true;
	}
	if (has(guard, CONTENT_LENGTH) &&
	    !parse_length(guard, cardea_http_guard_field(guard, "content-length", 0)))
		return false;
	guard->state = guard->left > 0 ? FIXED_BODY : DONE;
	return true;
}

static bool end_of_head(struct cardea_http_guard *guard)
{
	guard->head_len = guard->text_len;
	guard->limit = guard->head_len + MAX_CHUNK_LINE;
	check_connection(guard);
	return check_host(guard) && check_framing(guard) && check_expect(guard);
}

/* ---- chunked body (RFC 9112 7.1) ---- */

static bool chunk_line(struct cardea_http_guard *guard, const char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	size_t size = 0;

	guard->chunk_ext += strlen(line + digits);
	if (digits == 0 || digits > 16 || guard->chunk_ext > MAX_CHUNK_EXT_TOTAL ||
	    !cardea_http_is_chunk_ext(line + digits))
		return refuse(guard, 400, "malformed chunk");
	for (size_t i = 0; i < digits; i++)
		if (size <= CARDEA_MAX_HTTP_BODY)
			size = size * 16 + (size_t)g_ascii_xdigit_value(line[i]);
	if (size > CARDEA_MAX_HTTP_BODY - guard->body_len)
		return refuse(guard, 413, "request body too large");
	guard->left = size;
	guard->state = size > 0 ? CHUNK_DATA : TRAILERS;
	guard->text_len = guard->head_len;
	guard->limit = guard->head_len + MAX_CHUNK_LINE;
	if (guard->state == TRAILERS)
		guard->limit = CARDEA_MAX_HTTP_HEAD + MAX_CHUNK_LINE;
	return true;
}

static bool chunk_end(struct cardea_http_guard *guard, size_t len)
{
	if (len > 0)
		return refuse(guard, 400, "malformed chunk");
	guard->text_len = guard->head_len;
	guard->state = CHUNK_LINE;
	return true;
}

/* Trailers are checked like fields and forgotten: merging them could change the request. */
static bool trailer_line(struct cardea_http_guard *guard, char *line, size_t len)
{
	char *value;

	guard->text_len = guard->head_len;
	if (len == 0) {
		guard->state = DONE;
		return true;
	}
	guard->trailer_bytes += len;
	if (++guard->trailers > CARDEA_MAX_HTTP_FIELDS || guard->trailer_bytes > CARDEA_MAX_HTTP_HEAD)
		return refuse(guard, 431, "too many trailer fields");
	if (!split_field(line, &value))
		return refuse(guard, 400, "malformed trailer field");
	return true;
}

/* ---- lines ---- */

static bool is_line_text(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
			return false;
	return true;
}

static bool line_too_long(struct cardea_http_guard *guard)
{
	switch (guard->state) {
	case REQUEST_LINE:
		return refuse(guard, 414, "request target too long");
	case FIELDS:
		return refuse(guard, 431, "request head too large");
	case TRAILERS:
		return refuse(guard, 431, "too many trailer fields");
	default:
		return refuse(guard, 400, "malformed chunk");
	}
}

static bool whole_line(struct cardea_http_guard *guard)
{
	char *line = guard->text + guard->line;
	size_t len = guard->text_len - guard->line - 1;

	if (len == 0 || line[len - 1] != '\r')
		return refuse(guard, 400, "a line does not end with CRLF");
	line[--len] = '\0';
	if (!is_line_text(line, len))
		return refuse(guard, 400, "a control character in the request");
	switch (guard->state) {
	case REQUEST_LINE:
		guard->limit = CARDEA_MAX_HTTP_HEAD;
		return request_line(guard, line, len);
	case FIELDS:
		return len > 0 ? field_line(guard, line) : end_of_head(guard);
	case CHUNK_LINE:
		return chunk_line(guard, line);
	case CHUNK_END:
		return chunk_end(guard, len);
	default:
		return trailer_line(guard, line, len);
	}
}

static void append_text(struct cardea_http_guard *guard, const char *data, size_t len)
{
	if (guard->text_len + len > guard->text_size) {
		guard->text_size = MAX(MAX(guard->text_len + len, guard->text_size * 2), 512);
		guard->text = g_realloc(guard->text, guard->text_size);
	}
	memcpy(guard->text + guard->text_len, data, len);
	guard->text_len += len;
}

static void take(struct input *in, size_t len)
{
	in->data += len;
	in->len -= len;
}

static void read_line(struct cardea_http_guard *guard, struct input *in)
{
	const char *lf = memchr(in->data, '\n', in->len);
	size_t len = lf ? (size_t)(lf - in->data) + 1 : in->len;

	if (guard->text_len + len > guard->limit) {
		line_too_long(guard);
		return;
	}
	append_text(guard, in->data, len);
	take(in, len);
	if (lf && whole_line(guard))
		guard->line = guard->text_len;
}

/* ---- body ---- */

static void read_body(struct cardea_http_guard *guard, struct input *in)
{
	size_t len = MIN(in->len, guard->left);

	if (guard->body_len + len + 1 > guard->body_size) {
		guard->body_size = MAX(guard->body_len + len + 1, guard->body_size * 2);
		guard->body = g_realloc(guard->body, guard->body_size);
	}
	memcpy(guard->body + guard->body_len, in->data, len);
	guard->body_len += len;
	guard->body[guard->body_len] = '\0';
	guard->left -= len;
	take(in, len);
	if (guard->left == 0)
		guard->state = guard->state == FIXED_BODY ? DONE : CHUNK_END;
}

static void start(struct cardea_http_guard *guard, const struct input *in)
{
	guard->limit = MAX_METHOD + CARDEA_MAX_HTTP_TARGET + sizeof(" HTTP/1.1\r\n");
	guard->state = REQUEST_LINE;
	/* A TLS hello or a port scanner's greeting has no line end to wait for. */
	if (!cardea_http_is_tchar((unsigned char)*in->data) && *in->data != '\r')
		refuse(guard, 400, "malformed request line");
}

static void step(struct cardea_http_guard *guard, struct input *in)
{
	switch (guard->state) {
	case START:
		start(guard, in);
		break;
	case FIXED_BODY:
	case CHUNK_DATA:
		read_body(guard, in);
		break;
	default:
		read_line(guard, in);
		break;
	}
}

enum cardea_http_verdict cardea_http_guard_feed(struct cardea_http_guard *guard, const char *data,
                                                size_t len, size_t *used)
{
	struct input in = {data, len};
	bool in_head = guard->state <= FIELDS;

	while (in.len > 0 && guard->state < DONE) {
		step(guard, &in);
		if (in_head && guard->state > FIELDS && guard->state < DONE)
			break;
	}
	*used = len - in.len;
	if (guard->state == REFUSED)
		return CARDEA_GUARD_REFUSED;
	if (guard->state == DONE)
		return CARDEA_GUARD_DONE;
	return in_head && guard->state > FIELDS ? CARDEA_GUARD_HEAD : CARDEA_GUARD_MORE;
}

/* ---- life and accessors ---- */

struct cardea_http_guard *cardea_http_guard_new(void)
{
	return g_new0(struct cardea_http_guard, 1);
}

void cardea_http_guard_next(struct cardea_http_guard *guard)
{
	g_free(guard->text);
	g_free(guard->fields);
	g_free(guard->body);
	memset(guard, 0, sizeof(*guard));
}

void cardea_http_guard_free(struct cardea_http_guard *guard)
{
	if (guard)
		cardea_http_guard_next(guard);
	g_free(guard);
}

enum cardea_http_stage cardea_http_guard_stage(const struct cardea_http_guard *guard)
{
	if (guard->state >= DONE)
		return CARDEA_GUARD_ENDED;
	if (guard->state > FIELDS)
		return CARDEA_GUARD_IN_BODY;
	return guard->state == START ? CARDEA_GUARD_IDLE : CARDEA_GUARD_IN_HEAD;
}

int cardea_http_guard_refusal(const struct cardea_http_guard *guard, const char **text)
{
	if (text)
		*text = guard->refusal;
	return guard->status;
}

void cardea_http_guard_refuse(struct cardea_http_guard *guard, int status, const char *text)
{
	refuse(guard, status, text);
}

enum cardea_http_method cardea_http_guard_method(const struct cardea_http_guard *guard)
{
	return guard->method;
}

const char *cardea_http_guard_method_name(const struct cardea_http_guard *guard)
{
	return guard->method_name;
}

const char *cardea_http_guard_path(const struct cardea_http_guard *guard)
{
	return guard->path ? guard->text + guard->path : NULL;
}

const char *cardea_http_guard_query(const struct cardea_http_guard *guard)
{
	return guard->query ? guard->text + guard->query : NULL;
}

const char *cardea_http_guard_field(const struct cardea_http_guard *guard, const char *name,
                                    size_t nth)
{
	for (size_t i = 0; i < guard->fields_len; i++)
		if (g_ascii_strcasecmp(guard->text + guard->fields[i].name, name) == 0 && nth-- == 0)
			return guard->text + guard->fields[i].value;
	return NULL;
}

const char *cardea_http_guard_body(const struct cardea_http_guard *guard, size_t *len)
{
	if (len)
		*len = guard->body_len;
	return guard->body ? guard->body : "";
}

bool cardea_http_guard_is_http_1_0(const struct cardea_http_guard *guard)
{
	return guard->http_1_0;
}

bool cardea_http_guard_keeps_alive(const struct cardea_http_guard *guard)
{
	return guard->keep_alive;
}

bool cardea_http_guard_wants_continue(const struct cardea_http_guard *guard)
{
	return guard->wants_continue;
}
