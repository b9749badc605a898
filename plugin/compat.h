/*
 * compat: the only place that knows differences between versions of Janus' plugin API. Built for
 * 102 (Janus 1.1.2); newer versions only add fields, which janus_plugin_rtp carries along.
 */
#ifndef CARDEA_PLUGIN_COMPAT_H
#define CARDEA_PLUGIN_COMPAT_H

#include <jansson.h>
#include <janus/plugins/plugin.h>

#if JANUS_PLUGIN_API_VERSION < 102
#error "Janus 1.1.2 (plugin API 102) or newer is needed"
#endif

#endif
