/*
 * public_address: media.public_address = "auto": which address the Internet sees, found once at
 * start and kept in the state folder for the other processes of this program.
 */
#ifndef CARDEA_CONF_PUBLIC_ADDRESS_H
#define CARDEA_CONF_PUBLIC_ADDRESS_H

#include "conf/conf.h"

/*
 * For `--prepare`: asks the first of turn.stun_urls, at most 3 s, replaces "auto" in @conf by the
 * answer and keeps it. "" where nothing answers, which is logged, and where the address is one of
 * this machine's own. Nothing happens where the setting is not "auto". CARDEA_E_SYSTEM: not kept.
 */
int cardea_public_address_find(struct cardea_conf *conf);

/* Replaces "auto" in @conf by what was found. */
void cardea_public_address_take(struct cardea_conf *conf);

#endif
