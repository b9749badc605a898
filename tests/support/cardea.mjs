// A driver for the whole gateway: a real cardead (supervisor, worker) with a real Janus and our
// plugin, on a free port, in a state folder of its own.
//
//   const cardea = await startCardea();
//   const { status, body } = await cardea.api('POST', '/api/v1/rooms', { name: 'x' });
//   const socket = await cardea.tunnel();                  // the Janus API for browsers
//   const seat = await cardea.enter(credential, { name }); // `enter`, then a tunnel, then `create`
//   await cardea.stop();
//
// Processes are ended by their id only: cardea.dev.pids.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { BUILD, PLUGIN_DIR, ROOT } from './build.mjs';
import { freePort, PLUGIN, randomId, until } from './janus.mjs';

export { connectionId, PLUGIN, randomId, until } from './janus.mjs';

const START_MS = 30000;
const ANSWER_MS = 10000;

/** True if @p pid runs. A zombie does not: in a container nobody may reap it. */
export function isAlive(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Waits for the end of a process that is not ours to reap. */
export function ended(pid, what = `process ${pid} ends`) {
  return until(() => !isAlive(pid), what, 20000);
}

/** One HTTP request on its own connection. @p body: text, or anything else as JSON. */
export function httpRequest(target, { method = 'GET', headers = {}, body } = {}) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        ...target,
        method,
        agent: false,
        headers: { ...(text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) }), ...headers },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const raw = Buffer.concat(parts).toString();
          let json = null;
          try {
            json = JSON.parse(raw);
          } catch {
            // not JSON: the test sees null
          }
          resolve({ status: response.statusCode, headers: response.headers, raw, body: json });
        });
      },
    );
    request.on('error', reject);
    request.setTimeout(ANSWER_MS, () => request.destroy(new Error('no answer')));
    request.end(text);
  });
}

