// A bare client of /rt that notes what comes, and requests to the server behind it.
import { WebSocket } from 'ws';

export const PROTOCOL = 'actioncable-v1-json';
export const ROOM = '{"channel":"RoomChannel"}';
export const USER = '{"channel":"UserChannel"}';

const timeout = (ms, what) => new Promise((_, reject) => {
  setTimeout(() => reject(new Error(`timed out: ${what()}`)), ms).unref();
});

/** Resolves when condition() is truthy, with its value. */
export async function until(condition, what, ms = 10000) {
  const end = performance.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class Client {
  /** Every text frame as it came, pings left out; `all` has those too. */
  frames = [];

  all = [];

  closed = null; // {code, reason}

  constructor(port, { query = 'access_key=user', protocols = [PROTOCOL], headers, autoPong = true } = {}) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/rt?${query}`, protocols, { headers, autoPong });
    this.ws.on('message', (data) => this.#note(data.toString()));
    this.ended = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => {
        this.closed = { code, reason: reason.toString() };
        resolve(this.closed);
      });
    });
    this.opened = new Promise((resolve, reject) => {
      this.ws.on('open', resolve);
      this.ws.on('error', reject);
    });
  }

  #note(text) {
    this.all.push(text);
    if (!text.startsWith('{"type":"ping"')) this.frames.push(text);
  }

  send(frame) {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  command(command, identifier, more = {}) {
    this.send({ command, identifier, ...more });
  }

  perform(identifier, data) {
    this.command('message', identifier, { data: JSON.stringify(data) });
  }

  /** The frames from the first to the @count th, in their order. */
  async read(count) {
    await until(() => this.frames.length >= count, `${count} frames, have ${this.frames}`);
    return this.frames.slice(0, count);
  }

  async end(ms = 10000) {
    return Promise.race([this.ended, timeout(ms, () => `the end, have ${this.frames}`)]);
  }

  /** What has come once the server has answered everything sent so far. */
  async settled() {
    const pong = new Promise((resolve) => { this.ws.once('pong', resolve); });
    this.ws.ping();
    await Promise.race([pong, this.ended]);
    return this.frames;
  }

  close() {
    this.ws.terminate();
  }
}

/** A socket with a confirmed subscription to RoomChannel; its frames are forgotten. */
export async function subscriber(port, options) {
  const client = new Client(port, options);
  await client.opened;
  client.command('subscribe', ROOM);
  await client.read(3);
  client.frames.length = 0;
  return client;
}

export const confirmed = (identifier) => `{"identifier":${JSON.stringify(identifier)},"type":"confirm_subscription"}`;
export const rejected = (identifier) => `{"identifier":${JSON.stringify(identifier)},"type":"reject_subscription"}`;
export const event = (identifier, text) => `{"identifier":${JSON.stringify(identifier)},"message":${text}}`;
export const first = (identifier) => event(identifier, '{"type":"subscribed"}');
export const WELCOME = '{"type":"welcome"}';

export async function say(port, text, channel = 'RoomChannel') {
  const answer = await fetch(`http://127.0.0.1:${port}/cable/say?channel=${channel}`, { method: 'POST', body: text });
  return (await answer.json()).sent;
}

export const endAll = (port, query) => fetch(`http://127.0.0.1:${port}/cable/end?${query}`, { method: 'POST' });

export const counts = async (port) => (await fetch(`http://127.0.0.1:${port}/cable`)).json();
