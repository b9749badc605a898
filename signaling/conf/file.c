/* file: written under a temporary name, synced, then given the real one. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR) {
			return CARDEA_E_SYSTEM;
		}
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Writes a synced temporary file next to @path. *@temp is its name (g_free), set on success. */
static int write_temp(const char *path, const void *data, size_t len, mode_t mode, char **temp)
{
	char *name = g_strdup_printf("%s.%ld.tmp", path, (long)getpid());
	/* A leftover of a process that died with our pid. */
	int fd = unlink(name) == 0 || errno == ENOENT
	                 ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
	                 : -1;
	int err = fd < 0 ? CARDEA_E_SYSTEM : 0;

	if (err == 0 && (fchmod(fd, mode) != 0 || write_all(fd, data, len) != 0 || fsync(fd) != 0)) {
		err = CARDEA_E_SYSTEM;
	}
	if (fd >= 0 && close(fd) != 0 && err == 0) {
		err = CARDEA_E_SYSTEM;
	}
	if (err != 0) {
		int saved = errno;

		(void)unlink(name);
		g_free(name);
		errno = saved;
		return err;
	}
	*temp = name;
	return 0;
}

/* Makes a new or changed name in the folder of @path durable. */
static int sync_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = fd < 0 || fsync(fd) != 0 ? CARDEA_E_SYSTEM : 0;

	if (fd >= 0) {
		(void)close(fd);
	}
	return err;
}

int cardea_file_replace(const char *path, const void *data, size_t len, mode_t mode)
{
	char *temp = NULL;
	int err = write_temp(path, data, len, mode, &temp);

	if (err != 0) {
		return err;
	}
	if (rename(temp, path) != 0) {
		(void)unlink(temp);
		err = CARDEA_E_SYSTEM;
	}
	g_free(temp);
	return err != 0 ? err : sync_folder(path);
}

int cardea_file_create(const char *path, const void *data, size_t len, mode_t mode)
{
	char *temp = NULL;
	int err = write_temp(path, data, len, mode, &temp);

	if (err != 0) {
		return err;
	}
	/* Unlike rename, link never replaces: of two first starts at once, one wins. */
	if (link(temp, path) != 0) {
		err = errno == EEXIST ? CARDEA_E_STORE_CONFLICT : CARDEA_E_SYSTEM;
	}
	(void)unlink(temp);
	g_free(temp);
	return err != 0 ? err : sync_folder(path);
}

static int read_all(int fd, size_t max, char **text, size_t *len)
{
	char *buffer = g_malloc(max + 2);
	size_t used = 0;
	ssize_t n;

	do {
		n = read(fd, buffer + used, max + 1 - used);
		if (n > 0) {
			used += (size_t)n;
		}
	} while ((n > 0 && used <= max) || (n < 0 && errno == EINTR));
	if (n < 0 || used > max) {
		explicit_bzero(buffer, used);
		g_free(buffer);
		return n < 0 ? CARDEA_E_SYSTEM : CARDEA_E_TOO_LONG;
	}
	buffer[used] = '\0';
	*text = buffer;
	*len = used;
	return 0;
}

int cardea_file_read(const char *path, size_t max, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0) {
		return errno == ENOENT ? CARDEA_E_NOT_FOUND : CARDEA_E_SYSTEM;
	}
	err = read_all(fd, max, text, len);
	(void)close(fd);
	return err;
}

int cardea_file_folder(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0) {
		return sync_folder(path);
	}
	if (errno != EEXIST || stat(path, &st) != 0) {
		return CARDEA_E_SYSTEM;
	}
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return CARDEA_E_SYSTEM;
	}
	if (st.st_uid != geteuid() || (mode == 0700 && (st.st_mode & 077) != 0)) {
		return CARDEA_E_FORBIDDEN;
	}
	return 0;
}
