import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomState } from '../client/room.ts';
import type { Participant } from '../client/types.ts';

function person(id: string): Participant {
  return { id, name: id, role: 'participant', guest: false, sources: [] };
}

test('a participant is found on the line that carries the wanted source', () => {
  const room = new RoomState();
  room.setSlots({
    audio: [
      { mid: 'a0', participant: 'ada' },
      { mid: 'a1', participant: null },
    ],
    video: [
      { mid: 'v0', participant: 'ben', kind: 'screen' },
      { mid: 'v1', participant: 'ben', kind: 'camera' },
      { mid: 'v2', participant: null, kind: null },
    ],
  });
  assert.equal(room.midOf('ada', 'microphone'), 'a0');
  assert.equal(room.midOf('ada', 'camera'), null);
  assert.equal(room.midOf('ben', 'camera'), 'v1');
  assert.equal(room.midOf('ben', 'screen'), 'v0');
  assert.equal(room.midOf('cleo', 'camera'), null);
});

test('a whole roster replaces the old one, and those who stay keep their place', () => {
  const room = new RoomState();
  room.setRoster([person('ada'), person('ben')]);
  room.changeRoster({ joined: [person('cleo')], left: ['ada'] });
  assert.deepEqual([...room.participants.keys()], ['ben', 'cleo']);
  room.setRoster([person('dora'), person('cleo'), person('ben')]);
  assert.deepEqual([...room.participants.keys()], ['ben', 'cleo', 'dora']);
});

test('who speaks is what was told last, and nobody after the end', () => {
  const room = new RoomState();
  assert.deepEqual(room.speaking, { dominant: null, speaking: [] });
  room.setSpeaking({ dominant: 'ada', speaking: ['ada', 'ben'] });
  room.setSpeaking({ dominant: 'ada', speaking: [] });
  assert.deepEqual(room.speaking, { dominant: 'ada', speaking: [] });
  room.clear();
  assert.deepEqual(room.speaking, { dominant: null, speaking: [] });
});

test('an update of somebody changes only them', () => {
  const room = new RoomState();
  room.setRoster([person('ada'), person('ben')]);
  room.changeRoster({
    updated: [{ ...person('ada'), sources: [{ kind: 'camera', active: true }] }],
  });
  assert.equal(room.participants.get('ada')?.sources[0]?.active, true);
  assert.deepEqual(room.participants.get('ben')?.sources, []);
});
