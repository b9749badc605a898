// `./dev bench [name...]`: runs the benchmarks one after the other, so that none disturbs another.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { BUILD, ROOT } from '../support/build.mjs';

const here = path.join(ROOT, 'tests/bench');
const netns = path.join(ROOT, 'tests/support/netns.sh');
const inNamespace = (name) => [netns, process.execPath, path.join(here, name)];

/** Name, what it shows, and the command; further arguments go to a single benchmark. */
const BENCHMARKS = [
  ['verify', 'join tokens verified a second, beside openssl speed', [path.join(BUILD, 'tests/bench/verify')]],
  ['http', 'requests a second with 0 and with 2,000 idle sockets', inNamespace('http.mjs')],
  ['api', 'the meetings API with and without 2,000 observers', inNamespace('api.mjs')],
  ['firstframe', 'first frame of a late viewer, beside VideoRoom', inNamespace('firstframe.mjs')],
  ['media', 'what a meeting costs Janus, beside VideoRoom', inNamespace('media.mjs')],
];

function run([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
}

const names = process.argv.slice(2);
const known = new Map(BENCHMARKS.map(([name, ...rest]) => [name, rest]));
const single = known.has(names[0]) && names.length > 1 && !known.has(names[1]);
const wanted = single ? [names[0]] : names.length > 0 ? names : [...known.keys()];
const unknown = wanted.find((name) => !known.has(name));
if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are:`);
  for (const [name, what] of BENCHMARKS) console.error(`  ${name.padEnd(12)}${what}`);
  process.exit(2);
}
for (const name of wanted) {
  const [what, command] = known.get(name);
  console.log(`== ${name}: ${what}`);
  const status = await run(single ? [...command, ...names.slice(1)] : command);
  if (status !== 0) process.exitCode = 1;
}
