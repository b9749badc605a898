// A small TURN client, RFC 8489 and 8656 (and Connect of RFC 6062), that says exactly what it is told,
// so that tests can say what no browser would.
//
//   const client = await TurnClient.open({ address: '10.231.0.1', port: 3490, username, password });
//   await client.allocate();                       // TurnError with `code` where it is refused
//   await client.createPermission(['10.231.0.1']);
//   client.send({ address: '10.231.0.1', port: 5000 }, 'hello');
//   client.close();

import crypto from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';

const COOKIE = 0x2112a442;
const ANSWER_MS = 5000;
const RETRANSMIT_MS = 500;

export const METHOD = { binding: 1, allocate: 3, refresh: 4, send: 6, data: 7, createPermission: 8, channelBind: 9, connect: 10 };
const CLASS = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 };
export const ATTRIBUTE = {
  username: 0x0006, integrity: 0x0008, error: 0x0009, channel: 0x000c, lifetime: 0x000d, peer: 0x0012, data: 0x0013,
  realm: 0x0014, nonce: 0x0015, relayed: 0x0016, family: 0x0017, transport: 0x0019, mapped: 0x0020, software: 0x8022,
  fingerprint: 0x8028,
};
export const UDP = 17;
export const TCP = 6;

export class TurnError extends Error {
  constructor(code, reason, method) {
    super(`${method}: ${code} ${reason}`);
    this.code = code;
  }
}

/** The 4 or 16 bytes of a numeric address. */
export function addressBytes(text) {
  if (net.isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const hex = (a, b) => ((a << 8) | b).toString(16);
  const [a, b, c, d] = dotted?.[2].split('.').map(Number) ?? [];
  const plain = dotted ? `${dotted[1]}${hex(a, b)}:${hex(c, d)}` : text;
  const [head, tail] = plain.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = tail ? Array(8 - head.length - tail.length).fill('0') : [];
  const words = [...head, ...zeros, ...(tail ?? [])].map((word) => Number.parseInt(word, 16));
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** An XOR-...-ADDRESS attribute's value. */
function xorAddress({ address, port }, transaction) {
  const bytes = addressBytes(address);
  const mask = Buffer.concat([Buffer.from('2112a442', 'hex'), transaction]);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ 0x2112, 2);
  bytes.forEach((byte, i) => { value[4 + i] = byte ^ mask[i]; });
  return value;
}

function readXorAddress(value, transaction) {
  const mask = Buffer.concat([Buffer.from('2112a442', 'hex'), transaction]);
  const bytes = value.subarray(4).map((byte, i) => byte ^ mask[i]);
  const address = bytes.length === 4
    ? bytes.join('.')
    : Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16)).join(':');
  return { address, port: value.readUInt16BE(2) ^ 0x2112 };
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function attribute(type, value) {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function messageType(method, kind) {
  return (method & 0x0f) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) | kind;
}

function header(type, length, transaction) {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(length, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, transaction]);
}

/** A message; with @p key it carries MESSAGE-INTEGRITY. */
function encode(type, transaction, attributes, key) {
  let body = Buffer.concat(attributes);
  if (key) {
    const covered = Buffer.concat([header(type, body.length + 24, transaction), body]);
    const mac = crypto.createHmac('sha1', key).update(covered).digest();
    body = Buffer.concat([body, attribute(ATTRIBUTE.integrity, mac)]);
  }
  return Buffer.concat([header(type, body.length, transaction), body]);
}

function decode(message) {
  const type = message.readUInt16BE(0);
  const attributes = new Map();
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { type, kind: type & 0x110, transaction: message.subarray(8, 20), attributes };
}

/** What is whole at the start of a stream's @p bytes: its length, or 0. */
function frameLength(bytes) {
  if (bytes.length < 4) return 0;
  const length = bytes.readUInt16BE(2);
  const channel = (bytes[0] & 0xc0) === 0x40;
  const whole = channel ? 4 + length + ((4 - (length % 4)) % 4) : 20 + length;
  return bytes.length >= whole ? whole : 0;
}

export class TurnClient {
  /** Options: address, port, username, password, transport ('udp', 'tcp' or 'tls'). */
  static async open({ transport = 'udp', ...options }) {
    const client = new TurnClient();
    Object.assign(client, { ...options, waiting: new Map(), received: [], realm: null, nonce: null, isOpen: true });
    await (transport === 'udp' ? client.openUdp() : client.openStream(transport));
    return client;
  }

  async openUdp() {
    const socket = dgram.createSocket(net.isIPv4(this.address) ? 'udp4' : 'udp6');
    socket.on('message', (message) => this.take(message));
    socket.on('error', () => {});
    await new Promise((resolve) => { socket.connect(this.port, this.address, resolve); });
    this.write = (message) => socket.send(message, () => {});
    this.shut = () => socket.close();
  }

