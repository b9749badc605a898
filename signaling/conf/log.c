/* log: one write(2) per record, so that records of several threads and processes do not mix. */
#include "config.h"
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cardea_clock.h"
#include "conf/log.h"

#define RECORD_SIZE 2048
#define SAFE_CHARS  128

static const char *const names[] = {"error", "warning", "info", "debug"};
static gint threshold = CARDEA_LOG_INFO; /* atomic */

void cardea_log_set_level(enum cardea_log_level level)
{
	g_atomic_int_set(&threshold, (gint)level);
}

/* Appends to @record, whose last byte stays free for the line end; a record that is too long is
 * cut. */
static void append(char record[RECORD_SIZE], const char *format, va_list ap)
        __attribute__((format(printf, 2, 0)));

static void append(char record[RECORD_SIZE], const char *format, va_list ap)
{
	size_t used = strlen(record);

	(void)vsnprintf(record + used, RECORD_SIZE - 1 - used, format, ap);
}

static void append_head(char record[RECORD_SIZE], const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static void append_head(char record[RECORD_SIZE], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	append(record, format, ap);
	va_end(ap);
}

void cardea_log(enum cardea_log_level level, const char *subsystem, const char *format, ...)
{
	char record[RECORD_SIZE] = "", now[CARDEA_TIME_SIZE];
	size_t length;
	va_list ap;

	if ((gint)level > g_atomic_int_get(&threshold)) {
		return;
	}
	cardea_time_iso_ms(cardea_clock_wall_ms(&cardea_clock_system), now);
	append_head(record, "%s level=%s subsystem=%s ", now, names[level], subsystem);
	va_start(ap, format);
	append(record, format, ap);
	va_end(ap);
	length = strlen(record);
	record[length++] = '\n';
	/* Nowhere to report a failure to. */
	if (write(STDERR_FILENO, record, length) < 0) {
		return;
	}
}

const char *cardea_log_safe(const char *text, char buf[CARDEA_LOG_SAFE_SIZE])
{
	size_t used = 0;

	if (text == NULL) {
		g_strlcpy(buf, "-", CARDEA_LOG_SAFE_SIZE);
		return buf;
	}
	for (size_t i = 0; i < SAFE_CHARS && text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c > 0x20 && c < 0x7f && c != '"' && c != '\\') {
			buf[used++] = (char)c;
		} else {
			used += (size_t)g_snprintf(buf + used, CARDEA_LOG_SAFE_SIZE - used, "\\x%02x", c);
		}
	}
	buf[used] = '\0';
	return buf;
}
