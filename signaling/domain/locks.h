/*
 * locks: the ten tri-state locks of a seat (spec/plugnmeet 7). Pure; no state, any thread.
 */
#ifndef CARDEA_DOMAIN_LOCKS_H
#define CARDEA_DOMAIN_LOCKS_H

#include "store/policy.h"

/* The bits are in the database: they never change their meaning. */
enum cardea_lock {
	CARDEA_LOCK_MICROPHONE = 1 << 0,
	CARDEA_LOCK_WEBCAM = 1 << 1,
	CARDEA_LOCK_SCREEN_SHARING = 1 << 2,
	CARDEA_LOCK_CHAT = 1 << 3,
	CARDEA_LOCK_CHAT_SEND_MESSAGE = 1 << 4,
	CARDEA_LOCK_CHAT_FILE_SHARE = 1 << 5,
	CARDEA_LOCK_PRIVATE_CHAT = 1 << 6,
	CARDEA_LOCK_WHITEBOARD = 1 << 7,
	CARDEA_LOCK_SHARED_NOTEPAD = 1 << 8,
	CARDEA_LOCK_REACTIONS = 1 << 9,
	CARDEA_LOCK_ALL = (1 << 10) - 1,
};

/* "microphone", "webcam", "screen_sharing", "chat", ...; NULL for what is not one lock. */
const char *cardea_lock_name(enum cardea_lock lock);

/* @own, and @defaults where @own is absent (spec/model I7). */
struct cardea_locks cardea_locks_over(struct cardea_locks own, struct cardea_locks defaults);
/* Kinds of media that the locks in @locks close: a set of enum cardea_kind. */
unsigned cardea_locks_kinds(unsigned locks);

#endif
