// A driver for Debian's unmodified Janus with our plugin in a folder of its own: processes, Janus
// sessions, the control protocol and join tokens. System and browser tests stand on it; it uses the
// plugin only as docs/plugin-api.md describes it.
//
//   const janus = await startJanus({ pluginDir });         // has the built libjanus_cardea.so
//   const control = await Control.open(janus);             // attach + hello + keys
//   await control.openRoom('room-1');
//   const session = await JanusSession.create(janus);
//   const handle = await session.attach();
//   const { data, jsep } = await handle.message({ request: 'join', ... });
//   await janus.stop();

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';

export const PLUGIN = 'janus.plugin.cardea';
export const ISSUER = 'cardea-test';
const TRANSPORTS = '/usr/lib/x86_64-linux-gnu/janus/transports';
const DEADLINE_MS = 10000;

// ---------------------------------------------------------------------------------------------
// small tools

export function randomId(bytes = 9) {
  return crypto.randomBytes(bytes).toString('hex');
}

/** A connection id as clients make it: 16 random bytes in base64url. */
export function connectionId() {
  return crypto.randomBytes(16).toString('base64url');
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Polls @p condition (may be async) until it is truthy; the result, or an error with @p what. */
export async function until(condition, what = 'condition', timeoutMs = DEADLINE_MS) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Everything that came in, in order, with waiters: nothing is missed between two calls. */
export class Inbox {
  constructor() {
    this.items = [];
    this.waiters = [];
  }

  push(item) {
    this.items.push(item);
    for (const waiter of [...this.waiters]) waiter(item);
  }

  /** The first item (from index @p from on) for which @p match is true. */
  waitFor(match, { timeoutMs = DEADLINE_MS, from = 0, what = 'event' } = {}) {
    const found = this.items.slice(from).find(match);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((w) => w !== waiter);
        const tail = this.items.slice(-5).map((i) => JSON.stringify(i).slice(0, 300));
        reject(new Error(`timed out after ${timeoutMs} ms waiting for ${what}; last:\n${tail.join('\n')}`));
      }, timeoutMs);
      const waiter = (item) => {
        if (!match(item)) return;
        clearTimeout(timer);
        this.waiters = this.waiters.filter((w) => w !== waiter);
        resolve(item);
      };
      this.waiters.push(waiter);
    });
  }

  /** Async iterator over everything from the first item on; ends when @p signal aborts. */
  async *iterate() {
    for (let i = 0; ; i++) {
      if (i >= this.items.length) {
        await new Promise((resolve) => {
          const waiter = () => {
            this.waiters = this.waiters.filter((w) => w !== waiter);
            resolve();
          };
          this.waiters.push(waiter);
        });
      }
      yield this.items[i];
    }
  }
}

// ---------------------------------------------------------------------------------------------
// keys and tokens

/** A new ES256 signing key: { kid, privateKey, jwk (public) }. */
export function makeKey(kid = `k-${randomId(4)}`) {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return { kid, privateKey, jwk: { kty, crv, x, y, alg: 'ES256', kid, use: 'sig' } };
}

/**
 * Signs a join token. @p claims replace the defaults; a claim that is undefined is left out.
 * @p overrides { key, header, signature } break the envelope on purpose.
 */
export function mintToken(key, claims, overrides = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: ISSUER,
    aud: 'cardea-media',
    iat: now,
    nbf: now,
    exp: now + 120,
    jti: randomId(),
    sub: 'seat-1',
    client_id: 'client-1',
    conf_id: 'conf-1',
    tenant: 'tenant-1',
    room: 'room-1',
    epoch: 1,
    gen: 0,
    role: 'participant',
    guest: false,
    hidden: false,
    publish: ['microphone', 'camera', 'screen'],
    subscribe: 'all',
    dup: 'replace',
    name: 'Test',
    ...claims,
  };
  const header = { alg: 'ES256', typ: 'cardea-join+jwt', kid: key.kid, ...overrides.header };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(payload)}`;
  const signature = crypto.sign('sha256', Buffer.from(signed), {
    key: (overrides.key ?? key).privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${signed}.${overrides.signature ?? signature.toString('base64url')}`;
}

// ---------------------------------------------------------------------------------------------
// the process

