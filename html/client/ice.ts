import type { IceServers } from './types.ts';

/** Cardea's server lists in the form that RTCPeerConnection takes. */
export function toRtcIceServers({ stun_servers, turn_servers }: IceServers): RTCIceServer[] {
  const servers: RTCIceServer[] = turn_servers.map(({ urls, username, password }) => ({
    urls,
    username,
    credential: password,
  }));
  if (stun_servers.length > 0) servers.push({ urls: stun_servers });
  return servers;
}
