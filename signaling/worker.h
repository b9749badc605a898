/*
 * worker: the gateway worker: one loop with the store, the domain, the connection to the media node
 * and the listeners on it. It owns no child process and no listening address; the supervisor gives
 * it both as descriptors, so it can be killed and started again at any time.
 */
#ifndef CARDEA_WORKER_H
#define CARDEA_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "conf/log.h"
#include "domain/domain.h"
#include "jobs/http_client.h"
#include "media/ice.h"
#include "net/static.h"

/* Everything is borrowed for the length of cardea_worker_run, except the descriptors, which it
 * owns. */
struct cardea_worker_options {
	const int *listen_fds; /* public listeners: bound, listening, non-blocking */
	size_t listen_count;
	int admin_fd;    /* listener on the admin unix socket, or -1 */
	int lifeline_fd; /* from the supervisor, or -1; see below */

	const char *database_path;
	const char *janus_socket; /* unix socket of Janus' WebSocket API */
	const char *pages_dir;    /* what `/` serves; NULL = no pages */
	struct cardea_static_policy pages_policy;

	const char *gateway;    /* id of this gateway, plain: "g1" */
	const char *node;       /* name of the media node, plain: "n1" */
	const char *issuer;     /* `iss` of all tokens */
	const char *public_url; /* "https://host[:port]" without a slash behind it; NULL = from each
	                           request */
	const char *const *allowed_origins; /* of the tunnel's sockets; NULL-terminated; NULL = any */

	struct cardea_domain_keys keys;
	const struct cardea_jwks
	        *join_keys; /* public keys the node verifies join tokens with; has keys.join */
	const char *janus_api_secret;
	const char *control_secret;
	struct cardea_ice_options ice;
	struct cardea_worker_limits {
		/* Tries a second, and how many at once; 0 a second = no limit. */
		int64_t failures_per_second, failures_burst;                 /* of each address */
		int64_t enters_per_second, enters_burst;                     /* of each credential */
		int64_t messages_per_second, messages_burst;                 /* of each access key */
		int64_t key_requests_per_second, key_requests_burst;         /* of each API key or token */
		int64_t address_requests_per_second, address_requests_burst; /* of each address without */
		int64_t logins_per_minute, logins_burst; /* of each name: wrong passwords */
	} limits;
	struct cardea_worker_meetings {
		int64_t empty_timeout_s; /* 0 = meetings do not end by themselves */
		int64_t turn_life_s;
		const char *pages_url; /* base of the join pages; NULL = that of the API */
	} meetings;
	struct cardea_http_client_options webhooks; /* without a loop */
	int64_t access_token_life_s;                /* 0 = 3600 */
	int64_t refresh_token_life_s;               /* 0 = 604800 */
	enum cardea_log_level log_level;

	/* `./dev up` only, else NULL: the file to write when everything is ready (DESIGN 2). */
	const char *dev_json_path;
	const char *dev_url;            /* "http://127.0.0.1:8188", without a slash behind it */
	const char *admin_socket;       /* path of admin_fd's socket, for the file */
	const char *janus_admin_socket; /* for the file */
};

/*
 * Runs until SIGTERM or SIGINT (graceful, at most 5 s) or until the supervisor is gone. Returns 0
 * or a negative cardea_error if it could not start; then it has logged why.
 *
 * The supervisor holds the other end of the lifeline (a pipe or socketpair): its end of file means
 * that the supervisor is gone. It tells the worker its other children by lines of text, again after
 * each restart of one: "child janus 1234\n", "child turn 1235\n"; pid 0 = not running.
 */
int cardea_worker_run(const struct cardea_worker_options *options);

#endif
