/*
 * echo_cable: ActionCable sockets of echo_server with hardly anything behind them. Loop thread.
 *
 *   GET /rt                  a socket for who has a key: RoomChannel, and UserChannel for users
 *     ?access_key=user | Authorization: secret | ?api_key=secret | the key among the subprotocols
 *   message {"action":"say"}                            said to all: {"type":"said","data":{...}}
 *           {"action":"end","reason":R,"reconnect":B}   ends this socket
 *   POST /cable/say?channel=C      the body, a JSON object, to all; {"sent":N}
 *   POST /cable/end?reason=R[&reconnect=1]              ends all
 *   GET  /cable                    {"open":N,"closed":N,"unsubscribed":N}
 */
#ifndef CARDEA_TESTS_ECHO_CABLE_H
#define CARDEA_TESTS_ECHO_CABLE_H

#include <stdbool.h>

struct cardea_http_request;
struct cardea_loop;

void echo_cable_start(struct cardea_loop *loop);
/* Answers @request if it is for the paths above, else returns false. */
bool echo_cable_answer(struct cardea_http_request *request);
/* The loop runs no more. */
void echo_cable_stop(void);

#endif
