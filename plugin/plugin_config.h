/*
 * plugin_config: janus.plugin.cardea.jcfg (docs/plugin-api.md 7), read once at start.
 */
#ifndef CARDEA_PLUGIN_CONFIG_H
#define CARDEA_PLUGIN_CONFIG_H

struct cardea_plugin_config {
	char *node;
	char *secret; /* of the control protocol, without its trailing newline */
	unsigned workers;
};

/* Reads @folder/janus.plugin.cardea.jcfg and the secret file it names. Logs what is wrong.
 * 0, or CARDEA_E_INVALID, CARDEA_E_SYSTEM, CARDEA_E_FORBIDDEN for a secret that others can read. */
int cardea_plugin_config_load(const char *folder, struct cardea_plugin_config *out);

/* Wipes the secret and frees. */
void cardea_plugin_config_clear(struct cardea_plugin_config *config);

#endif
