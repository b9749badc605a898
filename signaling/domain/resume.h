/*
 * resume: the sealed strings with which a page proves that it is the one that holds a seat
 * (spec/native 1 and 13), and the one that waits to be let in (a ticket). Any gateway with the key
 * file can open them. Any thread.
 */
#ifndef CARDEA_DOMAIN_RESUME_H
#define CARDEA_DOMAIN_RESUME_H

#include "cardea_seal.h"
#include "domain/domain.h"

/* Fields used: node, janus_session, seat, gen. *@out is freed with g_free. */
int cardea_resume_close(const struct cardea_seal *seal, const struct cardea_media_session *session,
                        char **out);
/* CARDEA_E_SEAL for anything that cardea_resume_close did not make. */
int cardea_resume_open(const struct cardea_seal *seal, const char *text,
                       struct cardea_media_session *out);

struct cardea_tx;
struct cardea_media_row;
struct cardea_seat_row;

/*
 * Whom @text proves to be connected now, with the row of the connection and the seat. Inside a
 * command. CARDEA_E_SEAL, CARDEA_E_NOT_FOUND: the connection is gone; CARDEA_E_GEN_STALE: removed
 * or put back since; CARDEA_E_SESSION_OVER, CARDEA_E_TENANT_INACTIVE.
 */
int cardea_resume_find(struct cardea_tx *tx, const struct cardea_seal *seal, const char *text,
                       struct cardea_media_row *connection, struct cardea_seat_row *seat);

/* For a seat that waits. It begins with cardea_ticket_prefix. *@out is freed with g_free. */
extern const char cardea_ticket_prefix[]; /* "wt_" */
int cardea_ticket_close(const struct cardea_seal *seal, const char *tenant, const char *seat,
                        char **out);
/* CARDEA_E_SEAL for anything that cardea_ticket_close did not make. */
int cardea_ticket_open(const struct cardea_seal *seal, const char *text,
                       char tenant[CARDEA_UUID_SIZE], char seat[CARDEA_UUID_SIZE]);

#endif