function jcfg(value, indent = '') {
  return Object.entries(value)
    .map(([name, v]) => {
      if (v !== null && typeof v === 'object') {
        return `${indent}${name}: {\n${jcfg(v, `${indent}\t`)}\n${indent}}`;
      }
      return `${indent}${name} = ${typeof v === 'string' ? JSON.stringify(v) : v}`;
    })
    .join('\n');
}

function writeConfiguration(dir, options, ports) {
  const conf = path.join(dir, 'conf');
  fs.mkdirSync(conf);
  const secretFile = path.join(dir, 'control.secret');
  fs.writeFileSync(secretFile, `${options.secret}\n`, { mode: options.secretMode ?? 0o600 });
  fs.chmodSync(secretFile, options.secretMode ?? 0o600);
  const janus = {
    general: {
      configs_folder: conf,
      plugins_folder: options.pluginDir,
      transports_folder: TRANSPORTS,
      debug_level: options.debugLevel ?? 3,
      debug_colors: false,
      admin_secret: options.adminSecret,
      session_timeout: 0,
      reclaim_session_timeout: 120,
      event_loops: options.eventLoops ?? 2,
      allow_loop_indication: true,
    },
    media: { rtp_port_range: options.rtpPorts ?? '20000-29999', min_nack_queue: 500 },
    nat: { full_trickle: true, ignore_mdns: true },
    transports: {
      disable: 'libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_http.so,libjanus_pfunix.so',
    },
    loggers: { disable: 'libjanus_jsonlog.so' },
    events: { broadcast: false },
  };
  for (const [section, values] of Object.entries(options.janus ?? {})) {
    janus[section] = { ...janus[section], ...values };
  }
  const websockets = {
    general: { json: 'compact', ws: true, ws_port: ports.ws, ws_ip: '127.0.0.1', wss: false },
    admin: { admin_ws: true, admin_ws_port: ports.admin, admin_ws_ip: '127.0.0.1', admin_wss: false },
  };
  const plugin = {
    general: {
      node: options.node,
      control_secret_file: secretFile,
      ...(options.workers ? { workers: options.workers } : {}),
    },
  };
  fs.writeFileSync(path.join(conf, 'janus.jcfg'), `${jcfg(janus)}\n`);
  fs.writeFileSync(path.join(conf, 'janus.transport.websockets.jcfg'), `${jcfg(websockets)}\n`);
  fs.writeFileSync(path.join(conf, `${PLUGIN}.jcfg`), `${jcfg(plugin)}\n`);
  return conf;
}

/**
 * Starts Janus. Options: pluginDir (required: the folder of the built libjanus_cardea.so and
 * nothing else that ends in .so), node, secret, secretMode, eventLoops, rtpPorts, debugLevel,
 * workers, env (added), janus (sections merged over the defaults), command (what to run instead of
 * "janus", an array: valgrind and the like).
 * Resolves once the API answers; `pluginLoaded` tells whether our plugin is in its list.
 */
export async function startJanus(options) {
  const full = {
    secret: randomId(24),
    adminSecret: randomId(12),
    node: 'n1',
    ...options,
  };
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-janus-'));
  const ports = { ws: await freePort(), admin: await freePort() };
  const conf = writeConfiguration(dir, full, ports);
  const logFile = path.join(dir, 'janus.log');
  const log = fs.openSync(logFile, 'a');
  const [command, ...prefix] = full.command ?? ['janus'];
  const child = spawn(command, [...prefix, `--configs-folder=${conf}`, '--disable-colors'], {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...full.env },
  });
  fs.closeSync(log);
  let exit = null;
  const exited = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
    child.on('error', (error) => {
      exit = { error };
      resolve(exit);
    });
  });
  const janus = {
    wsUrl: `ws://127.0.0.1:${ports.ws}`,
    adminUrl: `ws://127.0.0.1:${ports.admin}`,
    node: full.node,
    secret: full.secret,
    adminSecret: full.adminSecret,
    dir,
    pid: child.pid,
    child,
    exited,
    log: () => fs.readFileSync(logFile, 'utf8'),
    alive: () => exit === null,
    /** Stops it (SIGTERM, SIGKILL after 20 s) and removes its folder; returns {code, signal}. */
    stop: async ({ keep = false } = {}) => {
      if (exit === null) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), full.stopTimeoutMs ?? 20000);
        await exited;
        clearTimeout(timer);
      }
      janus.finalLog = janus.log();
      if (!keep) fs.rmSync(dir, { recursive: true, force: true });
      return exit;
    },
  };
  const info = await until(
    async () => {
      if (exit !== null) throw new Error(`janus ended at start: ${JSON.stringify(exit)}\n${janus.log().slice(-2000)}`);
      return rawRequest(janus.wsUrl, { janus: 'info' }).catch(() => null);
    },
    'janus answers info',
    full.startTimeoutMs ?? 20000,
  );
  janus.pluginLoaded = PLUGIN in (info.plugins ?? {});
  return janus;
}

