// Pages of other origins read every answer of the REST dialects, also those that are refused before
// any route is looked for. Takes about 5 s.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { startCardea } from '../support/cardea.mjs';

let cardea;
before(async () => {
  cardea = await startCardea();
});
after(() => cardea?.stop());

/** Everything the gateway says to these bytes until it closes. */
function raw(text) {
  const { hostname, port } = new URL(cardea.dev.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, hostname);
    socket.setTimeout(10_000, () => reject(new Error('no answer in time')));
    socket.on('data', (data) => { answer += data; });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.write(text);
  });
}

const OPEN = /\r\nAccess-Control-Allow-Origin: \*\r\n/;
const NOT_KEPT = /\r\nCache-Control: no-store\r\n/;

for (const path of ['/rooms', '/rooms/x/users/a%2Fb', '/guests/x', '/permalink/x', '/recordings/x', '/snapshots/x', '/webhooks', '/rt']) {
  test(`${path}: refusals are readable, nothing is kept`, async () => {
    const refusals = {
      'a route that is not there or a missing credential': [`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, /^HTTP\/1.1 4/],
      'a body that is too large': [`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n`, /^HTTP\/1.1 413/],
      'a request without Host': [`GET ${path} HTTP/1.1\r\n\r\n`, /^HTTP\/1.1 400/],
      'an unknown transfer coding': [`POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n`, /^HTTP\/1.1 400/],
    };
    for (const [what, [text, status]] of Object.entries(refusals)) {
      const answer = await raw(text);
      assert.match(answer, status, what);
      assert.match(answer, OPEN, what);
      assert.match(answer, NOT_KEPT, what);
    }
    const preflight = await raw(`OPTIONS ${path} HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n` +
      'Access-Control-Request-Method: DELETE\r\nConnection: close\r\n\r\n');
    assert.match(preflight, /^HTTP\/1.1 204/);
    assert.match(preflight, OPEN);
    assert.match(preflight, /\r\nAccess-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n/);
    assert.match(preflight, /\r\nAccess-Control-Allow-Headers: Authorization, Content-Type\r\n/);
  });
}

test('other paths are not opened', async () => {
  for (const path of ['/healthz', '/roomsx', '/janus/n1']) {
    assert.doesNotMatch(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), OPEN, path);
  }
});
