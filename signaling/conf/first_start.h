/*
 * first_start: makes the state folder and the keys and secrets that are missing in it.
 *
 * <state>/keys/, each file of mode 0600 and never overwritten, since what they protect lives longer
 * than any process (spec/native 10):
 *   join.jwk                          ES256: signs join tokens
 *   access.jwk refresh.jwk auth.jwk   HS256: tokens of the participants dialect
 *   seal.key                          "<id> <base64url of 32 bytes>" a line, newest last
 *   control.secret                    `hello` of the plugin's control protocol
 *   janus-api.secret janus-admin.secret
 *   turn.secret                       a secret of our TURN server a line, newest first
 */
#ifndef CARDEA_CONF_FIRST_START_H
#define CARDEA_CONF_FIRST_START_H

/* *@error (g_free) names the file. Safe to call by several processes at once. */
int cardea_first_start(const char *state_dir, char **error);

#endif
