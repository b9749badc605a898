/*
 * app_tokens: tokens that an application server signs itself, with the secret of its key pair
 * (spec/native 8): they seat their subject in a room and are good at `enter` only. Like tokens.c
 * this reads claims. Inside a command.
 */
#ifndef CARDEA_DOMAIN_APP_TOKENS_H
#define CARDEA_DOMAIN_APP_TOKENS_H

#include <stdbool.h>
#include "domain/entrance.h"

#define CARDEA_APP_TOKEN_MAX_LIFE_S 86400

/* True for the form of one, genuine or not. */
bool cardea_is_app_token(const char *text);

/*
 * Seats whom @token names: the same user is the same seat; a room is made or opened by the rules of
 * the participants dialect. @is_renewal: a seat that has entered renews what it holds, so that a
 * token for one use is not used again. CARDEA_E_UNAUTHENTICATED, _CREDENTIAL_EXPIRED,
 * _CREDENTIAL_USED, CARDEA_E_REMOVED for a token from before its user was removed, and reasons of
 * cardea_seating_add.
 */
int cardea_app_token_entrance(const struct cardea_domain *domain, struct cardea_tx *tx,
                              const char *token, bool is_renewal, struct cardea_entrance *out);

#endif
