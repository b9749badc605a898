/* static: see static.h. */
#include "net/static.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib.h>

#include "cardea_error.h"
#include "cardea_hash.h"
#include "conf/log.h"
#include "net/http.h"
#include "net/http_text.h"

/* The built pages are below 2 MiB; a folder given by mistake must not eat the memory. */
#define MAX_BYTES (64 * 1024 * 1024)
#define MAX_DEPTH 8
#define ETAG_SIZE 36

struct file {
	char *path;
	const char *type;
	char etag[ETAG_SIZE];
	char *body;
	size_t len;
	bool immutable; /* under /assets/ the name changes with the content */
};

struct cardea_static {
	GPtrArray *owned;  /* struct file */
	GHashTable *files; /* path -> struct file; an index has two */
	size_t bytes;
	char *content_policy;
};

static const struct {
	const char *suffix, *type;
} types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".mp3", "audio/mpeg"},
        {".ogg", "audio/ogg"},
        {".wav", "audio/wav"},
};

static const struct {
	const char *name, *value;
} security_headers[] = {
        {"Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)"},
        {"Referrer-Policy", "no-referrer"}, /* the address of a page can be a credential */
        {"Cross-Origin-Opener-Policy", "same-origin"},
};

/* " https://a https://b", or " a b" without a @scheme. */
static char *sources(const char *const *list, const char *scheme)
{
	GString *text = g_string_new(NULL);

	for (; list && *list; list++) {
		g_string_append_printf(text, " %s%s", scheme, *list);
	}
	return g_string_free(text, FALSE);
}

/* Pictures may come from any https address: those of people do. The page itself loads those of a
 * design only from the hosts that are allowed (spec/plugnmeet N7). */
static char *make_content_policy(const struct cardea_static_policy *policy)
{
	static const struct cardea_static_policy strict;
	const struct cardea_static_policy *allowed = policy ? policy : &strict;
	g_autofree char *hosts = sources(allowed->design_hosts, "https://");
	g_autofree char *embedders = sources(allowed->embedders, "");

	return g_strdup_printf("default-src 'self'; connect-src 'self' ws: wss:; "
	                       "img-src 'self' https: data:; media-src 'self' blob:; "
	                       "style-src 'self'%s; font-src 'self'%s; script-src 'self'; "
	                       "object-src 'none'; base-uri 'none'; frame-ancestors%s",
	                       hosts, hosts, *embedders ? embedders : " 'none'");
}

static void file_free(void *data)
{
	struct file *file = data;

	g_free(file->path);
	g_free(file->body);
	g_free(file);
}

static const char *type_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_str_has_suffix(name, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

/* ---- reading the folder ---- */

static bool is_fit_name(const char *name)
{
	if (*name == '.')
		return false;
	for (const char *p = name; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("._-", *p))
			return false;
	return true;
}

static int make_etag(struct file *file)
{
	uint8_t digest[CARDEA_SHA256_SIZE];
	int err = cardea_sha256(file->body, file->len, digest);
	char *out = file->etag;

	if (err < 0)
		return err;
	*out++ = '"';
	for (int i = 0; i < 16; i++, out += 2)
		g_snprintf(out, 3, "%02x", digest[i]);
	*out++ = '"';
	*out = '\0';
	return 0;
}

/* Reads all @len bytes of @fd; false on an error or if the file is shorter. */
static bool read_all(int fd, char *out, size_t len)
{
	while (len > 0) {
		ssize_t got = read(fd, out, len);

		if (got <= 0)
			return false;
		out += got;
		len -= (size_t)got;
	}
	return true;
}

static void add_index(struct cardea_static *table, struct file *file)
{
	size_t folder_len;
	char *folder;

	if (!g_str_has_suffix(file->path, "/index.html"))
		return;
	folder_len = strlen(file->path) - strlen("index.html");
	folder = g_strndup(file->path, folder_len);
	g_hash_table_insert(table->files, folder, file);
}

static struct file *new_file(const char *path, size_t len)
{
	struct file *file = g_new0(struct file, 1);

	file->path = g_strdup(path);
	file->type = type_of(path);
	file->immutable = g_str_has_prefix(path, "/assets/");
	file->len = len;
	file->body = g_malloc(len + 1);
	return file;
}

int cardea_static_put(struct cardea_static *table, const char *path, const char *text)
{
	struct file *file = new_file(path, strlen(text));
	int err;

	memcpy(file->body, text, file->len);
	err = make_etag(file);
	if (err < 0) {
		file_free(file);
		return err;
	}
	g_ptr_array_add(table->owned, file);
	g_hash_table_insert(table->files, g_strdup(path), file);
	return 0;
}

static int add_file(struct cardea_static *table, int fd, size_t len, const char *path)
{
	struct file *file;
	int err;

	if (len > MAX_BYTES - table->bytes)
		return CARDEA_E_TOO_LONG;
	table->bytes += len;
	file = new_file(path, len);
	err = read_all(fd, file->body, len) ? make_etag(file) : CARDEA_E_SYSTEM;
	if (err < 0) {
		file_free(file);
		return err;
	}
	g_ptr_array_add(table->owned, file);
	g_hash_table_insert(table->files, g_strdup(path), file);
	add_index(table, file);
	return 0;
}

static int add_folder(struct cardea_static *table, int fd, const char *path, int depth);

/* Takes the entry @name of the folder @dir_fd, whose path is @path; what does not fit is skipped.
 */
static int add_entry(struct cardea_static *table, int dir_fd, const char *path, const char *name,
                     int depth)
{
	g_autofree char *entry_path = g_strconcat(path, "/", name, NULL);
	struct stat info;
	int fd, err = 0;

	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (fstat(fd, &info) < 0)
		err = CARDEA_E_SYSTEM;
	else if (S_ISDIR(info.st_mode) && depth < MAX_DEPTH)
		return add_folder(table, fd, entry_path, depth + 1);
	else if (S_ISREG(info.st_mode))
		err = add_file(table, fd, (size_t)info.st_size, entry_path);
	close(fd);
	return err;
}

/* Takes ownership of @fd. */
static int add_folder(struct cardea_static *table, int fd, const char *path, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		close(fd);
		return CARDEA_E_SYSTEM;
	}
	while (err == 0 && (entry = readdir(dir)))
		if (is_fit_name(entry->d_name))
			err = add_entry(table, dirfd(dir), path, entry->d_name, depth);
	closedir(dir);
	return err;
}

