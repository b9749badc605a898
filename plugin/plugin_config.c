#include "plugin_config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <janus/config.h>
#include <janus/debug.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_limits.h"

#define FILE_NAME           "janus.plugin.cardea.jcfg"
#define MAX_SECRET          512
#define MIN_SECRET          16 /* bytes: shorter ones can be guessed over the control protocol */
#define MIN_DEFAULT_WORKERS 4
#define MAX_WORKERS         64
#define DEFAULT_NODE        "n1"

/* The file belongs to us alone, or anybody on the machine could be the gateway. */
static int check_secret_file(int fd, const char *path)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		JANUS_LOG(LOG_ERR, "cardea: control_secret_file=%s is not a file\n", path);
		return CARDEA_E_INVALID;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		JANUS_LOG(LOG_ERR, "cardea: control_secret_file=%s is open to others, chmod 600 it\n",
		          path);
		return CARDEA_E_FORBIDDEN;
	}
	return 0;
}

static int read_secret_fd(int fd, const char *path, char **out)
{
	char buf[MAX_SECRET + 1];
	size_t len = 0;
	ssize_t n;
	while (len < sizeof(buf) && (n = read(fd, buf + len, sizeof(buf) - len)) > 0)
		len += (size_t)n;
	if (len > 0 && len <= MAX_SECRET && buf[len - 1] == '\n')
		len--;
	int err = 0;
	if (len < MIN_SECRET || len > MAX_SECRET || memchr(buf, '\0', len)) {
		JANUS_LOG(LOG_ERR, "cardea: control_secret_file=%s must hold %d to %d bytes of text\n",
		          path, MIN_SECRET, MAX_SECRET);
		err = CARDEA_E_INVALID;
	} else {
		*out = g_strndup(buf, len);
	}
	OPENSSL_cleanse(buf, sizeof(buf));
	return err;
}

static int read_secret(const char *path, char **out)
{
	if (!path) {
		JANUS_LOG(LOG_ERR, "cardea: general.control_secret_file is missing in " FILE_NAME "\n");
		return CARDEA_E_INVALID;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		JANUS_LOG(LOG_ERR, "cardea: control_secret_file=%s error=%s\n", path, g_strerror(errno));
		return CARDEA_E_SYSTEM;
	}
	int err = check_secret_file(fd, path);
	if (err == 0)
		err = read_secret_fd(fd, path, out);
	close(fd);
	return err;
}

static const char *item(janus_config *config, janus_config_category *general, const char *name)
{
	janus_config_item *found = janus_config_get(config, general, janus_config_type_item, name);
	return found ? found->value : NULL;
}

static int parse_workers(const char *value, unsigned *out)
{
	/* More than cores: pushing an SDP may sleep while Janus tears an old connection down, and the
	 * other rooms must not wait for it. */
	guint64 workers = MAX(g_get_num_processors(), MIN_DEFAULT_WORKERS);
	if (value && !g_ascii_string_to_unsigned(value, 10, 1, MAX_WORKERS, &workers, NULL)) {
		JANUS_LOG(LOG_ERR, "cardea: general.workers is not a number from 1 to %d\n", MAX_WORKERS);
		return CARDEA_E_INVALID;
	}
	*out = (unsigned)MIN(workers, MAX_WORKERS);
	return 0;
}

static int parse(janus_config *config, struct cardea_plugin_config *out)
{
	janus_config_category *general =
	        janus_config_get_create(config, NULL, janus_config_type_category, "general");
	const char *node = item(config, general, "node");
	if (!node)
		node = DEFAULT_NODE;
	if (!cardea_id_is_plain(node, CARDEA_MAX_ID)) {
		JANUS_LOG(LOG_ERR, "cardea: general.node is not a plain name\n");
		return CARDEA_E_INVALID;
	}
	int err = parse_workers(item(config, general, "workers"), &out->workers);
	if (err == 0)
		err = read_secret(item(config, general, "control_secret_file"), &out->secret);
	if (err == 0)
		out->node = g_strdup(node);
	return err;
}

int cardea_plugin_config_load(const char *folder, struct cardea_plugin_config *out)
{
	*out = (struct cardea_plugin_config){0};
	char *path = g_build_filename(folder, FILE_NAME, NULL);
	janus_config *config = janus_config_parse(path);
	int err = CARDEA_E_SYSTEM;
	if (config) {
		err = parse(config, out);
		janus_config_destroy(config);
	} else {
		JANUS_LOG(LOG_ERR, "cardea: cannot read configuration=%s\n", path);
	}
	g_free(path);
	if (err < 0)
		cardea_plugin_config_clear(out);
	return err;
}

void cardea_plugin_config_clear(struct cardea_plugin_config *config)
{
	if (config->secret)
		OPENSSL_cleanse(config->secret, strlen(config->secret));
	g_free(config->secret);
	g_free(config->node);
	*config = (struct cardea_plugin_config){0};
}
