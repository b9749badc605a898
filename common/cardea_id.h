/*
 * cardea_id: identifiers and random secrets. Randomness comes through a replaceable source; the
 * default is the kernel's getrandom(2).
 */
#ifndef CARDEA_ID_H
#define CARDEA_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills @len bytes; returns 0 or a negative cardea_error. */
typedef int (*cardea_random_h)(void *buf, size_t len, void *arg);

struct cardea_random {
	cardea_random_h fill;
	void *arg;
};

/* getrandom(2); never fails on a running Linux. Any thread. */
extern const struct cardea_random cardea_random_kernel;

#define CARDEA_UUID_SIZE        37 /* with NUL */
#define CARDEA_TOKEN_CHARS      24 /* access keys and guest tokens (DESIGN 5) */
/* So many of them tell when the token was made, the rest is random: 101 bits. */
#define CARDEA_TOKEN_TIME_CHARS 7

/* Random UUID, version 4 (RFC 9562), lower case. Returns 0 or a negative cardea_error. */
int cardea_id_uuid(const struct cardea_random *random, char out[CARDEA_UUID_SIZE]);

/* Version 7: begins with @wall_ms, so that ids made one after the other are neighbours in an index;
 * 74 random bits. */
int cardea_id_uuid7(const struct cardea_random *random, int64_t wall_ms,
                    char out[CARDEA_UUID_SIZE]);

/* Name-based UUID, version 5: SHA-1 over @ns (a UUID in text) and @name (RFC 9562 5.5).
 * CARDEA_E_INVALID if @ns is no UUID. */
int cardea_id_uuid5(const char *ns, const char *name, size_t name_len, char out[CARDEA_UUID_SIZE]);

/* True for 8-4-4-4-12 hexadecimal digits of either case, and nothing else. */
bool cardea_id_is_uuid(const char *text);

/* @chars characters of [A-Za-z0-9], unbiased, NUL-terminated; @out has @chars + 1 bytes. */
int cardea_id_alnum(const struct cardea_random *random, char *out, size_t chars);

/* CARDEA_TOKEN_CHARS characters of [A-Za-z0-9], NUL-terminated: the time in milliseconds (until
 * 2081), in an alphabet whose order is that of the characters, then random ones. Tokens made one
 * after the other are neighbours in an index that begins with those. */
int cardea_id_token(const struct cardea_random *random, int64_t wall_ms,
                    char out[CARDEA_TOKEN_CHARS + 1]);

/* True if @text is exactly @chars characters of [A-Za-z0-9]. */
bool cardea_id_is_alnum(const char *text, size_t chars);

/* @bytes random bytes as lower-case hexadecimal; @out has 2 * @bytes + 1 bytes. */
int cardea_id_hex(const struct cardea_random *random, char *out, size_t bytes);

/* 24 lower-case hex digits: the unix seconds of @wall_ms (4 bytes, spec/meetings 5), its
 * milliseconds (3 digits) and 52 random bits. No secret. */
#define CARDEA_OBJECT_ID_SIZE 25 /* with NUL */
int cardea_id_object_id(const struct cardea_random *random, int64_t wall_ms,
                        char out[CARDEA_OBJECT_ID_SIZE]);

/* @bytes random bytes as base64url: a new string, freed with g_free; NULL on failure. */
char *cardea_id_base64url(const struct cardea_random *random, size_t bytes);

/* A Janus session id: 53 random bits, never 0, exact in a JavaScript number (spec/native 13). */
int cardea_id_janus(const struct cardea_random *random, uint64_t *out);

/* True if @text is a printable id of 1..@max bytes from [A-Za-z0-9._:@-]: what we accept as an id
 * in a token or message. */
bool cardea_id_is_plain(const char *text, size_t max);

#endif
