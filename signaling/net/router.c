/* router: see router.h. Routes are kept in the order in which they are tried: at the first segment
 * where two templates differ, a fixed text goes before a parameter. */
#include "net/router.h"

#include <string.h>
#include <glib.h>

#define MAX_SEGMENTS 16

struct entry {
	const struct cardea_route *route;
	void *arg;
	char *text;
	char *segment[MAX_SEGMENTS]; /* into text; NULL for a parameter */
	int count;
};

struct cardea_router {
	GPtrArray *entries; /* struct entry */
};

struct segments {
	char *value[MAX_SEGMENTS]; /* NULL: does not decode, matches nothing */
	int count;
};

static const struct {
	enum cardea_http_method method;
	const char *name;
} methods[] = {
        {CARDEA_HTTP_GET, "GET"},         {CARDEA_HTTP_HEAD, "HEAD"},
        {CARDEA_HTTP_POST, "POST"},       {CARDEA_HTTP_PUT, "PUT"},
        {CARDEA_HTTP_PATCH, "PATCH"},     {CARDEA_HTTP_DELETE, "DELETE"},
        {CARDEA_HTTP_OPTIONS, "OPTIONS"},
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	g_free(entry->text);
	g_free(entry);
}

struct cardea_router *cardea_router_new(void)
{
	struct cardea_router *router = g_new0(struct cardea_router, 1);

	router->entries = g_ptr_array_new_with_free_func(entry_free);
	return router;
}

void cardea_router_free(struct cardea_router *router)
{
	if (!router)
		return;
	g_ptr_array_free(router->entries, TRUE);
	g_free(router);
}

/* ---- segments ---- */

/* Makes "//" one "/" (spec/model 5): a client's base URL may end with one, and its paths begin with
 * one. */
static void collapse(char *path)
{
	char *out = path;

	for (const char *in = path; *in; in++) {
		if (*in != '/' || in[1] != '/') {
			*out++ = *in;
		}
	}
	*out = '\0';
}

/* Cuts @path at each "/" in place. -1 if it does not begin with one or has too many segments. */
static int split(char *path, char *segment[MAX_SEGMENTS])
{
	int count = 0;

	if (*path != '/')
		return -1;
	for (; path; path = strchr(path, '/')) {
		*path++ = '\0';
		if (count == MAX_SEGMENTS)
			return -1;
		segment[count++] = path;
	}
	return count;
}

/* Percent-decodes @text in place, once. NULL if that gives no valid, non-empty UTF-8 text. */
static char *decode(char *text)
{
	char *out = text;

	for (char *in = text; *in; in++) {
		if (*in == '%') {
			if (!g_ascii_isxdigit(in[1]) || !g_ascii_isxdigit(in[2]))
				return NULL;
			*out++ = (char)(g_ascii_xdigit_value(in[1]) * 16 + g_ascii_xdigit_value(in[2]));
			in += 2;
			if (out[-1] == '\0')
				return NULL;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return out > text && g_utf8_validate(text, out - text, NULL) ? text : NULL;
}

/* ---- table ---- */

/* < 0 if @a is tried before @b. */
static int compare(const void *pa, const void *pb)
{
	const struct entry *a = *(const struct entry *const *)pa;
	const struct entry *b = *(const struct entry *const *)pb;

	if (a->count != b->count)
		return a->count - b->count;
	for (int i = 0; i < a->count; i++)
		if (!a->segment[i] != !b->segment[i])
			return a->segment[i] ? -1 : 1;
	return 0;
}

static bool is_parameter(const char *segment)
{
	return segment[0] == '{' && g_str_has_suffix(segment, "}");
}

static struct entry *entry_new(const struct cardea_route *route, void *arg)
{
	struct entry *entry = g_new0(struct entry, 1);
	int params = 0;

	entry->route = route;
	entry->arg = arg;
	entry->text = g_strdup(route->template_text);
	entry->count = split(entry->text, entry->segment);
	for (int i = 0; i < entry->count; i++) {
		if (!is_parameter(entry->segment[i]))
			continue;
		entry->segment[i] = NULL;
		params++;
	}
	if (entry->count < 0 || params > CARDEA_ROUTE_MAX_PARAMS)
		g_error("route %s cannot be used", route->template_text);
	return entry;
}

void cardea_router_add(struct cardea_router *router, const struct cardea_route *routes,
                       size_t count, void *arg)
{
	for (size_t i = 0; i < count; i++)
		g_ptr_array_add(router->entries, entry_new(&routes[i], arg));
	g_ptr_array_sort(router->entries, compare);
}

/* ---- dispatch ---- */

static bool matches(const struct entry *entry, const struct segments *segments,
                    struct cardea_route_params *params)
{
	params->count = 0;
	if (entry->count != segments->count)
		return false;
	for (int i = 0; i < entry->count; i++) {
		char *value = segments->value[i];

		if (!value || (entry->segment[i] && strcmp(entry->segment[i], value) != 0))
			return false;
		if (!entry->segment[i] && *value == '\0')
			return false;
		if (!entry->segment[i])
			params->value[params->count++] = value;
	}
	return true;
}

static unsigned effective_methods(const struct cardea_route *route)
{
	return route->methods | (route->methods & CARDEA_HTTP_GET ? CARDEA_HTTP_HEAD : 0);
}

static void add_allow(struct cardea_http_request *request, unsigned allowed)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
		if (allowed & methods[i].method)
			g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", methods[i].name);
	cardea_http_add_header(request, "Allow", list->str);
}

/* No route takes the method; @allowed is what those that match the path take. */
static void answer_unrouted(struct cardea_http_request *request, unsigned allowed)
{
	if (allowed == 0) {
		cardea_http_reply_error(request, 404, "not found");
		return;
	}
	add_allow(request, allowed | CARDEA_HTTP_OPTIONS);
	if (cardea_http_method(request) == CARDEA_HTTP_OPTIONS)
		cardea_http_reply(request, 204, NULL, NULL, 0);
	else
		cardea_http_reply_error(request, 405, "method not allowed");
}

static void dispatch_segments(struct cardea_router *router, struct cardea_http_request *request,
                              const struct segments *segments)
{
	struct cardea_route_params params;
	unsigned allowed = 0;

	for (guint i = 0; i < router->entries->len; i++) {
		const struct entry *entry = router->entries->pdata[i];
		unsigned taken = effective_methods(entry->route);

		if (!matches(entry, segments, &params))
			continue;
		if (allowed == 0 || taken & cardea_http_method(request))
			cardea_http_set_route(request, entry->route->template_text);
		allowed |= taken;
		if (taken & cardea_http_method(request)) {
			entry->route->handler(request, &params, entry->arg);
			return;
		}
	}
	answer_unrouted(request, allowed);
}

void cardea_router_dispatch(struct cardea_router *router, struct cardea_http_request *request)
{
	g_autofree char *path = g_strdup(cardea_http_path(request));
	struct segments segments;

	collapse(path);
	segments.count = split(path, segments.value);
	for (int i = 0; i < segments.count; i++)
		if (*segments.value[i]) /* "/" alone is one empty segment, which the template "/" has too */
			segments.value[i] = decode(segments.value[i]);
	dispatch_segments(router, request, &segments);
}
