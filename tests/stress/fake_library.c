/* What the plugin takes from Janus' executable besides the callbacks: configuration, log, RTCP. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <janus/config.h>
#include <janus/debug.h>
#include <janus/plugins/plugin.h>
#include <janus/rtcp.h>
#include "fake_core.h"

int janus_log_level = LOG_WARN;
gboolean janus_log_timestamps;
gboolean janus_log_colors;
char *janus_log_global_prefix;
int refcount_debug;

void janus_vprintf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

/* ---- configuration: one category with the values of fake_core_configure ---- */

static janus_config the_config;
static janus_config_category the_category;
static janus_config_item items[4];
static unsigned item_count;

void fake_core_configure(const char *name, const char *value)
{
	items[item_count++] = (janus_config_item){.name = name, .value = value};
}

janus_config *janus_config_parse(const char *config_file)
{
	(void)config_file;
	return &the_config;
}

void janus_config_destroy(janus_config *config)
{
	(void)config;
}

janus_config_container *janus_config_get_create(janus_config *config,
                                                janus_config_container *parent,
                                                janus_config_type type, const char *name)
{
	(void)config, (void)parent, (void)type, (void)name;
	return &the_category;
}

janus_config_container *janus_config_get(janus_config *config, janus_config_container *parent,
                                         janus_config_type type, const char *name)
{
	(void)config, (void)parent, (void)type;
	for (unsigned i = 0; i < item_count; i++) {
		if (strcmp(items[i].name, name) == 0)
			return &items[i];
	}
	return NULL;
}

/* ---- results ---- */

janus_plugin_result *janus_plugin_result_new(janus_plugin_result_type type, const char *text,
                                             json_t *content)
{
	janus_plugin_result *result = g_new0(janus_plugin_result, 1);
	result->type = type;
	result->text = text;
	result->content = content;
	return result;
}

void janus_plugin_result_destroy(janus_plugin_result *result)
{
	json_decref(result->content);
	g_free(result);
}

void janus_plugin_data_reset(janus_plugin_data *packet)
{
	*packet = (janus_plugin_data){0};
}

/* ---- RTCP ---- */

int janus_rtcp_remb_ssrcs(char *packet, int len, uint32_t bitrate, uint8_t numssrc)
{
	int size = 20 + 4 * numssrc;
	if (len < size)
		return -1;
	memset(packet, 0, (size_t)size);
	packet[0] = (char)0x8f;
	packet[1] = (char)206;
	memcpy(packet + 16, &bitrate, sizeof(bitrate)); /* nobody reads it */
	return size;
}
