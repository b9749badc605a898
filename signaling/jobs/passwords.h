/*
 * passwords: Argon2id (libsodium) on a thread of its own, so that sign-ins cost the loop nothing.
 * One thread, which yields to everything else: hundreds who sign in at once wait for each other,
 * not the meetings for them. The queue is bounded.
 */
#ifndef CARDEA_JOBS_PASSWORDS_H
#define CARDEA_JOBS_PASSWORDS_H

#include "domain/domain.h"

struct cardea_loop;
struct cardea_passwords;

/* At some 25 ms each the last one waits for 13 s, less than clients do. */
#define CARDEA_PASSWORD_QUEUE 512

/* CARDEA_E_CRYPTO, CARDEA_E_SYSTEM. Loop thread; so all that follow. */
int cardea_passwords_new(struct cardea_loop *loop, struct cardea_passwords **out);
/* As the domain sees it. */
struct cardea_password_port cardea_passwords_port(struct cardea_passwords *passwords);
/* Whoever still waits is answered CARDEA_E_QUEUE_FULL, and so is who comes later. */
void cardea_passwords_stop(struct cardea_passwords *passwords);
/* After cardea_passwords_stop, or NULL. */
void cardea_passwords_free(struct cardea_passwords *passwords);

#endif
