// cardeactl against a running gateway, and docs/spaces.md: the calls of the manual are what a shell runs.
// Takes about 4 s.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BUILD, ROOT } from '../support/build.mjs';
import { body, PASSWORD, startSpaces } from '../support/spaces.mjs';

let spaces;
let socket;
before(async () => {
  spaces = await startSpaces();
  socket = path.join(spaces.cardea.stateDir, 'admin.sock');
});
after(() => spaces?.cardea.stop());

/** Runs a program: {code, out, errors}. */
function run(program, args, { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    const said = { out: '', errors: '' };
    child.stdout.on('data', (text) => { said.out += text; });
    child.stderr.on('data', (text) => { said.errors += text; });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
    child.stdin.end(input);
  });
}

const ctl = (args, options) => run(path.join(BUILD, 'cardeactl'), ['--socket', socket, ...args], options);

test('cardeactl makes accounts and sets passwords, given or asked for', async () => {
  const made = await ctl(['user', 'add', '--email', 'ctl@x.io', '--username', 'Ctl', '--password', PASSWORD]);
  assert.equal(made.code, 0, made.errors);
  assert.match(JSON.parse(made.out).id, /^[0-9a-f]{24}$/);
  body(await spaces.login('ctl@x.io'));
  const again = await ctl(['user', 'add', '--email', 'ctl@x.io', '--username', 'Ctl'], { input: `${PASSWORD}\n` });
  assert.equal(again.code, 1);
  assert.match(again.errors, /refused \(409\)/);
  assert.equal((await ctl(['user', 'password', '--email', 'ctl@x.io'], { input: 'another password\n' })).code, 0);
  assert.equal((await spaces.login('ctl@x.io')).status, 400);
  body(await spaces.login('ctl@x.io', 'another password'));
  assert.equal((await ctl(['user', 'password', '--email', 'nobody@x.io'], { input: 'another password\n' })).code, 1);
});

test('cardeactl shows and makes what the operator asks for', async () => {
  const key = JSON.parse((await ctl(['key', 'add', '--id', 'moodle', '--secret', 'a secret of thirty-two letters-32'.replaceAll(' ', '-')])).out);
  assert.equal(key.id, 'moodle');
  assert.ok(JSON.parse((await ctl(['key', 'list'])).out).keys.some(({ id }) => id === 'moodle'));
  assert.match(JSON.parse((await ctl(['links', '--room', 'ctl'])).out).guest_path, /^\/\?guest=/);
  assert.equal(JSON.parse((await ctl(['nodes'])).out).nodes[0].state, 'ready');
  assert.ok(JSON.parse((await ctl(['stats'])).out).store.commands > 0);
  assert.match(JSON.parse((await ctl(['version'])).out).version, /^\d/);
  const { records } = JSON.parse((await ctl(['audit'])).out);
  assert.equal(records[0].action, 'account.created');
  assert.deepEqual(JSON.parse((await ctl(['audit', '--after', records[0].id])).out).records, records.slice(1));
});

test('cardeactl says how it is used, and what is wrong', async () => {
  const help = await run(path.join(BUILD, 'cardeactl'), ['--help']);
  assert.match(help.out, /user add\n.*\n {8}--email/);
  for (const args of [[], ['user'], ['dance'], ['nodes', '--x', 'y'], ['nodes', 'x'], ['user', 'add', '--email'], ['user', 'add', '--email', 'x@x.io']]) {
    assert.equal((await ctl(args)).code, 2, args.join(' '));
  }
  const gone = await run(path.join(BUILD, 'cardeactl'), ['nodes'], { env: { CARDEA_ADMIN_SOCKET: '/nowhere' } });
  assert.equal(gone.code, 1);
  assert.match(gone.errors, /\/nowhere/);
});

test('docs/spaces.md: its calls lead from an account to a link, which lets somebody in', async () => {
  const manual = fs.readFileSync(path.join(ROOT, 'docs/spaces.md'), 'utf8');
  const [, script] = /```sh\n([\s\S]+?)```/.exec(manual);
  const { code, out, errors } = await run('bash', ['-euo', 'pipefail', '-c', script],
    { env: { STATE: spaces.cardea.stateDir, PATH: `${BUILD}${path.delimiter}${process.env.PATH}`, HOME: os.tmpdir() } });
  assert.equal(code, 0, errors);
  const url = new URL(out.trim().split('\n').at(-1));
  const { participant } = body(await spaces.enter(url.searchParams.get('accessToken')), 201);
  assert.deepEqual([participant.name, participant.role], ['JohnSmith', 'participant']);
  const used = await spaces.enter(url.searchParams.get('accessToken'));
  assert.deepEqual([used.status, used.body.error], [410, 'this link was used already']);
});
