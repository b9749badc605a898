import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../client/channel.ts';
import type { RemoteCandidate } from '../client/janus.ts';
import { Peer } from '../client/peer.ts';
import { FakeGateway, type FakePeerConnection } from './support/gateway.ts';

new FakeGateway().install();

function boundPeer() {
  const peer = new Peer();
  let deliver: (candidate: RemoteCandidate) => void = () => {};
  peer.bind({
    on: (_name: string, listener: typeof deliver) => {
      deliver = listener;
    },
    trickle: () => {},
  } as unknown as Channel);
  const { added } = peer.pc as unknown as FakePeerConnection;
  return { peer, added, deliver: (candidate: RemoteCandidate) => deliver(candidate) };
}

const OFFER = { type: 'offer', sdp: 'v=0' } as const;

test('candidates wait for the description', async () => {
  const { peer, added, deliver } = boundPeer();
  deliver({ candidate: 'first' });
  deliver({ completed: true });
  assert.deepEqual(added, []);
  await peer.setRemoteDescription(OFFER);
  assert.deepEqual(added, ['first']);
});

test('candidates that overtake the next description are added to it too', async () => {
  const { peer, added, deliver } = boundPeer();
  await peer.setRemoteDescription(OFFER);
  deliver({ candidate: 'early' });
  await peer.setRemoteDescription(OFFER);
  assert.deepEqual(added, ['early', 'early']);
});
