/*
 * cardea_turn: time-limited TURN credentials (draft-uberti-behave-turn-rest-00, DESIGN 5):
 * username "<unix expiry>:<client_id>", password base64(HMAC-SHA1(secret, username)).
 */
#ifndef CARDEA_TURN_H
#define CARDEA_TURN_H

#include <stdint.h>
#include "cardea_limits.h"

struct cardea_turn_credential {
	char username[CARDEA_MAX_ID + 24];
	char password[32]; /* 28 characters of padded base64 */
};

/*
 * Credential for @client_id until @expires_s (unix seconds). CARDEA_E_INVALID for a client id that
 * is not plain (cardea_id_is_plain) or has a colon, which would be read as a separator;
 * CARDEA_E_CRYPTO.
 */
int cardea_turn_mint(const char *secret, const char *client_id, int64_t expires_s,
                     struct cardea_turn_credential *out);

#endif
