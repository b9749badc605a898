/*
 * permalink_rows: permalinks as tokens and ids address them, their meetings, and how they are
 * shown. Inside a command; all text is memory of the tx.
 */
#ifndef CARDEA_DOMAIN_PERMALINK_ROWS_H
#define CARDEA_DOMAIN_PERMALINK_ROWS_H

#include "cardea_seal.h"
#include "domain/meeting_rows.h"
#include "domain/permalinks.h"
#include "domain/secrets.h"
#include "store/permalinks.h"

struct cardea_permalink_rows {
	struct cardea_tenant_row tenant;
	struct cardea_permalink_row permalink;
	struct cardea_permalink_user_row user; /* zeroed = nobody */
};

/* By a user token (then with that user) or the guest token. CARDEA_E_PERMALINK_UNKNOWN,
 * CARDEA_E_TENANT_INACTIVE. */
int cardea_permalink_by_token(struct cardea_tx *tx, const char *token,
                              struct cardea_permalink_rows *out);
/* By API key and id, without a user. CARDEA_E_NOT_FOUND. */
int cardea_permalink_by_id(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_meeting_caller *who,
                           struct cardea_permalink_rows *out);

/* Starts no meeting any more. */
bool cardea_permalink_has_expired(const struct cardea_tx *tx,
                                  const struct cardea_permalink_row *row);

/* Where the tokens rest. Borrow from the row. */
struct cardea_secret_place cardea_permalink_guest_place(const struct cardea_permalink_row *row);
struct cardea_secret_place cardea_permalink_user_place(const struct cardea_permalink_user_row *row);

/* The meeting of the permalink @id that runs now. CARDEA_E_NOT_FOUND if none does. */
int cardea_permalink_session(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_session_row *out);
/* The holder of @user_token starts the meeting, or joins the one that runs, as POST /rooms does.
 * CARDEA_E_PERMALINK_UNKNOWN, also for one that has expired. */
int cardea_permalink_start(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const char *user_token, struct cardea_meeting_rows *out);

int cardea_permalink_show(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const struct cardea_permalink_rows *rows, struct cardea_permalink *out);

#endif
