// The little SDP that the native peers need: they offer lines that send and answer with lines that
// receive, opus and VP8, one host candidate.

const OPUS = 111;
const VP8 = 96;
export const MID = { id: 1, uri: 'urn:ietf:params:rtp-hdrext:sdes:mid' };
export const LEVEL = { id: 2, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' };

/** What the peers need of Janus' SDP. */
export function parseSdp(sdp) {
  const [session, ...sections] = sdp.split(/\r\n(?=m=)/);
  const value = (text, name) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(text)?.[1].trim();
  const mlines = sections.map((text) => ({
    type: /^m=(\w+)/.exec(text)[1],
    port: Number(/^m=\w+ (\d+)/.exec(text)[1]),
    mid: value(text, 'mid'),
    direction: /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(text)?.[1] ?? 'sendrecv',
    pt: Number(/^a=rtpmap:(\d+) (?:opus|vp8)\//im.exec(text)?.[1]),
    ssrc: Number(/^a=ssrc:(\d+)/m.exec(text)?.[1]),
    extensions: Object.fromEntries(
      [...text.matchAll(/^a=extmap:(\d+)\S* (\S+)/gm)].map(([, id, uri]) => [uri, Number(id)])),
  }));
  const anywhere = (name) => value(session, name) ?? sections.map((s) => value(s, name)).find(Boolean);
  return {
    ufrag: anywhere('ice-ufrag'),
    pwd: anywhere('ice-pwd'),
    fingerprint: anywhere('fingerprint').replace(/^sha-256 /i, ''),
    setup: anywhere('setup'),
    candidate: sections.flatMap((s) => [...s.matchAll(/^a=(candidate:.*)$/gm)].map(([, c]) => c))
      .map(parseCandidate).find(Boolean),
    mlines,
  };
}

/** A host candidate of UDP over IPv4, else null. */
export function parseCandidate(text) {
  const match = /candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host/i.exec(text);
  return match ? { address: match[1], port: Number(match[2]) } : null;
}

function sdp(local, setup, mlines) {
  const mids = mlines.map(({ mid }) => mid).join(' ');
  return [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids}`,
    ...mlines.flatMap((line, index) => [
      `m=${line.type} 9 UDP/TLS/RTP/SAVPF ${line.pt}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${line.mid}`,
      `a=${line.direction}`,
      'a=rtcp-mux',
      `a=ice-ufrag:${local.ufrag}`,
      `a=ice-pwd:${local.pwd}`,
      `a=setup:${setup}`,
      `a=fingerprint:sha-256 ${local.fingerprint}`,
      ...codec(line),
      ...Object.entries(line.extensions).map(([uri, id]) => `a=extmap:${id} ${uri}`),
      ...(line.ssrc ? [`a=ssrc:${line.ssrc} cname:peer`] : []),
      ...(index > 0 ? [] : [ // the others are bundled with it
        `a=candidate:1 1 udp 2130706431 ${local.address} ${local.port} typ host`,
        'a=end-of-candidates',
      ]),
    ]),
    '',
  ].join('\r\n');
}

function codec({ type, pt }) {
  if (type === 'audio') return [`a=rtpmap:${pt} opus/48000/2`, `a=fmtp:${pt} useinbandfec=1`];
  return [
    `a=rtpmap:${pt} VP8/90000`, `a=rtcp-fb:${pt} goog-remb`, `a=rtcp-fb:${pt} ccm fir`,
    `a=rtcp-fb:${pt} nack`, `a=rtcp-fb:${pt} nack pli`,
  ];
}

/** A send-only offer with a line for each of @p tracks ({kind, ssrc}). */
export function offerSdp(local, tracks) {
  return sdp(local, 'actpass', tracks.map(({ kind, ssrc }, index) => ({
    type: kind === 'microphone' ? 'audio' : 'video',
    mid: String(index),
    direction: 'sendonly',
    pt: kind === 'microphone' ? OPUS : VP8,
    ssrc,
    extensions: {
      [MID.uri]: MID.id,
      ...(kind === 'microphone' ? { [LEVEL.uri]: LEVEL.id } : {}),
    },
  })));
}

/** A receive-only answer to @p offer, which accepts every line that is sent, without RTX. */
export function answerSdp(local, offer) {
  return sdp(local, 'active', offer.mlines.map((line) => ({
    ...line,
    direction: line.direction === 'inactive' || line.port === 0 ? 'inactive' : 'recvonly',
    ssrc: 0,
  })));
}
