/*
 * policy: what the rows of sessions and participants keep of rights. What it means is decided in
 * domain/grants.h.
 */
#ifndef CARDEA_STORE_POLICY_H
#define CARDEA_STORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* Tri-state: a lock that is not in `set` is absent, else it is on or off. Sets of enum cardea_lock
 * (domain/locks.h). */
struct cardea_locks {
	unsigned set, on;
};

/* What a session lets its participants do. All zero: everything. Sets of enum cardea_kind. */
struct cardea_session_policy {
	struct cardea_locks locks;  /* defaults of those who are no hosts */
	unsigned closed_kinds;      /* nobody may publish them */
	unsigned host_kinds;        /* only hosts may */
	bool is_chatless;           /* no chat messages */
	bool cameras_of_hosts_only; /* who is no host receives no other cameras */
	bool lists_hosts_only;      /* who is no host sees nobody else but themself */
	bool mute_on_start;         /* microphones begin switched off */
	bool force_unmute;          /* hosts may switch on somebody's source (spec/native 4) */
	int64_t max_participants;   /* 0 = no limit of the session */
};

#endif
