/*
 * log: one line of key=value per record on stderr. Any thread.
 *
 * cardea_log(CARDEA_LOG_INFO, "ws", "event=opened room=%s", room). Values that come from outside go
 * through %s only after cardea_log_safe, which escapes blanks and control characters. Never a
 * secret.
 */
#ifndef CARDEA_CONF_LOG_H
#define CARDEA_CONF_LOG_H

enum cardea_log_level {
	CARDEA_LOG_ERROR,
	CARDEA_LOG_WARNING,
	CARDEA_LOG_INFO,
	CARDEA_LOG_DEBUG,
};

void cardea_log_set_level(enum cardea_log_level level);

/* @subsystem: a literal such as "http", "store", "control". */
void cardea_log(enum cardea_log_level level, const char *subsystem, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* @text with everything but printable ASCII (without blank, quote, backslash) as \xNN, cut to 128
 * bytes; "-" for NULL. Returns @buf. */
#define CARDEA_LOG_SAFE_SIZE 520
const char *cardea_log_safe(const char *text, char buf[CARDEA_LOG_SAFE_SIZE]);

#endif
