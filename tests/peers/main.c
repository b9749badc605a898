/*
 * media_peers: a process that holds hundreds of WebRTC peers, media only. Commands come in on stdin
 * (commands.h), signalling is whoever starts it. It ends with `quit` or with its stdin.
 *
 * usage: media_peers [threads]
 */
#include <stdio.h>
#include <stdlib.h>
#include <glib.h>
#include "commands.h"
#include "crypt.h"

#define DEFAULT_THREADS 2
#define MAX_THREADS     64

static void run(unsigned threads)
{
	struct commands *commands = commands_new(threads);
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, stdin) > 0 && commands_run(commands, line))
		continue;
	free(line);
	commands_free(commands);
}

int main(int argc, char **argv)
{
	guint64 threads = DEFAULT_THREADS;
	if (argc > 2 ||
	    (argc == 2 && !g_ascii_string_to_unsigned(argv[1], 10, 1, MAX_THREADS, &threads, NULL))) {
		fputs("usage: media_peers [threads]\n", stderr);
		return 2;
	}
	if (!crypt_setup() || !dtls_setup()) {
		fputs("media_peers: no cryptography\n", stderr);
		return 1;
	}
	run((unsigned)threads);
	dtls_teardown();
	crypt_teardown();
	return 0;
}
