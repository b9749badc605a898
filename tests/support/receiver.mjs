// A receiver of webhooks that notes what comes.
//
//   const receiver = await startReceiver();
//   receiver.answer = () => 500;                     // a status, or null: never
//   receiver.requests                                // { at, method, path, headers, raw, body, status }
//   await receiver.close();

import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

/** What the header X-Eyeson-Signature has to be (spec/meetings 8). */
export const signature = (key, raw) => crypto.createHmac('sha256', key).update(raw).digest('hex');

/** "room seq" of a request: what it is about in the event log. */
export const place = ({ body }) => `${body.room?.id ?? body.participant.room_id} ${body.seq}`;

/** The requests that were taken, without those that repeat the one before. */
export const taken = (requests) => requests.filter(({ status }) => status >= 200 && status < 300)
  .filter((request, i, all) => i === 0 || request.raw !== all[i - 1].raw);

export async function startReceiver() {
  const receiver = { requests: [], answer: () => 200 };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const raw = Buffer.concat(parts).toString();
      const noted = { at: Date.now(), method: request.method, path: request.url, headers: request.headers, raw, body: JSON.parse(raw) };
      receiver.requests.push(noted);
      noted.status = receiver.answer(noted);
      if (noted.status !== null) response.writeHead(noted.status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${server.address().port}/hook?from=cardea`;
  receiver.close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return receiver;
}
