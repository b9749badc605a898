// Framing of RFC 6455 against the server side of net/ws, behind an echo. Takes about 3 s.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchangeBytes, startServer } from '../support.mjs';
import { BINARY, CLOSE, close, CONT, frame, PING, PONG, readFrames, TEXT, text } from './frames.mjs';

const HANDSHAKE = 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const MAX = 262144;
const END = close(1000);
const unfinished = { fin: false };

let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** Sends the frames and then a close frame; what comes back must be `expected`, and then the end. */
function check(name, frames, ...expected) {
  test(name, async () => {
    const writes = [Buffer.from(HANDSHAKE), ...[frames].flat(), END];
    const got = await exchangeBytes(server.port, writes, { half: false });
    const start = got.indexOf('\r\n\r\n') + 4;
    assert.match(got.subarray(0, start).toString('latin1'), /^HTTP\/1\.1 101 /);
    assert.deepEqual(readFrames(got.subarray(start)), expected);
  });
}
/** All is well: the answers, then the close frame's echo. */
const good = (name, frames, ...expected) => check(name, frames, ...expected, 'close:1000');
/** The connection is failed with `code` after the answers. */
const bad = (code, name, frames, ...expected) => check(name, frames, ...expected, `close:${code}`);

const said = (length) => `text:${length > 100 ? length : 'a'.repeat(length)}`;
for (const length of [0, 1, 2, 125, 126, 127, 128, 4095, 4096, 65535, 65536, 65537, MAX - 1, MAX])
  good(`text of ${length} bytes`, text('a'.repeat(length)), said(length));
bad(1009, 'text of one byte more than the limit', text('a'.repeat(MAX + 1)));
good('mask of zeros', text('hi', { mask: Buffer.alloc(4) }), 'text:hi');
good('mask of ones', text('hi', { mask: Buffer.alloc(4, 255) }), 'text:hi');
good('ten messages in one write', Buffer.concat(Array(10).fill(text('hi'))), ...Array(10).fill('text:hi'));
good('byte by byte', [...text('hello').subarray()].map((byte) => Buffer.from([byte])), 'text:hello');
good('nothing but a close frame', []);

const three = (a, b, c) => [text(a, unfinished), frame(CONT, b, unfinished), frame(CONT, c)];
good('two fragments', [text('he', unfinished), frame(CONT, 'llo')], 'text:hello');
good('three fragments', three('a', 'b', 'c'), 'text:abc');
good('empty fragments', three('', '', ''), 'text:');
good('empty first fragment', three('', 'a', ''), 'text:a');
good('a thousand fragments', [text('a', unfinished), ...Array(998).fill(frame(CONT, 'a', unfinished)), frame(CONT, 'a')], 'text:1000');
good('ping between fragments', [text('he', unfinished), frame(PING, 'x'), frame(CONT, 'llo')], 'pong:x', 'text:hello');
good('pong between fragments', [text('he', unfinished), frame(PONG, 'x'), frame(CONT, 'llo')], 'text:hello');
good('two fragmented messages', [...three('a', 'b', 'c'), ...three('d', 'e', 'f')], 'text:abc', 'text:def');
good('fragments that make the limit', [text('a'.repeat(MAX / 2), unfinished), frame(CONT, 'a'.repeat(MAX / 2))], said(MAX));
bad(1009, 'fragments that pass the limit', [text('a'.repeat(MAX), unfinished), frame(CONT, 'a')]);
bad(1009, 'fragments that declare too much', [text('a', unfinished), frame(CONT, 'a', { declared: MAX, form: 64 })]);
bad(1002, 'text in the middle of a message', [text('a', unfinished), text('b')]);
bad(1002, 'binary in the middle of a message', [text('a', unfinished), frame(BINARY, 'b')]);
bad(1002, 'continuation of nothing', frame(CONT, 'a'));
bad(1002, 'unfinished continuation of nothing', frame(CONT, 'a', unfinished));
bad(1002, 'continuation behind a whole message', [text('a'), frame(CONT, 'b')], 'text:a');
check('close in the middle of a message', [text('a', unfinished)], 'close:1000');

