// What the plugin answers to a client's offer, and what it offers itself: codecs of the room's policy
// and encodings, by Debian's Janus, without media. Contract: docs/plugin-api.md 2.1, 2.2, 4, 5. Run
// inside tests/support/netns.sh; declares 30 seconds.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { JanusSession, adminPlugin, connectionId, join, randomId, startPlugin, stopPlugin } from '../support/janus.mjs';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const REPAIRED_RID = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id';
const TWCC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const AUDIO = ['111 opus/48000/2'];
/** As Chromium lists them, with profiles that are not ours first. */
const VIDEO = [
  '96 VP8/90000',
  '35 VP9/90000;profile-id=2', '98 VP9/90000;profile-id=0',
  '39 H264/90000;level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  '41 H264/90000;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  '43 H264/90000;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  '45 AV1/90000;level-idx=5;profile=1;tier=0', '47 AV1/90000;level-idx=5;profile=0;tier=0',
];

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

/** An offer of lines {media, codecs, rids}; mids are their indexes. */
function offerOf(lines) {
  const sections = lines.flatMap(({ media, codecs, rids = [] }, mid) => [
    `m=${media} 9 UDP/TLS/RTP/SAVPF ${codecs.map((codec) => codec.split(' ')[0]).join(' ')}`,
    'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=sendonly', 'a=rtcp-mux', 'a=setup:actpass',
    'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
    ...[MID, RID, REPAIRED_RID, TWCC].map((uri, i) => `a=extmap:${i + 3} ${uri}`),
    ...codecs.flatMap((codec) => {
      const [map, ...parameters] = codec.split(';');
      const fmtp = parameters.length > 0 ? [`a=fmtp:${map.split(' ')[0]} ${parameters.join(';')}`] : [];
      return [`a=rtpmap:${map}`, ...fmtp];
    }),
    ...rids.map((rid) => `a=rid:${rid} send`),
    ...(rids.length > 0 ? [`a=simulcast:send ${rids.join(';')}`] : []),
  ]);
  const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${lines.map((_, i) => i).join(' ')}`];
  return { type: 'offer', sdp: [...sdp, ...sections, ''].join('\r\n') };
}

/** The lines of an SDP, each {codecs, has(attribute), text}; RTX is no codec. */
function linesOf(sdp) {
  return sdp.split(/^(?=m=)/m).slice(1).map((text) => ({
    codecs: (text.match(/^a=rtpmap:.*$/gm) ?? []).map((line) => line.slice(9).trim()).filter((map) => !map.includes('rtx')),
    has: (attribute) => text.split('\r\n').includes(`a=${attribute}`),
    text,
  }));
}

async function publish(fields, lines, kinds, claims = {}) {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, fields);
  const session = await JanusSession.create(janus);
  const token = control.token({ room, sub: 'anna', ...claims });
  const handle = await join(session, { handle: 'publish', token, connection: connectionId() });
  const tracks = kinds.map((kind, mid) => ({ mid: `${mid}`, kind }));
  const { data, jsep } = await handle.message({ request: 'publish', offer: 1, tracks }, offerOf(lines));
  const { participants } = await adminPlugin(janus, { request: 'inspect', room });
  return {
    joined: handle.joined,
    accepted: data.tracks.map(({ accepted }) => accepted),
    lines: linesOf(jsep.sdp),
    sources: participants[0].sources,
  };
}

const CAMERA = { media: 'video', codecs: VIDEO, rids: ['h', 'm', 'l'] };

test('all four sources are accepted, VP8 by default and with its encodings', async () => {
  const { joined, accepted, lines, sources } = await publish(
    {},
    [{ media: 'audio', codecs: AUDIO }, CAMERA, { media: 'video', codecs: VIDEO }, { media: 'audio', codecs: AUDIO }],
    ['microphone', 'camera', 'screen', 'screen_audio'],
  );
  assert.deepEqual(joined.video_codecs, ['vp8']);
  assert.deepEqual(accepted, [true, true, true, true]);
  assert.deepEqual(lines.map(({ codecs }) => codecs), [
    ['111 opus/48000/2'], ['96 VP8/90000'], ['96 VP8/90000'], ['111 opus/48000/2'],
  ]);
  assert.deepEqual(lines.map(({ has }) => has('recvonly')), [true, true, true, true]);
  assert.deepEqual(lines.map(({ has }) => has(`extmap:6 ${TWCC}`)), [false, true, true, false]);
  const [, camera, screen] = lines;
  assert.ok(camera.has('simulcast:recv h;m;l'), camera.text);
  assert.ok(camera.has(`extmap:4 ${RID}`) && camera.has(`extmap:5 ${REPAIRED_RID}`), camera.text);
  assert.ok(!screen.text.includes('simulcast') && !screen.has(`extmap:4 ${RID}`), screen.text);
  assert.deepEqual(sources.map(({ kind }) => kind), ['microphone', 'camera', 'screen', 'screen_audio']);
  assert.deepEqual(sources[1].layers.map(({ rid }) => rid), ['l', 'm', 'h']);
});

test('the first codec of the policy is answered, in its one profile', async () => {
  const answers = {
    h264: '43 H264/90000', vp9: '98 VP9/90000', av1: '47 AV1/90000', vp8: '96 VP8/90000',
  };
  for (const [codec, map] of Object.entries(answers)) {
    const { joined, lines, sources } = await publish(
      { policy: { video_codecs: [codec] } }, [{ media: 'video', codecs: VIDEO }], ['camera']);
    assert.deepEqual([joined.video_codecs, lines[0].codecs], [[codec], [map]]);
    assert.equal(sources[0].codec, codec);
  }
  const { lines } = await publish(
    { policy: { video_codecs: ['h264', 'vp9'] } }, [{ media: 'video', codecs: VIDEO.slice(0, 3) }], ['camera']);
  assert.deepEqual(lines[0].codecs, ['98 VP9/90000'], 'the next one that is offered');
  assert.ok(lines[0].has('fmtp:98 profile-id=0'), lines[0].text);
});

test('a line without a codec of the policy, or without the right, is not accepted', async () => {
  const none = await publish(
    { policy: { video_codecs: ['av1'] } }, [{ media: 'video', codecs: VIDEO.slice(0, 1) }], ['camera']);
  assert.deepEqual([none.accepted, none.sources], [[false], []]);
  const lines = [{ media: 'audio', codecs: AUDIO }, CAMERA];
  const sound = await publish({}, lines, ['screen_audio', 'camera'], { publish: ['microphone'] });
  assert.deepEqual([sound.accepted, sound.lines.map(({ has }) => has('inactive'))], [[false, false], [true, true]]);
  assert.ok(sound.lines[1].has('simulcast:recv h;m;l'), 'for when there is one');
  const wrong = await publish({}, lines, ['camera', 'screen_audio']);
  assert.deepEqual(wrong.accepted, [false, false], 'of the other type');
});

test('receive offers have all codecs of the policy, each with retransmissions', async () => {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, { policy: { video_codecs: ['h264', 'vp8', 'vp9', 'av1'] } });
  const session = await JanusSession.create(janus);
  const handle = await join(session, {
    handle: 'receive', token: control.token({ room }), connection: connectionId(), slots: { audio: 0, video: 1 },
  });
  const { jsep } = await handle.event('offer');
  const [line] = linesOf(jsep.sdp);
  assert.deepEqual(line.codecs, ['98 H264/90000', '96 VP8/90000', '100 VP9/90000', '102 AV1/90000']);
  for (const [pt, rtx] of [[98, 99], [96, 97], [100, 101], [102, 103]]) {
    assert.ok(line.has(`fmtp:${rtx} apt=${pt}`), line.text);
    for (const feedback of ['nack', 'nack pli', 'ccm fir', 'goog-remb']) {
      assert.ok(line.has(`rtcp-fb:${pt} ${feedback}`), `${pt} ${feedback}`);
    }
  }
  assert.ok(!line.text.includes('transport-cc'), line.text);
});

test('a policy with an unknown, repeated or no codec is refused', async () => {
  for (const video_codecs of [['vp7'], ['opus'], ['vp8', 'vp8'], []]) {
    await assert.rejects(control.openRoom('wrong', { policy: { video_codecs } }), { code: 'json_range' });
  }
  await assert.rejects(control.openRoom('wrong', { policy: { video_codecs: [8] } }), { code: 'json_type' });
});
