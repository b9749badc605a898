// What video slots show without media: automatic filling, wishes, following, and what is refused.
// Run inside tests/support/netns.sh.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeOffer } from '../support/offers.mjs';
import {
  JanusSession, adminPlugin, connectionId, join, randomId, startPlugin, stopPlugin, until,
} from '../support/janus.mjs';

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

async function newRoom() {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room);
  return room;
}

function fields(room, sub, claims = {}) {
  return {
    request: 'join', connection: connectionId(), token: control.token({ room, sub, name: sub, ...claims }),
  };
}

/** Somebody who shows @p kinds ('camera', 'screen'). */
async function shower(room, sub, kinds = ['camera']) {
  const session = await JanusSession.create(janus);
  const handle = await join(session, { ...fields(room, sub), handle: 'publish' });
  await handle.request(
    { request: 'publish', offer: 1, tracks: kinds.map((kind, mid) => ({ mid: String(mid), kind })) },
    fakeOffer(kinds.map(() => 'video')));
  return {
    sub, session,
    set: (kind, active) => handle.request({ request: 'source', kind, active }),
  };
}

/** Somebody who looks, through @p video slots. */
async function viewer(room, sub, video) {
  const session = await JanusSession.create(janus);
  const handle = await join(session, { ...fields(room, sub), handle: 'receive', slots: { audio: 0, video } });
  return {
    sub, session, handle,
    wish: (slots, rest) => handle.request({ request: 'wish', video: slots, ...(rest ? { rest } : {}) }),
    /** What the slots show, as 'id/kind' or null. */
    async shows() {
      const { map } = await handle.request({ request: 'sync' });
      return map.video.map(({ participant, kind }) => (participant ? `${participant}/${kind}` : null));
    },
  };
}

async function sees(person, expected) {
  let shown;
  await until(async () => {
    shown = await person.shows();
    return JSON.stringify(shown) === JSON.stringify(expected);
  }, `${person.sub} sees ${expected}`).catch(() => {});
  assert.deepEqual(shown, expected);
}

async function leaveAll(people) {
  await Promise.all(people.map(({ session }) => session.close()));
}

test('without a wish slots fill in the order of opening and keep what they show', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 3);
  const people = [];
  for (const sub of ['ada', 'ben', 'cleo', 'dora']) people.push(await shower(room, sub));
  await sees(eve, ['ada/camera', 'ben/camera', 'cleo/camera']);
  await people[1].set('camera', false);
  await sees(eve, ['ada/camera', 'dora/camera', 'cleo/camera']);
  await people[1].set('camera', true);
  await sees(eve, ['ada/camera', 'dora/camera', 'cleo/camera']);
  await leaveAll([eve, ...people]);
});

test('a wish names what each slot shows, and the rest fills itself or stays empty', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 3);
  const people = [];
  for (const sub of ['ada', 'ben', 'cleo', 'dora']) {
    people.push(await shower(room, sub, sub === 'cleo' ? ['camera', 'screen'] : ['camera']));
  }
  await sees(eve, ['ada/camera', 'ben/camera', 'cleo/camera']);
  await eve.wish([{ mid: 'v2', participant: 'dora', kind: 'camera', height: 180 }]);
  await sees(eve, ['ada/camera', 'ben/camera', 'dora/camera']);
  await eve.wish([{ mid: 'v0', participant: 'cleo', kind: 'screen' }, { mid: 'v1' }]);
  // The third slot was not named: it keeps what it shows. A wish that follows the last one closely waits.
  await sees(eve, ['cleo/screen', null, 'dora/camera']);
  await eve.wish([{ mid: 'v1', participant: 'ben' }], 'empty');
  await sees(eve, [null, 'ben/camera', null]);
  await eve.wish([]);
  const all = await until(async () => {
    const shown = await eve.shows();
    return !shown.includes(null) && shown;
  }, 'all slots fill');
  assert.equal(new Set(all).size, 3, 'nobody is shown twice');
  await leaveAll([eve, ...people]);
});

test('a slot waits for who is not there yet, and shows nothing when they are gone', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 2);
  const ada = await shower(room, 'ada');
  await eve.wish([{ mid: 'v0', participant: 'ben', kind: 'camera' }], 'empty');
  await sees(eve, [null, null]);
  const ben = await shower(room, 'ben');
  await sees(eve, ['ben/camera', null]);
  await ben.session.close();
  await sees(eve, [null, null]);
  await leaveAll([eve, ada]);
});

