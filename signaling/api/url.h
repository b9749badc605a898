/*
 * url: how clients reach this gateway from outside. Pure; any thread.
 */
#ifndef CARDEA_API_URL_H
#define CARDEA_API_URL_H

/* The base of links, "https://host[:port]": @public_url if configured, else from the request's Host
 * and, behind a proxy, its X-Forwarded-Proto (either may be NULL). A new string, g_free; NULL
 * without a host. */
char *cardea_url_base(const char *public_url, const char *host, const char *forwarded_proto);

/* The base for WebSockets, "wss://host[:port]": from @public_url if configured, else from the
 * request's Host and, behind a proxy, its X-Forwarded-Proto (either may be NULL). A new string,
 * g_free; NULL without a host. */
char *cardea_url_ws_base(const char *public_url, const char *host, const char *forwarded_proto);

#endif