function rawRequest(url, body, protocol = 'janus-protocol') {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, protocol);
    const fail = (error) => {
      clearTimeout(timer);
      ws.terminate();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error('no answer')), DEADLINE_MS);
    ws.on('error', fail);
    ws.on('open', () => ws.send(JSON.stringify({ transaction: randomId(), ...body })));
    ws.on('message', (text) => {
      clearTimeout(timer);
      ws.close();
      resolve(JSON.parse(text));
    });
  });
}

/** One request of Janus' admin API; the whole answer. */
export function adminRequest(janus, body) {
  return rawRequest(janus.adminUrl, { admin_secret: janus.adminSecret, ...body }, 'janus-admin-protocol');
}

/** One admin request to our plugin; its answer. */
export async function adminPlugin(janus, request) {
  const answer = await adminRequest(janus, { janus: 'message_plugin', plugin: PLUGIN, request });
  if (answer.janus !== 'success') throw new Error(`admin: ${JSON.stringify(answer)}`);
  return answer.response;
}

// ---------------------------------------------------------------------------------------------
// Janus API

/** A WebSocket to Janus with requests by transaction. Sessions share it or have their own. */
class Socket {
  static async connect(url) {
    const socket = new Socket();
    socket.pending = new Map();
    socket.sessions = new Map();
    socket.ws = new WebSocket(url, 'janus-protocol', { maxPayload: 16 << 20 });
    socket.ws.on('message', (text) => socket.receive(JSON.parse(text)));
    await new Promise((resolve, reject) => {
      socket.ws.once('open', resolve);
      socket.ws.once('error', reject);
    });
    socket.ws.on('error', () => {});
    socket.closed = new Promise((resolve) => {
      socket.ws.on('close', resolve);
    });
    return socket;
  }

  receive(message) {
    const waiting = this.pending.get(message.transaction);
    if (waiting && waiting(message)) {
      this.pending.delete(message.transaction);
      return;
    }
    this.sessions.get(message.session_id)?.receive(message);
  }

  /** Sends and resolves with the first message of the transaction that is not an ack (or with the
   * ack itself when @p ack is set). */
  request(body, { ack = false, timeoutMs = DEADLINE_MS } = {}) {
    const transaction = body.transaction ?? randomId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(transaction);
        reject(new Error(`no answer to ${body.janus} ${body.body?.request ?? ''}`));
      }, timeoutMs);
      this.pending.set(transaction, (message) => {
        if (message.janus === 'ack' && !ack) return false;
        clearTimeout(timer);
        resolve(message);
        return true;
      });
      this.ws.send(JSON.stringify({ ...body, transaction }));
    });
  }

  /** Sends and expects nothing. */
  post(body) {
    this.ws.send(JSON.stringify({ transaction: randomId(), ...body }));
  }

  close() {
    this.ws.close();
    return this.closed;
  }

  /** As a crash of the client: no closing handshake. */
  terminate() {
    this.ws.terminate();
    return this.closed;
  }
}

/** A plugin handle. `events` is an Inbox of {data, jsep} that came without being asked for, and
 * `janus` one of core's own messages (webrtcup, hangup, trickle, media, detached...). */
export class Handle {
  constructor(session, id) {
    this.session = session;
    this.id = id;
    this.events = new Inbox();
    this.janus = new Inbox();
  }

  get address() {
    return { session_id: this.session.id, handle_id: this.id };
  }

  /** Sends a plugin request; resolves with {data, jsep} of its answer, also when it is an error. A
   * refusal by Janus itself throws. */
  async message(body, jsep, options = {}) {
    const answer = await this.session.socket.request(
      { janus: 'message', ...this.address, body, ...(jsep ? { jsep } : {}) },
      options,
    );
    if (answer.janus === 'error') {
      throw Object.assign(new Error(`janus: ${answer.error.reason}`), { janus: answer.error });
    }
    return { data: answer.plugindata?.data, jsep: answer.jsep };
  }

