/*
 * janus_conf: renders the configuration folder of the media node, <state>/janus/, from our settings
 * and secrets. Janus reads nothing else: not /etc/janus, no other plugin, no TCP port.
 */
#ifndef CARDEA_CONF_JANUS_CONF_H
#define CARDEA_CONF_JANUS_CONF_H

#include "conf/conf.h"

struct cardea_janus_conf_input {
	const struct cardea_conf *conf; /* finished */
	const char *api_secret;
	const char *admin_secret;
	int64_t cores; /* what 0 event loops or workers means */
};

/* The content of janus.jcfg, janus.transport.websockets.jcfg and janus.plugin.cardea.jcfg. Pure.
 * New strings, g_free; the first holds secrets. */
char *cardea_janus_conf_core(const struct cardea_janus_conf_input *input);
char *cardea_janus_conf_websockets(const struct cardea_janus_conf_input *input);
char *cardea_janus_conf_plugin(const struct cardea_janus_conf_input *input);

/*
 * Writes the three files (mode 0600) and a plugin folder that holds only our plugin, after
 * cardea_first_start. Files that are the same already are not touched.
 * CARDEA_E_NOT_FOUND if the plugin is missing, CARDEA_E_INVALID for an RTP address that no
 * interface has. *@error is freed with g_free.
 */
int cardea_janus_conf_write(const struct cardea_conf *conf, char **error);

#endif