  async openStream(transport) {
    const socket = transport === 'tls'
      ? tls.connect({ host: this.address, port: this.port, rejectUnauthorized: false })
      : net.connect(this.port, this.address);
    let bytes = Buffer.alloc(0);
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
      for (let whole = frameLength(bytes); whole > 0; whole = frameLength(bytes)) {
        this.take(bytes.subarray(0, whole));
        bytes = bytes.subarray(whole);
      }
    });
    await new Promise((resolve, reject) => {
      socket.on(transport === 'tls' ? 'secureConnect' : 'connect', resolve);
      socket.on('error', reject);
    });
    this.reliable = true;
    this.write = (message) => socket.write(message);
    this.shut = () => socket.destroy();
  }

  take(message) {
    if (message[0] & 0xc0) {
      this.received.push({ channel: message.readUInt16BE(0), data: message.subarray(4, 4 + message.readUInt16BE(2)) });
      return;
    }
    const answer = decode(message);
    if (answer.kind === CLASS.indication) {
      const { attributes, transaction } = answer;
      this.received.push({
        peer: readXorAddress(attributes.get(ATTRIBUTE.peer), transaction), data: attributes.get(ATTRIBUTE.data),
      });
      return;
    }
    this.waiting.get(answer.transaction.toString('hex'))?.(answer);
  }

  /** Sends until there is an answer; the answer. */
  exchange(message, transaction) {
    const name = transaction.toString('hex');
    return new Promise((resolve, reject) => {
      const again = this.reliable ? null : setInterval(() => this.write(message), RETRANSMIT_MS);
      const end = (settle, value) => {
        clearInterval(again);
        clearTimeout(timer);
        this.waiting.delete(name);
        settle(value);
      };
      const timer = setTimeout(() => end(reject, new Error('no answer from the TURN server')), ANSWER_MS);
      this.waiting.set(name, (answer) => end(resolve, answer));
      this.write(message);
    });
  }

  /** @p attributes: function of the transaction id, which addresses depend on. */
  async request(method, attributes, retries = 2) {
    const transaction = crypto.randomBytes(12);
    const list = attributes(transaction);
    let key;
    if (this.nonce) {
      list.push(attribute(ATTRIBUTE.username, this.username), attribute(ATTRIBUTE.realm, this.realm),
        attribute(ATTRIBUTE.nonce, this.nonce));
      key = crypto.createHash('md5').update(`${this.username}:${this.realm}:${this.password}`).digest();
    }
    const type = messageType(METHOD[method], CLASS.request);
    const answer = await this.exchange(encode(type, transaction, list, key), transaction);
    if (answer.kind === CLASS.success) return { ...answer, transaction };
    const error = answer.attributes.get(ATTRIBUTE.error);
    const code = error[2] * 100 + error[3];
    const first = code === 401 && !this.nonce;
    if (retries > 0 && (first || code === 438)) {
      this.realm = answer.attributes.get(ATTRIBUTE.realm).toString();
      this.nonce = answer.attributes.get(ATTRIBUTE.nonce).toString();
      return this.request(method, attributes, retries - 1);
    }
    throw new TurnError(code, error.subarray(4).toString(), method);
  }

  /** The mapped address that the server sees. */
  async binding() {
    const { attributes, transaction } = await this.request('binding', () => []);
    return readXorAddress(attributes.get(ATTRIBUTE.mapped), transaction);
  }

  /** Options: transport (UDP or TCP), family (4 or 6; none is asked for without). The relayed address. */
  async allocate({ transport = UDP, family, lifetime } = {}) {
    const { attributes, transaction } = await this.request('allocate', () => [
      attribute(ATTRIBUTE.transport, [transport, 0, 0, 0]),
      ...(family ? [attribute(ATTRIBUTE.family, [family === 4 ? 1 : 2, 0, 0, 0])] : []),
      ...(lifetime === undefined ? [] : [attribute(ATTRIBUTE.lifetime, uint32(lifetime))]),
    ]);
    this.relayed = readXorAddress(attributes.get(ATTRIBUTE.relayed), transaction);
    return this.relayed;
  }

  /** Lifetime 0 ends the allocation. */
  refresh(lifetime) {
    return this.request('refresh', () => [attribute(ATTRIBUTE.lifetime, uint32(lifetime))]);
  }

  createPermission(addresses) {
    return this.request('createPermission', (transaction) => addresses.map((address) =>
      attribute(ATTRIBUTE.peer, xorAddress({ address, port: 0 }, transaction))));
  }

  /** A request with @p value as its XOR-PEER-ADDRESS, whatever it is. */
  peerValue(method, value) {
    return this.request(method, () => [attribute(ATTRIBUTE.peer, value)]);
  }

  channelBind(channel, peer) {
    return this.request('channelBind', (transaction) => [
      attribute(ATTRIBUTE.channel, [channel >> 8, channel & 0xff, 0, 0]),
      attribute(ATTRIBUTE.peer, xorAddress(peer, transaction)),
    ]);
  }

  connect(peer) {
    return this.request('connect', (transaction) => [attribute(ATTRIBUTE.peer, xorAddress(peer, transaction))]);
  }

  /** A Send indication: nobody answers it. */
  send(peer, data) {
    const transaction = crypto.randomBytes(12);
    this.write(encode(messageType(METHOD.send, CLASS.indication), transaction, [
      attribute(ATTRIBUTE.peer, xorAddress(peer, transaction)), attribute(ATTRIBUTE.data, data),
    ]));
  }

  channelData(channel, data) {
    const bytes = Buffer.from(data);
    const head = Buffer.alloc(4);
    head.writeUInt16BE(channel, 0);
    head.writeUInt16BE(bytes.length, 2);
    this.write(Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]));
  }

  close() {
    if (this.isOpen) this.shut();
    this.isOpen = false;
  }
}