good('ping', frame(PING), 'pong:');
good('ping with text', frame(PING, 'hello'), 'pong:hello');
good('ping with bytes that are no UTF-8', frame(PING, Buffer.from([0xff, 0xfe])), 'pong:\xff\xfe');
good('ping of 125 bytes', frame(PING, 'a'.repeat(125)), `pong:${'a'.repeat(125)}`);
good('ten pings', Array.from({ length: 10 }, (_, i) => frame(PING, `${i}`)), ...Array.from({ length: 10 }, (_, i) => `pong:${i}`));
good('ping byte by byte', [...frame(PING, 'hi')].map((byte) => Buffer.from([byte])), 'pong:hi');
good('pong that nobody asked for', frame(PONG, 'hi'));
bad(1002, 'ping of 126 bytes', frame(PING, 'a'.repeat(126)));
bad(1002, 'pong of 126 bytes', frame(PONG, 'a'.repeat(126)));
bad(1002, 'fragmented ping', [frame(PING, 'a', unfinished), frame(CONT, 'b')]);
bad(1002, 'fragmented pong', [frame(PONG, 'a', unfinished), frame(CONT, 'b')]);

for (const rsv of [1, 2, 3, 4, 5, 6, 7])
  bad(1002, `reserved bits ${rsv}`, text('a', { rsv }));
bad(1002, 'reserved bit on a ping', frame(PING, 'a', { rsv: 4 }));
bad(1002, 'reserved bit on a close frame', close(1000, '', { rsv: 1 }));
bad(1002, 'reserved bit on an empty frame', text('', { rsv: 4 }));
bad(1002, 'reserved bit on a continuation', [text('a', unfinished), frame(CONT, 'b', { rsv: 2 })]);
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  bad(1002, `reserved opcode ${opcode}`, frame(opcode, 'a'));
  bad(1002, `reserved opcode ${opcode} behind a message`, [text('a'), frame(opcode)], 'text:a');
}
bad(1002, 'reserved opcode between fragments', [text('a', unfinished), frame(3, 'b'), frame(CONT, 'c')]);

bad(1002, 'text without a mask', text('a', { mask: false }));
bad(1002, 'empty text without a mask', text('', { mask: false }));
bad(1002, 'ping without a mask', frame(PING, 'a', { mask: false }));
bad(1002, 'close frame without a mask', close(1000, '', { mask: false }));
bad(1002, 'continuation without a mask', [text('a', unfinished), frame(CONT, 'b', { mask: false })]);

bad(1002, '16-bit length of 5', text('hello', { form: 16 }));
bad(1002, '16-bit length of 125', text('a'.repeat(125), { form: 16 }));
bad(1002, '64-bit length of 5', text('hello', { form: 64 }));
bad(1002, '64-bit length of 65535', text('a'.repeat(65535), { form: 64 }));
bad(1002, '64-bit length with the highest bit', text('a', { form: 64, declared: 1n << 63n }));
bad(1009, 'length of 2^63 - 1', text('a', { form: 64, declared: (1n << 63n) - 1n }));
bad(1009, 'length of 2^32', text('a', { form: 64, declared: 1n << 32n }));
bad(1009, 'length of 2^32 + 1', text('a', { form: 64, declared: (1n << 32n) + 1n }));
bad(1002, 'ping with a 16-bit length', frame(PING, 'a', { form: 16 }));
bad(1002, 'ping with a 64-bit length', frame(PING, 'a', { form: 64 }));

bad(1003, 'binary', frame(BINARY, 'a'));
bad(1003, 'empty binary', frame(BINARY));
bad(1003, 'fragmented binary', [frame(BINARY, 'a', unfinished), frame(CONT, 'b')]);
bad(1003, 'binary behind a text', [text('a'), frame(BINARY, 'b')], 'text:a');

for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
  check(`close ${code}`, close(code), `close:${code}`);
for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65535])
  bad(1002, `close ${code}`, close(code));
