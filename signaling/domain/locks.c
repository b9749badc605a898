#include "domain/locks.h"

#include <stddef.h>
#include "cardea_join_token.h"

/* In the order of the bits. */
static const char *const names[] = {
        "microphone",      "webcam",       "screen_sharing", "chat",           "chat_send_message",
        "chat_file_share", "private_chat", "whiteboard",     "shared_notepad", "reactions",
};

const char *cardea_lock_name(enum cardea_lock lock)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (lock == 1u << i) {
			return names[i];
		}
	}
	return NULL;
}

struct cardea_locks cardea_locks_over(struct cardea_locks own, struct cardea_locks defaults)
{
	return (struct cardea_locks){
	        .set = own.set | defaults.set,
	        .on = (own.on & own.set) | (defaults.on & defaults.set & ~own.set),
	};
}

unsigned cardea_locks_kinds(unsigned locks)
{
	return (locks & CARDEA_LOCK_MICROPHONE ? CARDEA_KIND_MICROPHONE : 0) |
	       (locks & CARDEA_LOCK_WEBCAM ? CARDEA_KIND_CAMERA : 0) |
	       (locks & CARDEA_LOCK_SCREEN_SHARING ? CARDEA_KIND_SCREEN : 0);
}
