/*
 * turn_secrets: the secrets of our TURN server, in a database of coturn's own form beside its
 * configuration, because coturn reads a secret from there each time it needs one: so it takes new
 * ones without a restart, which would cut every relayed call. Any thread, any process.
 */
#ifndef CARDEA_STORE_TURN_SECRETS_H
#define CARDEA_STORE_TURN_SECRETS_H

struct cardea_turn_secrets; /* the database, open */

/*
 * Makes @secrets (NULL-terminated) the only ones of @realm in the SQLite file @path, which is made
 * with mode 0600 if it is missing. One transaction. CARDEA_E_STORE,
 * CARDEA_E_STORE_BUSY, CARDEA_E_SYSTEM with errno set.
 *
 * *@out holds the database open until cardea_turn_secrets_close. Whoever gives out credentials
 * keeps it meanwhile: the first to open a WAL database recovers it, and what another of coturn's
 * threads asks for at that moment is refused, which is a good credential.
 */
int cardea_turn_secrets_write(const char *path, const char *realm, const char *const *secrets,
                              struct cardea_turn_secrets **out);
/* NULL is nothing. */
void cardea_turn_secrets_close(struct cardea_turn_secrets *held);

#endif
