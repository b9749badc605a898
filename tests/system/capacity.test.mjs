// A room for ten, and a thousand who come at once: exactly ten get in, by one decision under the lock of
// the transaction, whatever their number. CARDEA_FULL=1: 50 rounds, else 3.

import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { startCardea } from '../support/cardea.mjs';

const ROUNDS = process.env.CARDEA_FULL ? 50 : 3;
const GUESTS = 1000;
const PLACES = 10;

const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

function post(url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(parts).toString() || 'null'),
      }));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

test(`${GUESTS} guests at once in a room for ${PLACES}, ${ROUNDS} rounds`, { timeout: 60000 + ROUNDS * 15000 }, async (t) => {
  const cardea = await startCardea({ args: ['--set', 'limits.enter_per_second=0', '--set', 'limits.enter_failures_per_second=0'] });
  t.after(() => cardea.stop());
  const key = cardea.dev.api_key;

  for (let round = 0; round < ROUNDS; round++) {
    const name = `room ${round}`;
    const made = await post(`${cardea.url}/api/v1/rooms`, { name, config: { max_participants: PLACES } }, { 'x-api-key': key });
    assert.equal(made.status, 201);
    const meeting = await post(`${cardea.url}/rooms`, { id: name, user: { name: 'Ada' } }, { authorization: key });
    assert.equal(meeting.status, 201);
    const answers = await Promise.all(Array.from({ length: GUESTS }, (_, i) => post(`${cardea.url}/api/v1/enter`,
      { credential: meeting.body.room.guest_token, name: `Guest ${i}` })));
    const inside = answers.filter(({ status }) => status === 201);
    assert.equal(inside.length, PLACES, `round ${round}`);
    assert.equal(new Set(inside.map(({ body }) => body.participant.id)).size, PLACES);
    for (const { status, headers, body } of answers) {
      if (status === 201) continue;
      assert.equal(status, 503);
      assert.equal(body.code, 'room_is_full');
      assert.ok(Number(headers['retry-after']) > 0);
    }
  }
  t.diagnostic(`${ROUNDS * GUESTS} entries, ${ROUNDS * PLACES} let in`);
});
