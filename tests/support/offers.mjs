// SDP offers that Janus takes, of somebody who never sends: for tests that need sources and no media.

const LINES = {
  audio: ['m=audio 9 UDP/TLS/RTP/SAVPF 111', ['a=rtpmap:111 opus/48000/2',
    'a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level']],
  video: ['m=video 9 UDP/TLS/RTP/SAVPF 96', ['a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli']],
};

function line(type, mid) {
  const [head, attributes] = LINES[type];
  return [
    head, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=sendonly', 'a=rtcp-mux', 'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=setup:actpass',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, ...attributes,
    `a=ssrc:${1234 + mid} cname:x`,
  ];
}

/** An offer with a send-only line for each of @p types ('audio' or 'video'); mids are 0, 1, ... */
export function fakeOffer(types) {
  return {
    type: 'offer',
    sdp: [
      'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0',
      `a=group:BUNDLE ${types.map((_, mid) => mid).join(' ')}`, ...types.flatMap(line), '',
    ].join('\r\n'),
  };
}

/** A client's three lines. */
export const PUBLISH_OFFER = fakeOffer(['audio', 'video', 'video']);

/** The body of `publish` for it; @p active: kinds that send now. */
export function publishRequest(offer = 1, active = ['microphone', 'camera']) {
  const tracks = ['microphone', 'camera', 'screen']
    .map((kind, mid) => ({ mid: `${mid}`, kind, active: active.includes(kind) }));
  return { request: 'publish', offer, tracks };
}
