#include "turn_start.h"

#include <glib.h>
#include "cardea_error.h"
#include "conf/turn_conf.h"

int cardea_turn_start(const struct cardea_conf *conf, struct cardea_turn_clients *out,
                      struct cardea_turn_secrets **held, char **error)
{
	g_autofree char *path = cardea_conf_path(conf, CARDEA_TURN_CONF_DB);
	int err = cardea_turn_clients_load(conf, out, error);

	*held = NULL;
	if (err || !cardea_turn_conf_is_own(conf)) {
		return err;
	}
	err = cardea_turn_secrets_write(path, conf->turn_realm, (const char *const *)out->secrets,
	                                held);
	if (err) {
		*error = g_strdup_printf("%s: %s", path, cardea_error_text(err));
		cardea_turn_clients_clear(out);
	}
	return err;
}