check('close without a code', close(), 'close');
bad(1002, 'close with half a code', frame(CLOSE, 'a'));
check('close with a reason', close(1000, 'bye'), 'close:1000 bye');
check('close with a reason in UTF-8', close(1000, '\u20ac'), 'close:1000 \u20ac');
check('close with a reason of 123 bytes', close(1000, 'a'.repeat(123)), `close:1000 ${'a'.repeat(123)}`);
bad(1002, 'close with a reason of 124 bytes', close(1000, 'a'.repeat(124)));
bad(1007, 'close with a reason that is no UTF-8', close(1000, Buffer.from([0xff])));
bad(1007, 'close with a reason that is cut', close(1000, Buffer.from([0xe2, 0x82])));
bad(1002, 'fragmented close frame', [frame(CLOSE, Buffer.from([3, 232]), unfinished), frame(CONT)]);
check('text behind the close frame', [close(1000), text('a')], 'close:1000');
check('ping behind the close frame', [close(1000), frame(PING, 'a')], 'close:1000');
check('two close frames', [close(1001), close(1002)], 'close:1001');
check('close byte by byte', [...close(1000, 'bye')].map((byte) => Buffer.from([byte])), 'close:1000 bye');
check('messages before the close frame', [text('a'), text('b'), close(3000)], 'text:a', 'text:b', 'close:3000');
check('the server closes first', [text('close please'), text('late'), close(4000)], 'close:4000 as you wish');

const bytes = (...list) => Buffer.from(list);
for (const word of ['\u00b5', '\u20ac', '\u{1f600}', '\ufeffa', 'a\0b', '\ud7ff', '\ue000', '\ufffd', '\uffff', '\u{10ffff}'])
  good(`UTF-8 ${JSON.stringify(word)}`, text(word), `text:${word}`);
for (const [name, data] of Object.entries({
  'a lone continuation byte': bytes(0x80), 'a lone 0xff': bytes(0xff), 'a lone 0xfe': bytes(0xfe),
  'a surrogate': bytes(0xed, 0xa0, 0x80), 'a pair of surrogates': bytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
  'an overlong slash': bytes(0xc0, 0xaf), 'an overlong NUL': bytes(0xc0, 0x80),
  'an overlong of three bytes': bytes(0xe0, 0x80, 0xaf), 'an overlong of four': bytes(0xf0, 0x80, 0x80, 0xaf),
  'a code point past the last': bytes(0xf4, 0x90, 0x80, 0x80), 'five bytes': bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
  'a cut code point': bytes(0xe2, 0x82), 'a cut code point before text': bytes(0xe2, 0x82, 0x61),
  'Latin-1': bytes(0x63, 0x61, 0x66, 0xe9) }))
  bad(1007, `UTF-8 that is ${name}`, text(data));
good('a code point over two fragments', [text(bytes(0xe2), unfinished), frame(CONT, bytes(0x82, 0xac))], 'text:\u20ac');
good('a code point over four fragments', [text(bytes(0xf0), unfinished), frame(CONT, bytes(0x9f), unfinished),
  frame(CONT, bytes(0x98), unfinished), frame(CONT, bytes(0x80))], 'text:\u{1f600}');
good('a ping inside a code point', [text(bytes(0xe2), unfinished), frame(PING, 'x'), frame(CONT, bytes(0x82, 0xac))], 'pong:x', 'text:\u20ac');
bad(1007, 'a code point broken by the next fragment', [text(bytes(0xe2), unfinished), frame(CONT, 'a')]);
bad(1007, 'a code point cut by the last fragment', [text('a', unfinished), frame(CONT, bytes(0xe2, 0x82))]);

test('invalid UTF-8 fails at once, before the message is whole', async () => {
  const writes = [Buffer.from(HANDSHAKE), text(bytes(0x61, 0xff), unfinished)];
  const got = await exchangeBytes(server.port, writes, { half: false });
  assert.deepEqual(readFrames(got.subarray(got.indexOf('\r\n\r\n') + 4)), ['close:1007']);
});

test('frames in the packet of the handshake', async () => {
  const got = await exchangeBytes(server.port, [Buffer.concat([Buffer.from(HANDSHAKE), text('early'), END])], { half: false });
  assert.deepEqual(readFrames(got.subarray(got.indexOf('\r\n\r\n') + 4)), ['text:early', 'close:1000']);
});

test('a client that never answers the close frame is dropped after 2 s', async () => {
  const start = performance.now();
  const got = await exchangeBytes(server.port, [Buffer.from(HANDSHAKE), text('close please')], { half: false });
  const ms = performance.now() - start;
  assert.deepEqual(readFrames(got.subarray(got.indexOf('\r\n\r\n') + 4)), ['close:4000 as you wish']);
  assert.ok(ms > 1500 && ms < 6000, `${ms} ms`);
});
