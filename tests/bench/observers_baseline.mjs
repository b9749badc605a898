// The baseline of observers.mjs: as much of /rt as the benchmark needs, on npm's ws. Prints one line
// {"port":N} and serves until stdin ends.

import { once } from 'node:events';
import http from 'node:http';
import { WebSocketServer } from 'ws';

const PING_MS = 3000;

const server = http.createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = `{"identifier":"{\\"channel\\":\\"RoomChannel\\"}","message":${Buffer.concat(parts)}}`;
  for (const client of sockets.clients) client.send(text);
  response.end('{}');
});
const sockets = new WebSocketServer({
  server, path: '/rt', perMessageDeflate: false, handleProtocols: () => 'actioncable-v1-json',
});
sockets.on('connection', (client) => {
  client.send('{"type":"welcome"}');
  client.on('message', (data) => {
    client.send(JSON.stringify({ identifier: JSON.parse(data).identifier, type: 'confirm_subscription' }));
  });
});
setInterval(() => {
  const text = JSON.stringify({ type: 'ping', message: Math.floor(Date.now() / 1000) });
  for (const client of sockets.clients) client.send(text);
}, PING_MS);

server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(JSON.stringify({ port: server.address().port }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
