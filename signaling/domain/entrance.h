/*
 * entrance: whom a credential presented to `enter` lets in, and where (spec/native 1). Inside a
 * command.
 */
#ifndef CARDEA_DOMAIN_ENTRANCE_H
#define CARDEA_DOMAIN_ENTRANCE_H

#include "domain/domain.h"
#include "store/invites.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"
#include "store/tenants.h"

struct cardea_entrance {
	struct cardea_tenant_row tenant; /* its id also with an error, once it is known */
	struct cardea_room_row room;
	struct cardea_session_row session; /* the one the credential belongs to */
	bool has_seat;
	struct cardea_seat_row seat;   /* with has_seat */
	bool is_guest_token;           /* without a seat one is made, for `name` and `client_key` */
	enum cardea_role role;         /* of the seat that is made */
	struct cardea_link_row link;   /* access link that has to let it in; id "" = none */
	const char *client_key;        /* digest; NULL = none */
	bool replaces;                 /* may take over the seat's connection */
	bool is_moved;                 /* to this seat, from the one the credential stands for: */
	char holder[CARDEA_UUID_SIZE]; /* that one and its generation */
	int64_t holder_gen;
	bool is_outdated; /* the credential is from before a removal, which ended it */
	bool is_early;    /* a permalink's guest, and no meeting runs: else only the tenant is set */
};

/*
 * Tells the kind of the credential by its form and finds what it stands for, without changing more
 * than cardea_seat_settle does; but the user token of a permalink starts or joins its meeting.
 * CARDEA_E_CREDENTIAL_MALFORMED, _CREDENTIAL_PURPOSE, _CREDENTIAL_EXPIRED,
 * CARDEA_E_UNAUTHENTICATED, CARDEA_E_SEAL (resume), CARDEA_E_GEN_STALE.
 */
int cardea_entrance_find(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const struct cardea_enter *command, struct cardea_entrance *out);

/* Loads a seat with its meeting into @out. CARDEA_E_UNAUTHENTICATED if it is not there. */
int cardea_entrance_seat(struct cardea_tx *tx, const char *tenant, const char *id,
                         struct cardea_entrance *out);

#endif
