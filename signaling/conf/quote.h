/*
 * quote: text as a string of libconfig's syntax, which Janus reads as well. Any thread.
 */
#ifndef CARDEA_CONF_QUOTE_H
#define CARDEA_CONF_QUOTE_H

/* @text in quotes, with quotes, backslashes and control characters escaped. New string, g_free. */
char *cardea_quote(const char *text);

#endif
