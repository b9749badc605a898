/*
 * cardea_text: what people type: display names. No state, any thread.
 */
#ifndef CARDEA_TEXT_H
#define CARDEA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if @text is valid UTF-8 of 1..@max bytes without control characters (C0, C1) and without
 * bidirectional controls (U+202A..E, U+2066..9), which could make one name look like another.
 */
bool cardea_text_is_name(const char *text, size_t max);

/* A copy of @text without those characters, runs of white space made one blank, ends trimmed, cut
 * to @max bytes at a character boundary. NULL if nothing is left or it is not UTF-8. g_free. */
char *cardea_text_clean_name(const char *text, size_t max);

#endif
