// RFC 6455 frames: what a client sends, well-formed or not, and what a server has sent.
import { randomBytes } from 'node:crypto';

export const CONT = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** The length field; `form` forces 7, 16 or 64 bits, `declared` a length that is not the payload's. */
function lengthField(length, form) {
  const bits = form ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  if (bits === 7) return Buffer.from([Number(length)]);
  const out = Buffer.alloc(bits === 16 ? 3 : 9);
  out[0] = bits === 16 ? 126 : 127;
  if (bits === 16) out.writeUInt16BE(Number(length), 1);
  else out.writeBigUInt64BE(BigInt(length), 1);
  return out;
}

export function frame(opcode, payload = '', { fin = true, rsv = 0, mask, form, declared } = {}) {
  const data = Buffer.from(payload);
  const key = mask ?? randomBytes(4);
  const length = lengthField(declared ?? data.length, form);
  if (key) length[0] |= 0x80;
  const head = Buffer.from([(fin ? 0x80 : 0) | rsv << 4 | opcode]);
  if (!key) return Buffer.concat([head, length, data]);
  return Buffer.concat([head, length, key, data.map((byte, i) => byte ^ key[i % 4])]);
}

export const text = (payload, more) => frame(TEXT, payload, more);

export function close(code, reason = '', more = {}) {
  if (code === undefined) return frame(CLOSE, '', more);
  return frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]), more);
}

/** A server's frames as text: "text:hi", "pong:", "close:1000 reason"; throws on a malformed one. */
export function readFrames(bytes) {
  const seen = [];
  let at = 0;
  while (at < bytes.length) {
    const [first, second] = bytes.subarray(at, at + 2);
    let length = second & 0x7f;
    let head = 2;
    if (second & 0x80) throw new Error('a server must not mask');
    if (!(first & 0x80) || first & 0x70) throw new Error(`unexpected first byte ${first}`);
    if (length === 126) [length, head] = [bytes.readUInt16BE(at + 2), 4];
    else if (length === 127) [length, head] = [Number(bytes.readBigUInt64BE(at + 2)), 10];
    const payload = bytes.subarray(at + head, at + head + length);
    if (payload.length < length) throw new Error('a frame is cut');
    seen.push(describe(first & 0xf, payload));
    at += head + length;
  }
  return seen;
}

function describe(opcode, payload) {
  if (opcode === TEXT) return `text:${payload.length > 100 ? payload.length : payload}`;
  if (opcode === PING) return 'ping';
  if (opcode === PONG) return `pong:${payload.toString('latin1')}`;
  if (opcode !== CLOSE) throw new Error(`unexpected opcode ${opcode}`);
  return payload.length === 0 ? 'close' : `close:${payload.readUInt16BE(0)} ${payload.subarray(2)}`.trim();
}
