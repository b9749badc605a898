/*
 * turn_start: makes our TURN server and the clients' list of servers agree on the secrets.
 */
#ifndef CARDEA_TURN_START_H
#define CARDEA_TURN_START_H

#include "conf/conf.h"
#include "conf/turn_clients.h"
#include "store/turn_secrets.h"

/*
 * Fills @out (cardea_turn_clients_clear) and, where the TURN server is ours, hands it the secrets:
 * it takes their credentials from now on, and no others. *@held is to be kept while credentials are
 * given out (store/turn_secrets.h), NULL where the server is not ours. *@error is freed with
 * g_free.
 */
int cardea_turn_start(const struct cardea_conf *conf, struct cardea_turn_clients *out,
                      struct cardea_turn_secrets **held, char **error);

#endif
