#define _GNU_SOURCE
#include "worker.h"

#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH       64
#define MAX_PACKET  2048
#define MAX_READY   256
#define NS_PER_TICK (WORKER_TICK_US * 1000L)
#define NS_PER_S    1000000000L

struct call {
	worker_job job;
	void *arg;
	bool done; /* under the worker's lock */
};

struct worker {
	GThread *thread;
	int epoll;
	GPtrArray *peers;
	GAsyncQueue *calls; /* of struct call */
	GMutex lock;
	GCond called; /* a call is done */
	atomic_bool stop;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_in senders[BATCH];
	uint8_t data[BATCH][MAX_PACKET];
};

/* ---- receiving ---- */

static void prepare_batch(struct worker *worker)
{
	for (unsigned i = 0; i < BATCH; i++) {
		worker->vectors[i] = (struct iovec){.iov_base = worker->data[i], .iov_len = MAX_PACKET};
		worker->messages[i].msg_hdr = (struct msghdr){
		        .msg_name = &worker->senders[i],
		        .msg_namelen = sizeof(worker->senders[i]),
		        .msg_iov = &worker->vectors[i],
		        .msg_iovlen = 1,
		};
	}
}

static void drain(struct worker *worker, struct peer *peer)
{
	int count;
	do {
		count = recvmmsg(peer->fd, worker->messages, BATCH, MSG_DONTWAIT, NULL);
		int64_t now_us = g_get_monotonic_time();
		for (int i = 0; i < count; i++)
			peer_receive(peer, &worker->senders[i], worker->data[i], worker->messages[i].msg_len,
			             now_us);
	} while (count == BATCH);
}

static void receive(struct worker *worker)
{
	struct epoll_event ready[MAX_READY];
	int count = epoll_wait(worker->epoll, ready, MAX_READY, 0);
	for (int i = 0; i < count; i++)
		drain(worker, ready[i].data.ptr);
}

/* ---- the thread ---- */

static void run_calls(struct worker *worker)
{
	struct call *call;
	while ((call = g_async_queue_try_pop(worker->calls))) {
		call->job(worker, call->arg);
		g_mutex_lock(&worker->lock);
		call->done = true;
		g_cond_broadcast(&worker->called);
		g_mutex_unlock(&worker->lock);
	}
}

/* Until the next tick; those that were missed are gone. */
static void sleep_until(struct timespec *next)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	next->tv_nsec += NS_PER_TICK;
	if (next->tv_nsec >= NS_PER_S) {
		next->tv_nsec -= NS_PER_S;
		next->tv_sec++;
	}
	if (now.tv_sec > next->tv_sec || (now.tv_sec == next->tv_sec && now.tv_nsec > next->tv_nsec))
		*next = now;
	else
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

static void *run(void *arg)
{
	struct worker *worker = arg;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!atomic_load(&worker->stop)) {
		sleep_until(&next);
		run_calls(worker);
		receive(worker);
		int64_t now_us = g_get_monotonic_time();
		for (unsigned i = 0; i < worker->peers->len; i++)
			peer_tick(g_ptr_array_index(worker->peers, i), now_us);
	}
	return NULL;
}

static void free_peer(void *peer)
{
	peer_free(peer);
}

struct worker *worker_new(void)
{
	struct worker *worker = g_new0(struct worker, 1);
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	worker->peers = g_ptr_array_new_with_free_func(free_peer);
	worker->calls = g_async_queue_new();
	g_mutex_init(&worker->lock);
	g_cond_init(&worker->called);
	prepare_batch(worker);
	worker->thread = g_thread_new("peers", run, worker);
	return worker;
}

void worker_free(struct worker *worker)
{
	atomic_store(&worker->stop, true);
	g_thread_join(worker->thread);
	g_ptr_array_unref(worker->peers);
	g_async_queue_unref(worker->calls);
	g_cond_clear(&worker->called);
	g_mutex_clear(&worker->lock);
	close(worker->epoll);
	g_free(worker);
}

void worker_call(struct worker *worker, worker_job job, void *arg)
{
	struct call call = {.job = job, .arg = arg};
	g_async_queue_push(worker->calls, &call);
	g_mutex_lock(&worker->lock);
	while (!call.done)
		g_cond_wait(&worker->called, &worker->lock);
	g_mutex_unlock(&worker->lock);
}

int worker_add(struct worker *worker, struct peer *peer)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, peer->fd, &event) < 0)
		return -1;
	g_ptr_array_add(worker->peers, peer);
	return 0;
}

void worker_remove(struct worker *worker, struct peer *peer)
{
	g_ptr_array_remove_fast(worker->peers, peer);
}

GPtrArray *worker_peers(struct worker *worker)
{
	return worker->peers;
}
