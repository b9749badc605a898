/*
 * http_text: the small grammars of RFC 9110 and 9112 that the guard and the WebSocket handshake
 * share. Pure; no state, any thread.
 */
#ifndef CARDEA_NET_HTTP_TEXT_H
#define CARDEA_NET_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 9110 5.6.2 */
bool cardea_http_is_tchar(unsigned char c);
bool cardea_http_is_token(const char *text);
/* uri-host [":" port], host not empty, no userinfo (RFC 9110 7.2, RFC 3986 3.2.2). */
bool cardea_http_is_host(const char *text, size_t len);
/* *( ";" token [ "=" ( token / quoted-string ) ] ), RFC 9112 7.1.1, without bad white space. */
bool cardea_http_is_chunk_ext(const char *text);
/* Each "%" is followed by two hexadecimal digits, which are not 00. */
bool cardea_http_is_pct_encoded(const char *text);
/* True if @value, with or without parameters, is @type (any case): of Content-Type and
 * Content-Disposition. */
bool cardea_http_is_type(const char *value, const char *type);
/* True if @token (any case) is a member of the comma-separated @list (RFC 9110 5.6.1). */
bool cardea_http_list_has(const char *list, const char *token);

#endif
