/*
 * plugin: the table of functions that Janus calls, and nothing else. Which thread calls what, and
 * what each may do there, is in docs/threads-and-ownership.md.
 */
#include "compat.h"

#include <stdatomic.h>
#include <janus/apierror.h>
#include <janus/debug.h>
#include "admin.h"
#include "config.h"
#include "core.h"
#include "data.h"
#include "media.h"
#include "message.h"
#include "node.h"
#include "plugin_config.h"
#include "session.h"

#define PLUGIN_VERSION 1

/* Set in init, cleared in destroy. Janus' threads wind down around that time, so every callback
 * that uses the node enters and leaves, and destroy waits for those inside. */
static _Atomic(struct cardea_node *) the_node;
static atomic_uint inside;

/* Handles from create_session to destroy_session. handle_message and query_session come on threads
 * that may be overtaken by the detach: Janus then gives us NULL, or a handle that is freed already
 * (it waits up to 3 s with an offer in hand), so it is looked up before anybody reads from it. The
 * lock is a leaf, held for a few instructions. The other callbacks of a handle come from its loop
 * thread themselves. */
static GMutex handles_lock;
static GHashTable *handles; /* under handles_lock: handle -> struct cardea_session *, borrowed */

static janus_plugin plugin;

static int plugin_init(janus_callbacks *callbacks, const char *config_path)
{
	struct cardea_plugin_config config;
	if (!callbacks || !config_path)
		return -1;
	int err = cardea_plugin_config_load(config_path, &config);
	if (err < 0)
		return err;
	cardea_core_init(callbacks, &plugin);
	handles = g_hash_table_new(NULL, NULL);
	struct cardea_node *node = cardea_node_new(&config);
	if (!node) {
		JANUS_LOG(LOG_FATAL, "cardea: cannot start threads\n");
		return -1;
	}
	JANUS_LOG(LOG_INFO, "cardea: started node=%s boot=%s version=%s\n", cardea_node_name(node),
	          cardea_node_boot(node), PACKAGE_VERSION);
	atomic_store(&the_node, node);
	return 0;
}

static struct cardea_node *enter(void)
{
	atomic_fetch_add(&inside, 1);
	struct cardea_node *node = atomic_load(&the_node);
	if (!node)
		atomic_fetch_sub(&inside, 1);
	return node;
}

static void leave(void)
{
	atomic_fetch_sub(&inside, 1);
}

static void plugin_destroy(void)
{
	struct cardea_node *node = atomic_exchange(&the_node, NULL);
	while (atomic_load(&inside) > 0)
		g_usleep(1000);
	if (node)
		cardea_node_free(node);
}

static int plugin_get_api_compatibility(void)
{
	return JANUS_PLUGIN_API_VERSION;
}

static int plugin_get_version(void)
{
	return PLUGIN_VERSION;
}

static const char *plugin_get_version_string(void)
{
	return PACKAGE_VERSION;
}

static const char *plugin_get_description(void)
{
	return "Rooms, participants and guests for the Cardea gateway";
}

static const char *plugin_get_name(void)
{
	return "Cardea";
}

static const char *plugin_get_author(void)
{
	return "The Cardea authors";
}

static const char *plugin_get_package(void)
{
	return "janus.plugin.cardea";
}

/* For the loop thread of the handle. */
static struct cardea_session *session_of(janus_plugin_session *handle)
{
	return handle->plugin_handle;
}

/* For other threads: a new reference, or NULL once the handle has ended. */
static struct cardea_session *session_get(janus_plugin_session *handle)
{
	g_mutex_lock(&handles_lock);
	struct cardea_session *session = g_hash_table_lookup(handles, handle);
	if (session)
		cardea_session_get(session);
	g_mutex_unlock(&handles_lock);
	return session;
}

static void plugin_create_session(janus_plugin_session *handle, int *error)
{
	struct cardea_node *node = enter();
	if (!node) {
		*error = JANUS_ERROR_PLUGIN_ATTACH;
		return;
	}
	handle->plugin_handle = cardea_session_new(handle, cardea_node_stats(node));
	g_mutex_lock(&handles_lock);
	g_hash_table_insert(handles, handle, handle->plugin_handle);
	g_mutex_unlock(&handles_lock);
	leave();
}

