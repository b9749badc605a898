/*
 * speaker: who is loud, who is heard, whom to follow, from the levels of RFC 6464. Pure: no Janus,
 * no JSON, no lock, no allocation, no clock of its own.
 *
 * Loudness is 127 minus the level: 0 is silence, 127 the loudest, a step is 1 dB. All times are
 * monotonic milliseconds.
 *
 * Threads: the loop thread of the publishing handle notes levels into one atomic; everything else
 * belongs to the room thread.
 */
#ifndef CARDEA_PLUGIN_SPEAKER_H
#define CARDEA_PLUGIN_SPEAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CARDEA_SPEAK_ON       77   /* -50 dBov: from here on somebody speaks */
#define CARDEA_SPEAK_OFF      69   /* -58 dBov: and until they fall below this */
#define CARDEA_SPEAK_NO_LEVEL 87   /* -40 dBov: what a packet without a level counts as */
#define CARDEA_SPEAK_HANG_MS  800  /* a pause that is shorter does not end a speech */
#define CARDEA_SPEAK_FALL     6    /* dB a second: the rank of who speaks falls no faster */
#define CARDEA_SPEAK_MARGIN   6    /* dB that it takes to displace who speaks */
#define CARDEA_SPEAK_HELD_MS  1000 /* who took a slot by speaking has it for so long */
#define CARDEA_DOMINANT_MS    500  /* how long somebody is that much louder to be followed */
#define CARDEA_SPEAK_TICK_MS  100  /* pace of the choice */
#define CARDEA_SPEAK_TELL_MS  200  /* pace of the events */
#define CARDEA_SPEAKERS_TOLD  4    /* three that one hears, and oneself */
#define CARDEA_LOUDNESS_UNIT  256
#define CARDEA_NO_LEVEL       (-1) /* a packet without the extension */

/* One microphone. All zero is silence. */
struct cardea_voice {
	void *of;               /* whose it is, for the caller; borrowed */
	_Atomic uint64_t heard; /* loop thread: time of the last packet, smoothed loudness */
	/* Room thread. */
	int loudness; /* in 1/CARDEA_LOUDNESS_UNIT dB, as of the last update */
	bool speaking;
	int64_t until_ms; /* when that ends */
	int64_t spoke_ms; /* when they were last loud; 0: never */
	int64_t updated_ms;
};

/* Notes the @level (0..127 as on the wire, or CARDEA_NO_LEVEL) of a packet. Loop thread. */
void cardea_voice_note(struct cardea_voice *voice, int level, int64_t now_ms);

/* Takes over what was noted until @now_ms. True if they began or ceased to speak. */
bool cardea_voice_update(struct cardea_voice *voice, int64_t now_ms);

/* Muted or gone: silent from now on, and nothing that was heard before counts. */
void cardea_voice_silence(struct cardea_voice *voice);

/* Order of who is heard first, negative if @a is: speakers by loudness, then those who are silent
 * by when they spoke last. 0 for equals, whose order the caller keeps. */
int cardea_voice_order(const struct cardea_voice *a, const struct cardea_voice *b);

/* A slot as the choice sees it. */
struct cardea_seat {
	struct cardea_voice *voice; /* NULL: free */
	int64_t since_ms;           /* when they took it by speaking; 0: they did not */
	bool changed;               /* set by the choice */
};

/* Whether the receiver may hear that voice. */
typedef bool (*cardea_hears_h)(const struct cardea_voice *voice, void *arg);

/*
 * Chooses who is heard on @count @seats out of @ranked, @voices of them in the order of
 * cardea_voice_order. Who has a seat keeps that seat or loses it; nobody moves. With @fill also
 * those who are silent take free seats. The number of seats that changed.
 */
unsigned cardea_speaker_seat(struct cardea_seat *seats, unsigned count,
                             struct cardea_voice *const *ranked, unsigned voices, bool fill,
                             int64_t now_ms, cardea_hears_h hears, void *arg);

/* Whom to follow. All zero is nobody. */
struct cardea_floor {
	struct cardea_voice *dominant, *challenger;
	int64_t since_ms; /* when the challenger began to be louder */
};

/* Takes the newest ranking into account; true if the dominant speaker is another one now. */
bool cardea_floor_update(struct cardea_floor *floor, struct cardea_voice *const *ranked,
                         unsigned voices, int64_t now_ms);
/* @voice is muted or gone; true if it was the dominant speaker. */
bool cardea_floor_forget(struct cardea_floor *floor, const struct cardea_voice *voice);

#endif