int cardea_static_new(const char *folder, const struct cardea_static_policy *policy,
                      struct cardea_static **out)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cardea_static *table;
	int err;

	if (fd < 0)
		return CARDEA_E_NOT_FOUND;
	table = g_new0(struct cardea_static, 1);
	table->content_policy = make_content_policy(policy);
	table->owned = g_ptr_array_new_with_free_func(file_free);
	table->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	err = add_folder(table, fd, "", 0);
	if (err < 0) {
		cardea_static_free(table);
		return err;
	}
	cardea_log(CARDEA_LOG_INFO, "static", "event=loaded files=%u bytes=%zu", table->owned->len,
	           table->bytes);
	*out = table;
	return 0;
}

void cardea_static_free(struct cardea_static *table)
{
	if (!table)
		return;
	g_hash_table_destroy(table->files);
	g_ptr_array_free(table->owned, TRUE);
	g_free(table->content_policy);
	g_free(table);
}

size_t cardea_static_count(const struct cardea_static *table)
{
	return table->owned->len;
}

/* ---- answering ---- */

/* RFC 9110 13.1.2: weak comparison. */
static bool is_unchanged(const struct cardea_http_request *request, const struct file *file)
{
	const char *given = cardea_http_header(request, "if-none-match");
	g_autofree char *weak = NULL;

	if (!given)
		return false;
	weak = g_strconcat("W/", file->etag, NULL);
	return strcmp(given, "*") == 0 || cardea_http_list_has(given, file->etag) ||
	       cardea_http_list_has(given, weak);
}

static void reply(const struct cardea_static *table, struct cardea_http_request *request,
                  const struct file *file)
{
	if (!(cardea_http_method(request) & (CARDEA_HTTP_GET | CARDEA_HTTP_HEAD))) {
		cardea_http_add_header(request, "Allow", "GET, HEAD");
		cardea_http_reply_error(request, 405, "method not allowed");
		return;
	}
	cardea_http_add_header(request, "Content-Security-Policy", table->content_policy);
	for (size_t i = 0; i < G_N_ELEMENTS(security_headers); i++)
		cardea_http_add_header(request, security_headers[i].name, security_headers[i].value);
	cardea_http_add_header(request, "ETag", file->etag);
	cardea_http_add_header(request, "Cache-Control",
	                       file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	if (is_unchanged(request, file))
		cardea_http_reply(request, 304, NULL, NULL, 0);
	else
		cardea_http_reply(request, 200, file->type, file->body, file->len);
}

bool cardea_static_reply_with(const struct cardea_static *table,
                              struct cardea_http_request *request, const char *path,
                              const char *template_text)
{
	const struct file *file = g_hash_table_lookup(table->files, path);

	if (!file)
		return false;
	cardea_http_set_route(request, template_text ? template_text : file->path);
	reply(table, request, file);
	return true;
}

bool cardea_static_reply(const struct cardea_static *table, struct cardea_http_request *request)
{
	return cardea_static_reply_with(table, request, cardea_http_path(request), NULL);
}
