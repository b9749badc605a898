// An offer of a client's three lines, for tests of signalling: it is answered like any other, and no
// media ever comes.

const LINES = [
  { kind: 'microphone', media: 'audio', pt: 111, codec: 'opus/48000/2' },
  { kind: 'camera', media: 'video', pt: 96, codec: 'VP8/90000' },
  { kind: 'screen', media: 'video', pt: 96, codec: 'VP8/90000' },
];

function section({ media, pt, codec }, mid) {
  return [
    `m=${media} 9 UDP/TLS/RTP/SAVPF ${pt}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=sendonly', 'a=rtcp-mux',
    'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=setup:actpass',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, `a=rtpmap:${pt} ${codec}`,
  ];
}

export const PUBLISH_OFFER = {
  type: 'offer',
  sdp: [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${LINES.map((_, i) => i).join(' ')}`,
    ...LINES.flatMap(section), '',
  ].join('\r\n'),
};

/** The body of `publish` for it; @p active: kinds that send now. */
export function publishRequest(offer = 1, active = ['microphone', 'camera']) {
  const tracks = LINES.map(({ kind }, i) => ({ mid: `${i}`, kind, active: active.includes(kind) }));
  return { request: 'publish', offer, tracks };
}
