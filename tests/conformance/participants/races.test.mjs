// spec/participants: many at once, and a gateway that is killed. Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomId, until } from '../../support/cardea.mjs';
import { body as bodyOf, startParticipants } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

test('5.5: a hundred with thirty bad ones: in order, and the good ones are there', async () => {
  const room = await api.room();
  const bad = [{}, { display_name: '' }, { display_name: 5 }, { display_name: 'J', role: 'admin' }, null, 'x', { display_name: 'a\nb' },
    { display_name: 'J', metadata: [] }, { display_name: 'J', external_user_id: 7 }, []];
  const items = Array.from({ length: 100 }, (_, i) => (i % 10 < 3 ? bad[(i * 3 + (i % 10)) % bad.length] : { display_name: `p${i}`, external_user_id: `u${i}`, metadata: { i } }));
  const { results } = bodyOf(await api.bulk(room.id, items));
  assert.equal(results.length, 100);
  const good = results.filter(({ success }) => success);
  assert.equal(good.length, 70);
  results.forEach((result, i) => {
    if (i % 10 < 3) {
      assert.deepEqual(Object.keys(result), ['success', 'error'], `${i}`);
    } else {
      assert.deepEqual([result.display_name, result.external_user_id], [`p${i}`, `u${i}`]);
    }
  });
  const listed = bodyOf(await api.list(room.id)).participants;
  assert.deepEqual(listed.map(({ id }) => id), good.map((result) => result.participant_id));
  assert.ok(listed.every(({ display_name: name, metadata }) => name === `p${metadata.i}`));
});

test('5.5: a bulk call fills a room to its last place', async () => {
  const room = await api.room({ config: { max_participants: 3 } });
  await api.added(room.id);
  const { results } = bodyOf(await api.bulk(room.id, ['a', 'b', 'c', 'd'].map((name) => ({ display_name: name }))));
  assert.deepEqual(results.map(({ success, error }) => error ?? success), [true, true, 'room is full', 'room is full']);
  assert.equal((await api.active(room.id)).length, 3);
});

test('5.1.4, 5.1.5: fifty at once take no more than there are places, and one user no more than one', async () => {
  const room = await api.room({ config: { max_participants: 10 } });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => api.add(room.id, { display_name: 'J', external_user_id: `u${i % 25}` })));
  const added = answers.filter(({ status }) => status === 201);
  assert.equal(new Set(added.map(({ body }) => body.participant.id)).size, 10);
  assert.ok(answers.filter(({ status }) => status !== 201).every(({ body }) => body.error === 'room is full'));
  const active = await api.active(room.id);
  assert.equal(active.length, 10);
  assert.equal(new Set(active.map((p) => p.external_user_id)).size, 10);
});

test('P14: of many who remove the same participant one does', async () => {
  const room = await api.room();
  const { participant } = await api.added(room.id);
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.remove(room.id, participant.id)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(19).fill(404)]);
  assert.equal((await api.events(room.id, 'participant.removed')).length, 1);
});

test('a gateway that is killed while participants come has all whose answer had come', async () => {
  const room = await api.room();
  const answered = [];
  for (let life = 0; life < 3; life += 1) {
    let isUp = true;
    const come = async (who) => {
      for (let i = 0; isUp; i += 1) {
        const answer = await api.add(room.id, { display_name: 'J', external_user_id: `${life}-${who}-${i}-${randomId()}` }).catch(() => null);
        if (answer?.status === 201) answered.push(answer.body.participant.id);
      }
    };
    const before = answered.length;
    const coming = Promise.all(Array.from({ length: 8 }, (_, who) => come(who)));
    await until(() => answered.length >= before + 40, 'people have come');
    const killed = await api.cardea.kill('gateway');
    isUp = false;
    await coming;
    await until(() => api.cardea.dev.pids.gateway !== killed && api.list(room.id).then(({ status }) => status === 200, () => false), 'the gateway is back', 20000);
  }
  const there = new Set(bodyOf(await api.list(room.id)).participants.map(({ id }) => id));
  assert.deepEqual(answered.filter((id) => !there.has(id)), []);
  const counts = api.cardea.sql(`SELECT (SELECT count(*) FROM participants WHERE room = '${room.id}'),
    (SELECT count(*) FROM events WHERE room = '${room.id}' AND type = 'participant.added')`).split('|');
  assert.equal(counts[0], counts[1]); // each is in the log, once
  assert.equal(Number(counts[0]), there.size);
});
