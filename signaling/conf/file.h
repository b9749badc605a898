/*
 * file: small files that must be whole or absent after a crash: keys, generated configuration, pid
 * files. Any thread. Errors: CARDEA_E_SYSTEM with errno set, others as said.
 */
#ifndef CARDEA_CONF_FILE_H
#define CARDEA_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Replaces @path by @len bytes in one step, synced with its folder, with @mode. */
int cardea_file_replace(const char *path, const void *data, size_t len, mode_t mode);

/* The same, but leaves an existing file as it is: CARDEA_E_STORE_CONFLICT. */
int cardea_file_create(const char *path, const void *data, size_t len, mode_t mode);

/* The text of a file of at most @max bytes, with a NUL behind it: g_free. CARDEA_E_NOT_FOUND,
 * CARDEA_E_TOO_LONG. */
int cardea_file_read(const char *path, size_t max, char **text, size_t *len);

/* Creates the folder @path with @mode; one that is there must be a folder of ours and, when @mode
 * is 0700, closed to others: CARDEA_E_FORBIDDEN. Its parents must exist. */
int cardea_file_folder(const char *path, mode_t mode);

#endif
