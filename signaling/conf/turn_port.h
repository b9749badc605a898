/*
 * turn_port: which port our TURN server listens on, UDP and TCP. Any thread.
 */
#ifndef CARDEA_CONF_TURN_PORT_H
#define CARDEA_CONF_TURN_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include "conf/conf.h"

/*
 * coturn shares its port with whoever else allows that (SO_REUSEPORT), another coturn above all,
 * and each then gets some of the packets: hence this look before it is started. @port is not 0.
 */
bool cardea_turn_port_is_free(uint16_t port);

/*
 * turn.port; where that is 0, a free one, kept in the state folder for the next start (and for a
 * TURN server that still runs). CARDEA_E_SYSTEM: none found, or not kept.
 */
int cardea_turn_port_choose(const struct cardea_conf *conf);

/* What was chosen; 0 before that. */
uint16_t cardea_turn_port(const struct cardea_conf *conf);

#endif
