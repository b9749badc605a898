/*
 * worker_start: from settings, key files and the supervisor's descriptors to a running worker.
 */
#ifndef CARDEA_WORKER_START_H
#define CARDEA_WORKER_START_H

#include "conf/conf.h"

struct cardea_worker_fds {
	int listen, admin, lifeline; /* -1 = none */
};

/* Runs until the worker ends; takes @fds. 0 or a negative cardea_error, logged. */
int cardea_worker_start(const struct cardea_conf *conf, const struct cardea_worker_fds *fds);

#endif
