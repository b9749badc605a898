/*
 * suite: what every test of the suite begins and ends with: a folder, a loop, a store of the engine
 * under test, whose steps can be made to fail.
 */
#ifndef CARDEA_TEST_STORE_SUITE_H
#define CARDEA_TEST_STORE_SUITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include "store/store.h"
#include "store/store_engine.h"

/* The engine under test, and one whose steps the tests make fail. */
extern const struct cardea_engine *engine;
extern struct cardea_engine scripted;
extern atomic_int commits;
extern atomic_int commit_verdict; /* instead of committing */
extern atomic_int queries_left;   /* until one fails; negative: none does */

struct fixture {
	char *dir, *path;
	struct cardea_loop *loop;
	struct cardea_store *store;
};

int setup(void **state);
int teardown(void **state);
struct cardea_store_options options_of(struct fixture *f);
void open_store(struct fixture *f, size_t queue, bool run_twice);
void close_store(struct fixture *f);
/* Not with the store open. */
int check_database(struct fixture *f);

#endif
