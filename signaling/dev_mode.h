/*
 * dev_mode: what `./dev up` prints and dev.json holds (DESIGN 2): a room with a host link and a
 * guest link, the first tenant's API key, the processes. Loop thread only.
 */
#ifndef CARDEA_DEV_MODE_H
#define CARDEA_DEV_MODE_H

#include <sys/types.h>

struct cardea_dev_mode;
struct cardea_domain;
struct cardea_worker_options;

/* @options and @domain are borrowed. */
struct cardea_dev_mode *cardea_dev_mode_new(const struct cardea_worker_options *options,
                                            struct cardea_domain *domain);
/* Everything is ready: makes the links, writes the file, prints. Does so once. */
void cardea_dev_mode_ready(struct cardea_dev_mode *dev);
/* A child of the supervisor; the file is written again if it is there. */
void cardea_dev_mode_child(struct cardea_dev_mode *dev, const char *name, pid_t pid);
/* After the domain. NULL is fine. */
void cardea_dev_mode_free(struct cardea_dev_mode *dev);

#endif
