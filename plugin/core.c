#include "core.h"

#include <janus/rtcp.h>
#include "cardea_error.h"

static janus_callbacks *gateway;
static janus_plugin *self;

void cardea_core_init(janus_callbacks *callbacks, janus_plugin *plugin)
{
	gateway = callbacks;
	self = plugin;
}

int cardea_core_push(janus_plugin_session *handle, const char *transaction, json_t *message,
                     json_t *jsep)
{
	if (gateway->push_event(handle, self, transaction, message, jsep) == 0)
		return 0;
	return jsep ? CARDEA_E_JSEP_INVALID : CARDEA_E_NOT_FOUND;
}

void cardea_core_relay_rtp(janus_plugin_session *handle, janus_plugin_rtp *packet)
{
	gateway->relay_rtp(handle, packet);
}

void cardea_core_relay_data(janus_plugin_session *handle, const char *label, char *text,
                            uint16_t length)
{
	janus_plugin_data packet;
	janus_plugin_data_reset(&packet);
	packet.label = (char *)label; /* only read */
	packet.buffer = text;
	packet.length = length;
	gateway->relay_data(handle, &packet);
}

void cardea_core_ask_keyframe(janus_plugin_session *handle, int mindex)
{
	gateway->send_pli_stream(handle, mindex);
}

void cardea_core_tell_bitrate(janus_plugin_session *handle, int mindex, uint32_t bps)
{
	/* Janus puts the SSRCs of the m-line in (draft-alvestrand-rmcat-remb 2.2: one, 24 bytes). */
	char remb[24];
	janus_plugin_rtcp packet = {.mindex = mindex, .video = TRUE, .buffer = remb};
	packet.length = (uint16_t)janus_rtcp_remb_ssrcs(remb, sizeof(remb), bps, 1);
	gateway->relay_rtcp(handle, &packet);
}

void cardea_core_close(janus_plugin_session *handle)
{
	gateway->close_pc(handle);
}