  /** As message, but throws on an `error` answer; resolves with its data. */
  async request(body, jsep, options) {
    const { data, jsep: answer } = await this.message(body, jsep, options);
    if (data?.cardea === 'error') {
      throw Object.assign(new Error(`${body.request}: ${data.code}`), { code: data.code, data });
    }
    return answer ? { ...data, jsep: answer } : data;
  }

  /** Sends without waiting for anything. */
  post(body, jsep) {
    this.session.socket.post({ janus: 'message', ...this.address, body, ...(jsep ? { jsep } : {}) });
  }

  /** Waits for an event named @p name (seen before or not). */
  event(name, options = {}) {
    const { match = () => true, ...rest } = options;
    return this.events.waitFor((e) => e.data.event === name && match(e.data), { what: `event ${name}`, ...rest });
  }

  trickle(candidate) {
    return this.session.socket.request({
      janus: 'trickle',
      ...this.address,
      ...(Array.isArray(candidate) ? { candidates: candidate } : { candidate: candidate ?? { completed: true } }),
    }, { ack: true });
  }

  hangup() {
    return this.session.socket.request({ janus: 'hangup', ...this.address });
  }

  detach() {
    return this.session.socket.request({ janus: 'detach', ...this.address });
  }
}

export class JanusSession {
  /**
   * New Janus session on a WebSocket of its own, or on @p socket of another session; its handles run in
   * event loop @p loop, or where Janus likes. @p token: a join token, where the socket is the gateway's.
   */
  static async create(janus, { socket, id, loop, token } = {}) {
    const session = new JanusSession();
    session.loop = loop;
    session.janus = janus;
    session.socket = socket ?? (await Socket.connect(janus.wsUrl));
    session.handles = new Map();
    const answer = await session.socket.request({ janus: 'create', ...(id ? { id } : {}), ...(token ? { token } : {}) });
    if (answer.janus !== 'success') throw new Error(`create: ${JSON.stringify(answer)}`);
    session.id = answer.data.id;
    session.socket.sessions.set(session.id, session);
    return session;
  }

  receive(message) {
    const handle = this.handles.get(message.sender);
    if (!handle) return;
    if (message.janus === 'event') {
      handle.events.push({ data: message.plugindata?.data, jsep: message.jsep, at: Date.now() });
    } else {
      handle.janus.push(message);
    }
  }

  async attach(plugin = PLUGIN) {
    const loop = this.loop === undefined ? {} : { loop_index: this.loop };
    const answer = await this.socket.request({ janus: 'attach', session_id: this.id, plugin, ...loop });
    if (answer.janus !== 'success') throw new Error(`attach: ${JSON.stringify(answer)}`);
    const handle = new Handle(this, answer.data.id);
    this.handles.set(handle.id, handle);
    return handle;
  }

  keepalive() {
    return this.socket.request({ janus: 'keepalive', session_id: this.id }, { ack: true });
  }

  /** Binds this session to a new socket, as a client does after its connection broke. */
  async claim(token) {
    const socket = await Socket.connect(this.janus.wsUrl);
    this.socket = socket;
    socket.sessions.set(this.id, this);
    const answer = await socket.request({ janus: 'claim', session_id: this.id, ...(token ? { token } : {}) });
    if (answer.janus !== 'success') throw new Error(`claim: ${JSON.stringify(answer)}`);
  }

  async destroy() {
    await this.socket.request({ janus: 'destroy', session_id: this.id });
    this.socket.sessions.delete(this.id);
  }

  /** Destroys the session and closes the socket. */
  async close() {
    await this.destroy().catch(() => {});
    await this.socket.close();
  }
}

// ---------------------------------------------------------------------------------------------
// control protocol

/** A gateway's control handle: docs/plugin-api.md section 5. `events` holds every upward event. */
export class Control {
  /** Attaches and says hello; with @p key (default: a new one) also sends the key set. */
  static async open(janus, { key = makeKey(), gateway = 'gw-1', secret = janus.secret } = {}) {
    const control = new Control();
    control.session = await JanusSession.create(janus);
    control.handle = await control.session.attach();
    control.events = new Inbox();
    const push = control.handle.events.push.bind(control.handle.events);
    control.handle.events.push = (event) => {
      push(event);
      control.events.push(event.data);
    };
    control.key = key;
    control.hello = await control.request({
      request: 'hello', secret, gateway, api: 1, min: 1, clock: Date.now(),
    });
    if (key) await control.setKeys([key]);
    return control;
  }