test('two slots may show one source, nobody sees themself', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 3);
  const ada = await shower(room, 'ada');
  const both = [{ mid: 'v0', participant: 'ada', height: 720 }, { mid: 'v1', participant: 'ada', height: 90 },
    { mid: 'v2', participant: 'eve' }];
  await eve.wish(both, 'empty');
  await sees(eve, ['ada/camera', 'ada/camera', null]);
  await leaveAll([eve, ada]);
});

test('follow screen shows the newest screen, and the one before when that ends', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 2);
  await eve.wish([{ mid: 'v0', follow: 'screen', height: 1080 }], 'empty');
  const ada = await shower(room, 'ada', ['camera', 'screen']);
  await sees(eve, ['ada/screen', null]);
  const ben = await shower(room, 'ben', ['screen']);
  await sees(eve, ['ben/screen', null]);
  await ben.set('screen', false);
  await sees(eve, ['ada/screen', null]);
  await leaveAll([eve, ada, ben]);
});

test('a wish that makes no sense is refused and changes nothing', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 2);
  const ada = await shower(room, 'ada');
  const ben = await shower(room, 'ben');
  const good = [{ mid: 'v0', participant: 'ben', kind: 'camera', height: 360, pinned: true }];
  await eve.wish(good, 'empty');
  const cases = [
    ['json_missing', undefined], ['json_type', 'v0'], ['json_type', [1]], ['json_missing', [{}]],
    ['json_range', [{ mid: 'v9' }]], ['json_range', [{ mid: 'a0' }]], ['json_range', [{ mid: 'v0' }, { mid: 'v0' }]],
    ['json_range', [{ mid: 'v0', participant: 'ada', follow: 'speaker' }]],
    ['json_range', [{ mid: 'v0', follow: 'nobody' }]],
    ['json_range', [{ mid: 'v0', participant: 'ada', kind: 'microphone' }]],
    ['json_range', [{ mid: 'v0', participant: 'ada', kind: 'screen_audio' }]],
    ['json_range', [{ mid: 'v0', participant: 'ada', height: 0 }]],
    ['json_range', [{ mid: 'v0', participant: 'ada', height: 4321 }]],
    ['json_type', [{ mid: 'v0', participant: 'ada', height: '720' }]],
    ['json_type', [{ mid: 'v0', participant: 7 }]], ['invalid', [{ mid: 'v0', participant: 'a d a' }]],
    ['json_range', Array.from({ length: 26 }, () => ({ mid: 'v0' }))],
  ];
  for (const [code, video] of cases) {
    await assert.rejects(eve.handle.request({ request: 'wish', ...(video === undefined ? {} : { video }) }),
      { code }, JSON.stringify(video));
  }
  await assert.rejects(eve.wish(good, 'whatever'), { code: 'json_range' });
  await sees(eve, ['ben/camera', null]);
  const publish = await join(await JanusSession.create(janus), { ...fields(room, 'finn'), handle: 'publish' });
  await assert.rejects(publish.request({ request: 'wish', video: [] }), { code: 'wrong_handle' });
  await publish.session.close();
  await leaveAll([eve, ada, ben]);
});

test('a thousand wishes a second stall nobody, and the last one holds', async () => {
  const room = await newRoom();
  const eve = await viewer(room, 'eve', 9);
  const other = await viewer(room, 'other', 9);
  const people = [];
  for (let i = 0; i < 9; i++) people.push(await shower(room, `p-${i}`));
  let worst = 0;
  let refused = 0;
  const flood = Promise.all(Array.from({ length: 1000 }, (_, i) => eve.wish(
    [{ mid: 'v0', participant: `p-${i % 9}`, height: 90 + i }], 'empty').catch((error) => {
    assert.equal(error.code, 'queue_full');
    refused++;
  })));
  for (let i = 0; i < 20; i++) {
    const start = Date.now();
    await other.handle.request({ request: 'ice' });
    worst = Math.max(worst, Date.now() - start);
  }
  await flood;
  console.log(`# 1000 wishes at once: ${refused} refused, others wait ${worst} ms at most`);
  assert.ok(worst < 1000);
  await eve.wish([{ mid: 'v3', participant: 'p-4' }], 'empty');
  await sees(eve, [null, null, null, 'p-4/camera', null, null, null, null, null]);
  assert.equal((await other.shows()).filter(Boolean).length, 9);
  assert.equal((await adminPlugin(janus, { request: 'inspect', room })).cardea, 'ok');
  await leaveAll([eve, other, ...people]);
});