static struct janus_plugin_result *plugin_handle_message(janus_plugin_session *handle,
                                                         char *transaction, json_t *message,
                                                         json_t *jsep)
{
	struct cardea_node *node = enter();
	struct cardea_session *session = node ? session_get(handle) : NULL;
	if (session) {
		cardea_message_handle(node, session, transaction, message, jsep);
		cardea_session_put(session);
	} else {
		g_free(transaction);
		json_decref(message);
		json_decref(jsep);
	}
	if (node)
		leave();
	return session ? janus_plugin_result_new(JANUS_PLUGIN_OK_WAIT, NULL, NULL)
	               : janus_plugin_result_new(JANUS_PLUGIN_ERROR, "handle has ended", NULL);
}

static json_t *plugin_handle_admin_message(json_t *message)
{
	struct cardea_node *node = enter();
	if (!node)
		return NULL;
	json_t *reply = cardea_admin_handle(node, message);
	leave();
	return reply;
}

static void plugin_setup_media(janus_plugin_session *handle)
{
	if (!enter())
		return;
	cardea_media_up(session_of(handle));
	leave();
}

static void plugin_hangup_media(janus_plugin_session *handle)
{
	if (!enter())
		return;
	cardea_media_down(session_of(handle));
	leave();
}

/* The packet path needs nothing of the node. */
static void plugin_incoming_rtp(janus_plugin_session *handle, janus_plugin_rtp *packet)
{
	cardea_media_rtp(session_of(handle), packet);
}

static void plugin_incoming_rtcp(janus_plugin_session *handle, janus_plugin_rtcp *packet)
{
	cardea_media_rtcp(session_of(handle), packet);
}

static void plugin_incoming_data(janus_plugin_session *handle, janus_plugin_data *packet)
{
	struct cardea_node *node = enter();
	if (!node)
		return;
	cardea_data_incoming(node, session_of(handle), packet);
	leave();
}

static void plugin_data_ready(janus_plugin_session *handle)
{
	cardea_data_ready(session_of(handle));
}

static void plugin_destroy_session(janus_plugin_session *handle, int *error)
{
	(void)error;
	struct cardea_session *session = session_of(handle);
	g_mutex_lock(&handles_lock);
	g_hash_table_remove(handles, handle);
	g_mutex_unlock(&handles_lock);
	struct cardea_node *node = enter();
	if (node) {
		cardea_media_gone(session);
		cardea_control_remove(cardea_node_control(node), session);
		leave();
	}
	/* Janus' own reference; a message that is handled right now has one too. */
	cardea_session_put(session);
}

static json_t *plugin_query_session(janus_plugin_session *handle)
{
	struct cardea_session *session = session_get(handle);
	if (!session)
		return NULL;
	json_t *summary = cardea_session_query(session);
	cardea_session_put(session);
	return summary;
}

/* The macro sets every member to NULL before ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static janus_plugin plugin =
        JANUS_PLUGIN_INIT(.init = plugin_init, .destroy = plugin_destroy,
                          .get_api_compatibility = plugin_get_api_compatibility,
                          .get_version = plugin_get_version,
                          .get_version_string = plugin_get_version_string,
                          .get_description = plugin_get_description, .get_name = plugin_get_name,
                          .get_author = plugin_get_author, .get_package = plugin_get_package,
                          .create_session = plugin_create_session,
                          .handle_message = plugin_handle_message,
                          .handle_admin_message = plugin_handle_admin_message,
                          .setup_media = plugin_setup_media, .incoming_rtp = plugin_incoming_rtp,
                          .incoming_rtcp = plugin_incoming_rtcp,
                          .incoming_data = plugin_incoming_data, .data_ready = plugin_data_ready,
                          .hangup_media = plugin_hangup_media,
                          .destroy_session = plugin_destroy_session,
                          .query_session = plugin_query_session, );
#pragma GCC diagnostic pop

/* The one symbol that leaves the library. */
__attribute__((visibility("default"))) janus_plugin *create(void);

janus_plugin *create(void)
{
	return &plugin;
}
