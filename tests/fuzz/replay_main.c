/*
 * replay_main: stands for libFuzzer where it is not there. Runs a fuzz target over the files and
 * folders named as arguments, or, without any, over its corpus in $srcdir/tests/fuzz/corpus/<name>,
 * so that every `make check` replays it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns the number of inputs that were run; a failed one ends the process. */
static unsigned replay(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	unsigned count = 0;
	if (dir) {
		const char *name;
		while ((name = g_dir_read_name(dir))) {
			char *inside = g_build_filename(path, name, NULL);
			count += replay(inside);
			g_free(inside);
		}
		g_dir_close(dir);
		return count;
	}
	char *data;
	gsize size;
	if (!g_file_get_contents(path, &data, &size, NULL)) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	/* A copy of the exact size: g_file_get_contents adds a byte that would hide an over-read. */
	uint8_t *copy = g_malloc(size ? size : 1);
	for (gsize i = 0; i < size; i++)
		copy[i] = (uint8_t)data[i];
	LLVMFuzzerTestOneInput(copy, size);
	g_free(copy);
	g_free(data);
	return 1;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	if (argc == 1) {
		const char *srcdir = getenv("srcdir");
		char *name = g_path_get_basename(argv[0]);
		char *corpus =
		        g_build_filename(srcdir ? srcdir : ".", "tests", "fuzz", "corpus", name, NULL);
		count = replay(corpus);
		g_free(corpus);
		g_free(name);
	}
	printf("%u inputs\n", count);
	return count > 0 ? 0 : 1;
}