  request(body) {
    return this.handle.request(body);
  }

  setKeys(keys, issuer = ISSUER) {
    return this.request({ request: 'keys', issuer, keys: { keys: keys.map((k) => k.jwk) } });
  }

  openRoom(room = 'room-1', fields = {}) {
    return this.request({
      request: 'open', room, tenant: 'tenant-1', conf_id: 'conf-1', epoch: 1, lease_ms: 0,
      policy: {}, min_gen: {}, ...fields,
    });
  }

  closeRoom(room = 'room-1', fields = {}) {
    return this.request({ request: 'close', room, epoch: 1, ...fields });
  }

  /** A join token signed with this control's key. */
  token(claims, overrides) {
    return mintToken(this.key, claims, overrides);
  }

  /** Waits for an upward event by name. */
  event(name, options = {}) {
    const { match = () => true, ...rest } = options;
    return this.events.waitFor((e) => e.event === name && match(e), { what: `control event ${name}`, ...rest });
  }

  close() {
    return this.session.close();
  }
}

/** A request with an offer soon after a hangup: until libnice has closed the last agent, Janus
 * answers 490. */
export function requestAfterHangup(handle, body, jsep) {
  return until(async () => {
    try {
      return await handle.request(body, jsep);
    } catch (error) {
      if (error.janus?.code === 490) return null;
      throw error;
    }
  }, 'Janus takes an offer again');
}

/** Attaches a handle and joins it; the handle with `joined`, or throws with `code`. */
export async function join(session, fields) {
  const handle = await session.attach();
  handle.joined = await handle.request({ request: 'join', ...fields });
  return handle;
}

/**
 * Janus with the plugin of CARDEA_PLUGIN_DIR (CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD, such as
 * libasan) and a control handle on it: { janus, control }. Whoever starts it stops `janus`. @p options:
 * more of startJanus.
 */
export async function startPlugin(options = {}) {
  const pluginDir = process.env.CARDEA_PLUGIN_DIR;
  if (!pluginDir) throw new Error('CARDEA_PLUGIN_DIR names the folder of libjanus_cardea.so');
  const preload = process.env.CARDEA_JANUS_PRELOAD;
  const janus = await startJanus({
    pluginDir,
    env: preload ? { LD_PRELOAD: preload } : {},
    startTimeoutMs: 60000,
    stopTimeoutMs: 60000,
    ...options,
  });
  try {
    if (!janus.pluginLoaded) throw new Error(`the plugin is not loaded: ${janus.log()}`);
    return { janus, control: await Control.open(janus) };
  } catch (error) {
    await janus.stop();
    throw error;
  }
}

/**
 * Stops what startPlugin started (nothing, if that failed): it was alive, ends cleanly, and neither
 * GLib nor a sanitizer has complained. What libnice and GObject complain of is core's, as the plugin
 * uses neither: they do when a detach overtakes an offer that Janus is still setting up.
 */
export async function stopPlugin(janus) {
  if (!janus) return;
  const alive = janus.alive();
  // Janus does not run what its watchdog still has scheduled, which a leak check would tell of.
  if (process.env.CARDEA_JANUS_PRELOAD) await new Promise((resolve) => setTimeout(resolve, 3000));
  const exit = await janus.stop();
  if (process.env.CARDEA_JANUS_LOG) console.log(janus.finalLog);
  assert.ok(alive, `janus was still alive: ${janus.finalLog.slice(-3000)}`);
  assertCleanEnd(janus, exit);
}

/** @p janus was stopped, which ended by @p exit: as it should, and without a complaint before. */
export function assertCleanEnd(janus, exit) {
  const complaints = janus.finalLog.match(/.*((?<!libnice-|GObject-)CRITICAL|Sanitizer:).*/g) ?? [];
  assert.deepEqual(complaints, [], janus.finalLog.slice(-6000));
  assert.deepEqual(exit, { code: 0, signal: null }, janus.finalLog.slice(-3000));
}
