/*
 * lifeline: the worker's end of its connection to the supervisor (see worker.h): which children it
 * has, and that it is still there. Loop thread only.
 */
#ifndef CARDEA_LIFELINE_H
#define CARDEA_LIFELINE_H

#include <sys/types.h>

struct cardea_loop;
struct cardea_lifeline;

struct cardea_lifeline_callbacks {
	/* A child has (another) process; 0 = it is not running. @name is valid during the call. */
	void (*child)(const char *name, pid_t pid, void *arg);
	/* The supervisor is gone. */
	void (*gone)(void *arg);
	void *arg;
};

/* Takes @fd. */
int cardea_lifeline_new(struct cardea_loop *loop, int fd,
                        const struct cardea_lifeline_callbacks *callbacks,
                        struct cardea_lifeline **out);
/* After the loop has ended. NULL is fine. */
void cardea_lifeline_free(struct cardea_lifeline *lifeline);

#endif
