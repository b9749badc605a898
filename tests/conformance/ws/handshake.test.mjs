// The opening handshake of RFC 6455 4.2 against the server side of net/ws. Takes about 1 s.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchangeBytes, parseAnswers, startServer } from '../support.mjs';
import { close } from './frames.mjs';

const GOOD = {
  line: 'GET /ws HTTP/1.1',
  fields: [['Host', 'x'], ['Upgrade', 'websocket'], ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']],
};

let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

async function shake({ line, fields }, half = false) {
  const head = [line, ...fields.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
  const got = await exchangeBytes(server.port, [Buffer.from(head, 'latin1'), close(1000)], { half });
  const end = got.indexOf('\r\n\r\n') + 4;
  return { head: got.subarray(0, end).toString('latin1'), all: got.toString('latin1') };
}

const without = (name) => ({ ...GOOD, fields: GOOD.fields.filter(([field]) => field !== name) });
const withField = (name, value) => ({ ...GOOD, fields: GOOD.fields.map((f) => f[0] === name ? [name, value] : f) });
const plus = (...more) => ({ ...GOOD, fields: [...GOOD.fields, ...more] });

function opens(name, request, ...patterns) {
  test(`opens: ${name}`, async () => {
    const { head } = await shake(request);
    assert.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    for (const pattern of [/\r\nUpgrade: websocket\r\n/, /\r\nConnection: Upgrade\r\n/,
      /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/, ...patterns])
      assert.match(head, pattern);
    assert.doesNotMatch(head, /Content-Length|Transfer-Encoding|Extensions/i);
  });
}
function refuses(status, name, request) {
  test(`refuses: ${name}`, async () => {
    const { all } = await shake(request, true);
    // The close frame behind a refused handshake is no HTTP; it may be refused in its turn.
    const [answer] = parseAnswers(all);
    assert.equal(answer.status, status);
    assert.equal(typeof JSON.parse(answer.body).error, 'string');
    if (status === 426) assert.equal(answer.fields['sec-websocket-version'], '13');
  });
}

opens('as it should be', GOOD);
opens('upgrade in other letters', withField('Upgrade', 'WebSocket'));
opens('upgrade among others', withField('Upgrade', 'h2c, websocket'));
opens('connection in other letters', withField('Connection', 'UPGRADE'));
opens('connection among others', withField('Connection', 'keep-alive, Upgrade'));
opens('connection on two lines', { ...GOOD, fields: [['Connection', 'keep-alive'], ...GOOD.fields] });
opens('names in small letters', { ...GOOD, fields: GOOD.fields.map(([n, v]) => [n.toLowerCase(), v]) });
opens('with a query', { ...GOOD, line: 'GET /ws?token=x HTTP/1.1' });
opens('absolute target', { ...GOOD, line: 'GET http://x/ws HTTP/1.1' });
opens('with an origin', plus(['Origin', 'https://example.org']));
opens('an extension that we do not have', plus(['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits']));
opens('a subprotocol that we have', plus(['Sec-WebSocket-Protocol', 'other, echo']), /\r\nSec-WebSocket-Protocol: echo\r\n/);
opens('subprotocols on two lines', plus(['Sec-WebSocket-Protocol', 'other'], ['Sec-WebSocket-Protocol', 'echo']), /Protocol: echo\r\n/);
test('does not choose a subprotocol that it does not have', async () => {
  const { head } = await shake(plus(['Sec-WebSocket-Protocol', 'other, ech, echoes, ECH0']));
  assert.match(head, /^HTTP\/1\.1 101/);
  assert.doesNotMatch(head, /Sec-WebSocket-Protocol/);
});

refuses(426, 'no upgrade', without('Upgrade'));
refuses(426, 'another upgrade', withField('Upgrade', 'h2c'));
refuses(426, 'an upgrade that begins alike', withField('Upgrade', 'websocket2'));
refuses(400, 'no connection', without('Connection'));
refuses(400, 'connection that does not upgrade', withField('Connection', 'keep-alive'));
refuses(426, 'no version', without('Sec-WebSocket-Version'));
for (const version of ['', '0', '7', '8', '12', '14', '130', '13.0', '13, 8', 'x', '-13'])
  refuses(426, `version ${JSON.stringify(version)}`, withField('Sec-WebSocket-Version', version));
refuses(400, 'two versions', plus(['Sec-WebSocket-Version', '13']));
refuses(400, 'no key', without('Sec-WebSocket-Key'));
for (const key of ['', 'x', 'dGhlIHNhbXBsZSBub25jZQ', 'dGhlIHNhbXBsZSBub25jZQ=', 'dGhlIHNhbXBsZSBub25jZQ===',
  'dGhlIHNhbXBsZSBub25jZ===', 'dGhlIHNhbXBsZSBub25j!Q==', 'dGhlIHNhbXBsZSBub25jZSE=', 'dGhl IHNhbXBsZSBub25jZQ=='])
  refuses(400, `key ${JSON.stringify(key)}`, withField('Sec-WebSocket-Key', key));
refuses(400, 'two keys', plus(['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']));
refuses(400, 'no host', without('Host'));
refuses(400, 'POST', { ...GOOD, line: 'POST /ws HTTP/1.1' });
refuses(400, 'PUT', { ...GOOD, line: 'PUT /ws HTTP/1.1' });
refuses(400, 'HTTP/1.0', { ...GOOD, line: 'GET /ws HTTP/1.0' });
refuses(505, 'HTTP/2.0', { ...GOOD, line: 'GET /ws HTTP/2.0' });
refuses(400, 'a body', plus(['Content-Length', '8']));
