#define _GNU_SOURCE /* RTLD_NEXT */
#include "fake_internet.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <glib.h>

#define VISIBLE __attribute__((visibility("default")))

typedef int (*resolve_h)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
typedef int (*connect_h)(int, const struct sockaddr *, socklen_t);

static GMutex lock; /* the resolver's threads ask as well */
static GCond let_go;
static gboolean released;
static GHashTable *names;

void fake_internet_reset(void)
{
	g_mutex_lock(&lock);
	if (names)
		g_hash_table_destroy(names);
	names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	released = FALSE;
	g_mutex_unlock(&lock);
}

void fake_internet_set(const char *name, const char *addresses)
{
	g_mutex_lock(&lock);
	g_hash_table_insert(names, g_strdup(name), g_strdup(addresses));
	g_mutex_unlock(&lock);
}

void fake_internet_release(void)
{
	g_mutex_lock(&lock);
	released = TRUE;
	g_cond_broadcast(&let_go);
	g_mutex_unlock(&lock);
}

static void wait_for_release(void)
{
	gint64 deadline = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;

	g_mutex_lock(&lock);
	while (!released && g_cond_wait_until(&let_go, &lock, deadline))
		;
	g_mutex_unlock(&lock);
}

/* A list that libc's freeaddrinfo takes: one numeric look-up for each, chained. */
static int resolve(const char *addresses, const char *service, const struct addrinfo *hints,
                   struct addrinfo **out)
{
	resolve_h real = (resolve_h)dlsym(RTLD_NEXT, "getaddrinfo");
	g_auto(GStrv) list = g_strsplit(addresses, " ", 0);
	struct addrinfo numeric = *hints, **tail = out;
	int err = 0;

	numeric.ai_flags |= AI_NUMERICHOST;
	numeric.ai_family = AF_UNSPEC;
	*out = NULL;
	for (size_t i = 0; list[i] && !err; i++) {
		err = real(list[i], service, &numeric, tail);
		while (!err && *tail)
			tail = &(*tail)->ai_next;
	}
	return err;
}

VISIBLE int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                        struct addrinfo **out)
{
	g_autofree char *addresses = NULL;

	if (!name || !g_str_has_suffix(name, ".test"))
		return name ? resolve(name, service, hints, out) : EAI_NONAME;
	if (strcmp(name, "slow.test") == 0)
		wait_for_release();
	g_mutex_lock(&lock);
	addresses = g_strdup(g_hash_table_lookup(names, name));
	g_mutex_unlock(&lock);
	return addresses ? resolve(addresses, service, hints, out) : EAI_NONAME;
}

VISIBLE int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	connect_h real = (connect_h)dlsym(RTLD_NEXT, "connect");
	struct sockaddr_in in;

	if (address->sa_family != AF_INET)
		return real(fd, address, len);
	memcpy(&in, address, sizeof(in));
	if (in.sin_addr.s_addr == inet_addr(DEAD_ADDRESS)) {
		errno = ECONNREFUSED;
		return -1;
	}
	if (in.sin_addr.s_addr == inet_addr(PUBLIC_ADDRESS))
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return real(fd, (const struct sockaddr *)&in, sizeof(in));
}
