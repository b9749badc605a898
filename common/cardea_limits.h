/*
 * cardea_limits: every size, count and time limit of the project, each with its reason.
 * Sizes in bytes, times as the suffix says.
 */
#ifndef CARDEA_LIMITS_H
#define CARDEA_LIMITS_H

/* Tokens. RFC 8725 asks for bounded input; our longest real token is below 1.2 KiB. */
#define CARDEA_MAX_TOKEN             4096
/* DESIGN 5: a join token is presented at once. */
#define CARDEA_JOIN_TOKEN_LIFE_S     120
/* A key holder's clock error; more would let a stolen token live on. */
#define CARDEA_TOKEN_LEEWAY_S        30
/* Longest life the plugin accepts, whatever the signer says. */
#define CARDEA_JOIN_TOKEN_MAX_LIFE_S 600
#define CARDEA_MAX_KEYS              16

/* Names and ids. 64 covers a UUID and every dialect's own key. */
#define CARDEA_MAX_ID       64
#define CARDEA_MAX_ROOM_KEY 255
#define CARDEA_MAX_NAME     255
#define CARDEA_MAX_AVATAR   512 /* of the address in a join token; longer ones are left out */

/* JSON: deepest message of any dialect is 6; 32 keeps recursion far from any stack's end. */
#define CARDEA_MAX_JSON_DEPTH 32

/* HTTP (facts/reliability 11). */
#define CARDEA_MAX_HTTP_HEAD          16384
#define CARDEA_MAX_HTTP_FIELDS        100
#define CARDEA_MAX_HTTP_TARGET        4096
/* A message of 32 kB, three bytes for each in a form (spec/meetings 8), and what is around it. */
#define CARDEA_MAX_HTTP_BODY          131072
/* Forms: the largest of our clients has some forty fields; 32 KiB is what a message may hold
 * (spec/meetings 2). Deepest name is options[custom_fields][locale]. */
#define CARDEA_MAX_FORM_FIELDS        256
#define CARDEA_MAX_FORM_NAME          256
#define CARDEA_MAX_FORM_VALUE         32768
#define CARDEA_MAX_FORM_DEPTH         8
#define CARDEA_HTTP_HEAD_TIMEOUT_S    10
#define CARDEA_HTTP_REQUEST_TIMEOUT_S 30

/* WebSocket: an offer with 57 m-lines is 80 KiB (spec/native 13). */
#define CARDEA_MAX_WS_MESSAGE 262144
#define CARDEA_MAX_WS_QUEUE   (1024 * 1024)

/* Frames of a browser's socket (spec/native 13: 50 a second over 5 s). */
#define CARDEA_FRAMES_PER_SECOND 50
#define CARDEA_FRAME_BURST       (CARDEA_FRAMES_PER_SECOND * 5)

/* ActionCable on /rt: what clients send are names and short requests. There are two channels. */
#define CARDEA_MAX_CABLE_FRAME         16384
#define CARDEA_MAX_CABLE_IDENTIFIER    1024
#define CARDEA_MAX_CABLE_SUBSCRIPTIONS 4

/* What people send each other (docs/plugin-api.md 2.9-2.12): nobody types faster, and a room of
 * thirty who all do stays below 1 MB/s. */
#define CARDEA_MAX_MESSAGE         4096
#define CARDEA_MAX_REACTION        64
#define CARDEA_MESSAGES_PER_SECOND 5
#define CARDEA_MESSAGE_BURST       10
#define CARDEA_MAX_DATA_MESSAGE    16384

/* Receive slots (facts/janus 2: 57 m-lines in one offer work; DESIGN 6 defaults). */
#define CARDEA_MAX_AUDIO_SLOTS     3
#define CARDEA_MAX_VIDEO_SLOTS     25
#define CARDEA_DEFAULT_AUDIO_SLOTS 3
#define CARDEA_DEFAULT_VIDEO_SLOTS 9

/* Plugin queues. A gateway's outage of a minute in a busy room stays below this; past it the room
 * tells its gateway to read the snapshot instead (docs/plugin-api.md 5). */
#define CARDEA_MAX_ROOM_EVENTS     4096
#define CARDEA_MAX_ROOM_REQUESTS   1024
/* A client waits for answers; this is room for a burst after a reconnect. */
#define CARDEA_MAX_HANDLE_REQUESTS 32

/* Second guard only; the gateway decides capacity (DESIGN 8). */
#define CARDEA_MAX_ROOM_PARTICIPANTS 1000

#endif
