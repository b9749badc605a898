#include "peer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "output.h"

#define RECEIVE_BUFFER (4 << 20)

static void send_to(void *arg, const struct sockaddr_in *to, const uint8_t *data, size_t len)
{
	struct peer *peer = arg;
	if (sendto(peer->fd, data, len, MSG_DONTWAIT, (const struct sockaddr *)to, sizeof(*to)) < 0)
		peer->unsent++;
}

static void send_on(void *arg, const uint8_t *data, size_t len)
{
	struct peer *peer = arg;
	send_to(peer, &peer->ice.remote, data, len);
}

/* Large enough that what waits for one tick, or for a busy core, is not dropped. */
static int open_socket(struct sockaddr_in *local)
{
	int size = RECEIVE_BUFFER;
	socklen_t len = sizeof(*local);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)local, sizeof(*local)) < 0 ||
	    getsockname(fd, (struct sockaddr *)local, &len) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

struct peer *peer_new(int64_t id, const struct in_addr *address, bool offers)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = *address};
	int fd = open_socket(&local);
	if (fd < 0)
		return NULL;
	struct peer *peer = g_new0(struct peer, 1);
	peer->id = id;
	peer->fd = fd;
	peer->local = local;
	ice_init(&peer->ice, offers, send_to, peer);
	media_init(&peer->media, &peer->crypt, send_on, peer);
	return peer;
}

void peer_free(struct peer *peer)
{
	media_clear(&peer->media);
	crypt_clear(&peer->crypt);
	if (peer->dtls)
		dtls_free(peer->dtls);
	close(peer->fd);
	g_free(peer);
}

void peer_set_remote(struct peer *peer, const struct peer_remote *remote)
{
	if (peer->dtls)
		return;
	ice_set_remote(&peer->ice, remote->ufrag, remote->pwd, &remote->candidate);
	peer->dtls_client = !remote->active;
	peer->dtls = dtls_new(peer->dtls_client, remote->fingerprint, send_on, peer);
}

static void tell(const struct peer *peer, const char *event)
{
	output_line(json_pack("{s:s, s:I, s:f}", "event", event, "peer", (json_int_t)peer->id, "at",
	                      output_now_ms()));
}

static void become(struct peer *peer, enum peer_state state)
{
	peer->state = state;
	tell(peer, state == PEER_UP ? "up" : "failed");
}

static void look_at_handshake(struct peer *peer)
{
	struct dtls_keys keys;
	if (peer->state != PEER_NEW || dtls_state(peer->dtls) == DTLS_HANDSHAKE)
		return;
	bool keyed = dtls_state(peer->dtls) == DTLS_DONE && dtls_export(peer->dtls, &keys) &&
	             crypt_init(&peer->crypt, &keys, peer->dtls_client);
	become(peer, keyed ? PEER_UP : PEER_FAILED);
}

static void receive_stun(struct peer *peer, const struct sockaddr_in *from, const uint8_t *data,
                         size_t len, int64_t now_us)
{
	bool before = ice_connected(&peer->ice);
	ice_receive(&peer->ice, from, data, len, now_us / 1000);
	if (!before && ice_connected(&peer->ice) && peer->dtls)
		dtls_start(peer->dtls);
}

/* By the first byte, RFC 7983. */
void peer_receive(struct peer *peer, const struct sockaddr_in *from, uint8_t *data, size_t len,
                  int64_t now_us)
{
	if (stun_is(data, len)) {
		receive_stun(peer, from, data, len, now_us);
	} else if (len > 0 && data[0] >= 20 && data[0] <= 63 && peer->dtls) {
		dtls_receive(peer->dtls, data, len);
		look_at_handshake(peer);
	} else if (peer->state == PEER_UP) {
		media_receive(&peer->media, data, len, now_us);
	}
}

void peer_tick(struct peer *peer, int64_t now_us)
{
	ice_tick(&peer->ice, now_us / 1000);
	if (peer->state == PEER_NEW && peer->dtls && ice_connected(&peer->ice)) {
		dtls_tick(peer->dtls);
		look_at_handshake(peer);
	}
	if (peer->state == PEER_UP)
		media_tick(&peer->media, now_us);
	if (!peer->told_media && peer->media.first_us > 0) {
		peer->told_media = true;
		tell(peer, "media");
	}
}
