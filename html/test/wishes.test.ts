import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignLines, type Picture, Wishes } from '../client/wishes.ts';

const MIDS = ['v0', 'v1', 'v2'];

function camera(participant: string, height = 360): Picture {
  return { participant, kind: 'camera', height };
}

function recorder() {
  const sent: Record<string, unknown>[] = [];
  const channel = {
    request: (body: Record<string, unknown>) => {
      sent.push(body);
      return Promise.resolve({ data: {} });
    },
  };
  return { sent, channel: channel as unknown as Parameters<Wishes['bind']>[0] };
}

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a picture keeps its line for as long as it is named', () => {
  const first = assignLines(new Map(), [camera('a'), camera('b'), camera('c')], MIDS);
  assert.deepEqual([...first.values()], ['v0', 'v1', 'v2']);
  const second = assignLines(first, [camera('c'), camera('d'), camera('a')], MIDS);
  assert.equal(second.get('camera/c'), 'v2');
  assert.equal(second.get('camera/a'), 'v0');
  assert.equal(second.get('camera/d'), 'v1');
});

test('with more pictures than lines the first ones are shown', () => {
  const lines = assignLines(
    new Map(),
    ['a', 'b', 'c', 'd'].map((id) => camera(id)),
    MIDS,
  );
  assert.deepEqual([...lines.keys()], ['camera/a', 'camera/b', 'camera/c']);
  const next = assignLines(
    lines,
    ['d', 'a', 'b', 'c'].map((id) => camera(id)),
    MIDS,
  );
  assert.deepEqual([...next.keys()].sort(), ['camera/a', 'camera/b', 'camera/d']);
  assert.equal(next.get('camera/d'), 'v2');
});

test('a picture that is named twice takes one line', () => {
  const lines = assignLines(new Map(), [camera('a'), camera('a', 720), camera('b')], MIDS);
  assert.deepEqual([...lines.values()], ['v0', 'v1']);
});

test('in another room the plugin chooses until the page says what it shows there', async () => {
  const { sent, channel } = recorder();
  const wishes = new Wishes();
  wishes.set([camera('a'), camera('b')]);
  wishes.bind(channel, MIDS);
  await pass(10);
  wishes.forget();
  await pass(10);
  assert.equal(sent.length, 1, 'nobody there is whom the page named here');
  wishes.set([camera('b')]);
  await pass(10);
  assert.deepEqual(sent[1]?.video, [{ mid: 'v0', ...camera('b') }], 'at once, on any line');
  wishes.close();
});

test('nothing is told before the page has said anything', async () => {
  const { sent, channel } = recorder();
  const wishes = new Wishes();
  wishes.bind(channel, MIDS);
  await pass(10);
  assert.deepEqual(sent, []);
  wishes.close();
});

test('a wish is told once, and again after the plugin may have lost it', async () => {
  const { sent, channel } = recorder();
  const wishes = new Wishes();
  wishes.set([camera('a', 359.6), { participant: 'b', kind: 'screen', height: 720, pinned: true }]);
  wishes.bind(channel, MIDS);
  await pass(10);
  const wish = {
    request: 'wish',
    rest: 'empty',
    video: [
      { mid: 'v0', participant: 'a', kind: 'camera', height: 360 },
      { mid: 'v1', participant: 'b', kind: 'screen', height: 720, pinned: true },
    ],
  };
  assert.deepEqual(sent, [wish]);
  wishes.set([camera('a', 360), { participant: 'b', kind: 'screen', height: 720, pinned: true }]);
  await pass(300);
  assert.equal(sent.length, 1, 'the same again is not told');
  wishes.reset();
  await pass(10);
  assert.deepEqual(sent, [wish, wish]);
  wishes.set(null);
  await pass(300);
  assert.deepEqual(sent.at(-1), { request: 'wish', video: [] });
  wishes.close();
});