/** A browser's socket at /janus/<node>. Everything that came is in `messages`. */
export class Tunnel {
  static async connect(url, { protocol = 'janus-protocol', headers } = {}) {
    const tunnel = new Tunnel();
    tunnel.messages = [];
    tunnel.waiters = new Map();
    tunnel.ws = new WebSocket(url, protocol, { headers });
    tunnel.closed = new Promise((resolve) => {
      tunnel.ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    tunnel.ws.on('message', (data) => {
      const message = JSON.parse(data);
      tunnel.messages.push(message);
      if (message.janus !== 'ack') {
        tunnel.waiters.get(message.transaction)?.(message);
      }
    });
    await new Promise((resolve, reject) => {
      tunnel.ws.on('open', resolve);
      tunnel.ws.on('error', reject);
      tunnel.ws.on('unexpected-response', (_, response) => {
        reject(Object.assign(new Error(`status ${response.statusCode}`), { status: response.statusCode }));
      });
    });
    return tunnel;
  }

  /** Sends @p text as it is. */
  raw(text) {
    this.ws.send(text);
  }

  /** Sends and resolves with the first message of the transaction that is not an ack. */
  request(body, timeoutMs = ANSWER_MS) {
    const transaction = body.transaction ?? randomId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${JSON.stringify(body)}`)), timeoutMs);
      this.waiters.set(transaction, (message) => {
        clearTimeout(timer);
        this.waiters.delete(transaction);
        resolve(message);
      });
      this.ws.send(JSON.stringify({ ...body, transaction }));
    });
  }

  close() {
    this.ws.close();
    return this.closed;
  }

  terminate() {
    this.ws.terminate();
    return this.closed;
  }
}

/** A participant: the answer of `enter`, and its Janus session over a tunnel. */
export class Seat {
  constructor(cardea, entered) {
    this.cardea = cardea;
    this.entered = entered;
  }

  async create() {
    this.tunnel = await this.cardea.tunnel();
    const answer = await this.tunnel.request({ janus: 'create', token: this.entered.join_token });
    if (answer.janus !== 'success') throw new Error(`create: ${JSON.stringify(answer)}`);
    this.session = answer.data.id;
    return this;
  }

  /** Comes back on a new socket; the answer of Janus. */
  async claim(resume = this.entered.resume) {
    this.tunnel = await this.cardea.tunnel();
    return this.tunnel.request({ janus: 'claim', session_id: this.session, token: resume });
  }

  async attach(plugin = PLUGIN) {
    const answer = await this.tunnel.request({ janus: 'attach', session_id: this.session, plugin });
    if (answer.janus !== 'success') throw new Error(`attach: ${JSON.stringify(answer)}`);
    return answer.data.id;
  }

  /** A plugin request; its data. */
  async message(handle, body, jsep) {
    const answer = await this.tunnel.request({
      janus: 'message', session_id: this.session, handle_id: handle, body, ...(jsep ? { jsep } : {}),
    });
    return answer.plugindata?.data ?? answer;
  }

  async join(kind, connection) {
    const handle = await this.attach();
    const data = await this.message(handle, {
      request: 'join', handle: kind, token: this.entered.join_token, connection,
    });
    if (data.cardea !== 'joined') throw new Error(`join: ${JSON.stringify(data)}`);
    return { handle, data };
  }
}

class Cardea {
  constructor(options) {
    this.options = options;
    this.stateDir = options.stateDir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
    this.ownsState = !options.stateDir;
    this.logFile = path.join(this.stateDir, 'cardead.log');
  }

  get dev() {
    return JSON.parse(fs.readFileSync(path.join(this.stateDir, 'dev.json'), 'utf8'));
  }

  get wsUrl() {
    return this.url.replace(/^http/, 'ws');
  }

  log() {
    return fs.readFileSync(this.logFile, 'utf8');
  }

  async start() {
    fs.mkdirSync(this.stateDir, { recursive: true, mode: 0o700 });
    this.port ??= this.options.port ?? (await freePort());
    this.url = `http://127.0.0.1:${this.port}`;
    const log = fs.openSync(this.logFile, 'a', 0o600);
    this.child = spawn(
      path.join(BUILD, 'cardead'),
      [
        '--dev', '--state', this.stateDir, '--listen', '127.0.0.1', '--port', String(this.port),
        '--plugin-dir', this.options.pluginDir ?? PLUGIN_DIR,
        '--pages', this.options.pages ?? path.join(ROOT, 'html/dist'), '--set', 'turn.port=0',
        ...(this.options.args ?? []),
      ],
      { stdio: ['ignore', log, log] },
    );
    fs.closeSync(log);
    this.exit = null;
    this.exited = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => resolve((this.exit = { code, signal })));
    });
    if (this.options.waitReady !== false) {
      await until(() => this.isReady(), 'cardead is ready', START_MS).catch((error) => {
        throw new Error(`${error.message}\n${this.log().slice(-3000)}`);
      });
    }
    return this;
  }

  /** True if dev.json is of this run, with its processes. */
  isReady() {
    if (this.exit) throw new Error(`cardead ended: ${JSON.stringify(this.exit)}`);
    try {
      const { pids } = this.dev;
      return pids.supervisor === this.child.pid && isAlive(pids.gateway) && pids.janus > 0;
    } catch {
      return false;
    }
  }

  request(method, pathname, { body, headers } = {}) {
    return httpRequest({ host: '127.0.0.1', port: this.port, path: pathname }, { method, body, headers });
  }

  /** A call with the tenant's API key, or with @p token. */
  api(method, pathname, body, { token, headers } = {}) {
    const credential = token ? { Authorization: `Bearer ${token}` } : { 'X-API-Key': this.dev.api_key };
    return this.request(method, pathname, { body, headers: { ...credential, ...headers } });
  }

  admin(method, pathname, body) {
    return httpRequest(
      { socketPath: path.join(this.stateDir, 'admin.sock'), path: pathname },
      { method, body, headers: { Host: 'localhost' } },
    );
  }

  tunnel(options) {
    return Tunnel.connect(`${this.wsUrl}/janus/n1`, options);
  }

  /** `enter` with @p credential; the answer must be 201. */
  async enter(credential, fields = {}) {
    const answer = await this.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
    if (answer.status !== 201) throw new Error(`enter: ${answer.status} ${answer.raw}`);
    return new Seat(this, answer.body);
  }

  /** Adds a participant to @p room (name or id) and enters with its access token. */
  async participant(room, fields = {}) {
    const added = await this.api('POST', `/api/v1/rooms/${encodeURIComponent(room)}/participants`, {
      display_name: 'Test', ...fields,
    });
    if (added.status !== 201) throw new Error(`add: ${added.status} ${added.raw}`);
    return this.enter(added.body.access_token);
  }

  /** Changes stored state that no call changes yet. */
  sql(statement) {
    return execFileSync('sqlite3', ['-cmd', '.timeout 5000', path.join(this.stateDir, 'cardea.db'), statement], {
      encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, // a whole event log
    }).trim();
  }

  /** SIGKILL of one process by name; resolves when it is gone. */
  async kill(name) {
    const pid = this.dev.pids[name];
    process.kill(pid, 'SIGKILL');
    await (name === 'supervisor' ? this.exited : ended(pid));
    return pid;
  }

  /** Stops everything that was started; returns how the supervisor ended. */
  async stop({ keep = false } = {}) {
    let outlive = [];
    try {
      const { janus, turn } = this.dev.pids;
      outlive = [janus, turn];
    } catch {
      // it never became ready
    }
    if (!this.exit) {
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 20000);
      await this.exited;
      clearTimeout(timer);
    }
    for (const pid of outlive.filter((pid) => pid > 0 && isAlive(pid))) {
      process.kill(pid, 'SIGKILL');
      await ended(pid);
    }
    const log = fs.existsSync(this.logFile) ? this.log() : ''; // gone with the folder at a second stop
    const finding = /^.*(AddressSanitizer|LeakSanitizer|runtime error:).*$/m.exec(log);
    if (finding) throw new Error(`a sanitizer complains:\n${log.slice(finding.index, finding.index + 3000)}`);
    if (this.ownsState && !keep) fs.rmSync(this.stateDir, { recursive: true, force: true });
    return this.exit;
  }
}

/**
 * Starts cardead. Options: stateDir (kept), port, pluginDir, pages, args (more of them), waitReady
 * (false: returns at once).
 */
export function startCardea(options = {}) {
  return new Cardea(options).start();
}
