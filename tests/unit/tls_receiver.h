/*
 * tls_receiver: an HTTPS server of one thread with a certificate of its own making, which answers
 * every request with 200.
 */
#ifndef CARDEA_UNIT_TLS_RECEIVER_H
#define CARDEA_UNIT_TLS_RECEIVER_H

struct tls_receiver;

/* Listens on 127.0.0.1; its certificate is for @name and is written to @ca_path. */
struct tls_receiver *tls_receiver_new(const char *name, const char *ca_path);
int tls_receiver_port(const struct tls_receiver *receiver);
/* How many whole requests came so far. Any thread. */
int tls_receiver_requests(const struct tls_receiver *receiver);
void tls_receiver_free(struct tls_receiver *receiver);

#endif
