/*
 * fake_internet: names and public addresses for a program that must not reach the real ones. It
 * stands in front of libc's getaddrinfo and connect, also for libcurl: names that end with ".test"
 * are resolved here, others not at all unless they are numeric, and a connection to PUBLIC_ADDRESS
 * comes out at 127.0.0.1.
 */
#ifndef CARDEA_UNIT_FAKE_INTERNET_H
#define CARDEA_UNIT_FAKE_INTERNET_H

#define PUBLIC_ADDRESS "93.184.216.34"
#define DEAD_ADDRESS   "93.184.216.35" /* public, refuses connections */

/* Forgets all names. */
void fake_internet_reset(void);
/* From now on @name resolves to @addresses, numeric and separated by blanks. */
void fake_internet_set(const char *name, const char *addresses);
/* Whoever asks for `slow.test` waits until the test lets go, at most 5 s; then it is not found. */
void fake_internet_release(void);

#endif
