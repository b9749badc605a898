/* credentials: who is calling a dialect's REST interface. Inside a command. */
#ifndef CARDEA_DOMAIN_CREDENTIALS_H
#define CARDEA_DOMAIN_CREDENTIALS_H

#include "domain/domain.h"
#include "domain/grants.h"
#include "store/tenants.h"

/*
 * Authenticates @who in the participants dialect: an API key, or an access or auth token
 * (spec/participants 2.4). One error for each text of spec/participants 2.6: CARDEA_E_AUTH_MISSING,
 * _AUTH_FORMAT, _AUTH_TOKEN, _AUTH_EXPIRED, CARDEA_E_API_KEY_MISSING, _API_KEY_FORMAT,
 * _API_KEY_UNKNOWN, CARDEA_E_TENANT_INACTIVE. CARDEA_E_WAITING: was put back to wait.
 */
int cardea_authenticate(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_presented *who, struct cardea_principal *principal,
                        struct cardea_tenant_row *tenant);

/*
 * Authenticates @who for our native calls: as above, and by the access key of somebody in a meeting
 * as Bearer, or by the resume string of a page that is connected, whatever opened it. Also
 * CARDEA_E_SESSION_OVER, CARDEA_E_REMOVED, CARDEA_E_WAITING.
 */
int cardea_authenticate_native(const struct cardea_domain *domain, struct cardea_tx *tx,
                               const struct cardea_presented *who,
                               struct cardea_principal *principal,
                               struct cardea_tenant_row *tenant);

/* Somebody who was found to be @principal before: is it still so? The role of a seat is read again.
 * CARDEA_E_TENANT_INACTIVE, CARDEA_E_AUTH_TOKEN, CARDEA_E_WAITING. */
int cardea_principal_refresh(struct cardea_tx *tx, struct cardea_principal *principal,
                             struct cardea_tenant_row *tenant);
/* ---- parts of it ---- */

struct cardea_token_claims;

/* CARDEA_E_TENANT_INACTIVE, also if there is none. */
int cardea_tenant_find(struct cardea_tx *tx, const char *id, struct cardea_tenant_row *tenant);
/* May a page of @origin (NULL = no page, or one of ours) call for @tenant? CARDEA_E_ORIGIN_REFUSED.
 */
int cardea_tenant_check_origin(struct cardea_tx *tx, const char *tenant, const char *origin);
/* The tenant of a key. CARDEA_E_API_KEY_FORMAT, CARDEA_E_API_KEY_UNKNOWN. */
int cardea_by_api_key(struct cardea_tx *tx, const char *key, struct cardea_principal *out);
/* A token of a seat is as good as the seat: not removed, and of the meeting that runs (Decisions
 * P14, P16). CARDEA_E_AUTH_TOKEN, CARDEA_E_WAITING. */
int cardea_token_seat(struct cardea_tx *tx, const struct cardea_token_claims *claims,
                      struct cardea_seat_row *seat);
/* CARDEA_E_AUTH_TOKEN if tokens of that family are dead (spec/native 11). */
int cardea_token_check_family(struct cardea_tx *tx, const struct cardea_token_claims *claims);

/* True for the form of an API key, known or not (spec/participants 2.1). */
bool cardea_is_api_key(const char *text);

#endif
