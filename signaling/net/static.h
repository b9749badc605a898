/*
 * static: files answered from a table that is read once at start. A path is looked up, never joined
 * to a folder's name, so nothing outside the table can be reached. Knows no domain. Loop thread.
 *
 * In the table are the regular files below the folder whose path segments consist of
 * [A-Za-z0-9._-] and do not begin with a dot; symbolic links are left out. "/x/index.html" is also
 * "/x/", and "/index.html" is "/".
 */
#ifndef CARDEA_NET_STATIC_H
#define CARDEA_NET_STATIC_H

#include <stdbool.h>
#include <stddef.h>

struct cardea_http_request;
struct cardea_static;

/* What the Content-Security-Policy allows beyond the pages' own origin; lists end with NULL, NULL
 * is none. What is in them is of a form that was checked: no blanks, no semicolons. */
struct cardea_static_policy {
	const char *const *design_hosts; /* "host" or "host:port", by https: style sheets and fonts */
	const char *const *embedders;    /* origins whose pages may show ours in a frame */
};

/* Reads @folder. CARDEA_E_NOT_FOUND if it cannot be opened, CARDEA_E_TOO_LONG if its files are more
 * than is held in memory. @policy is not kept; NULL allows nothing. */
int cardea_static_new(const char *folder, const struct cardea_static_policy *policy,
                      struct cardea_static **out);
/* A file at @path ("/settings.json") that says @text, instead of the one read from the folder. */
int cardea_static_put(struct cardea_static *table, const char *path, const char *text);
void cardea_static_free(struct cardea_static *table); /* NULL is fine */
size_t cardea_static_count(const struct cardea_static *table);

/* Answers @request if its path is in the table: GET and HEAD with the file (or 304), others with
 * 405. False, and not answered, if it is not. */
bool cardea_static_reply(const struct cardea_static *table, struct cardea_http_request *request);
/* Same with the file at @path ("/index.html"), whatever was asked for: pages with many addresses.
 * @template_text is what the access log names. */
bool cardea_static_reply_with(const struct cardea_static *table,
                              struct cardea_http_request *request, const char *path,
                              const char *template_text);

#endif
