// The include rules of DESIGN section 4. One line for each break: "file:line: rule: what".
//   node tests/lint/includes.mjs [root]      checks the tree at root (default: this repository)
//   node tests/lint/includes.mjs --self-test  proves on fixtures/ that each rule catches its break
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const repository = path.resolve(here, '../..');

// Which layers of signaling/ a layer may include, besides itself and common/.
const SIGNALING = {
  conf: [],
  net: ['conf'],
  store: ['conf', 'net/loop.h'],
  domain: ['store', 'conf/log.h'],
  session: ['domain', 'media', 'net', 'conf'],
  media: ['domain', 'net', 'conf'],
  api: ['domain', 'session', 'media', 'net', 'conf'],
  jobs: ['domain', 'net', 'conf'],
  supervisor: ['conf'],
};
const PURE = /^plugin\/(budget|codec|forward|keyframe|layers|report|rewrite|rtp|slot|source|source_measure|speaker|vp8)\.[ch]$/;
const DIALECTS = ['meetings', 'participants', 'spaces', 'plugnmeet', 'sepp', 'native'];
const COMMON_SYSTEM =
  /^(glib\.h|jansson\.h|openssl\/\w+\.h|sys\/random\.h|errno\.h|inttypes\.h|limits\.h|std\w+\.h|string\.h|strings\.h|time\.h|ctype\.h|assert\.h)$/;

/** Rules about <system> headers: [rule, files, headers]; a hit of both is a break. */
const SYSTEM_RULES = [
  ['common-foreign', (f) => f.startsWith('common/'), (h) => !COMMON_SYSTEM.test(h)],
  ['signaling-janus', (f) => f.startsWith('signaling/'), (h) => h.startsWith('janus/')],
  ['plugin-gateway-library', (f) => f.startsWith('plugin/'),
    (h) => /^(event2\/|event\.h|wslay|sqlite3|libpq|curl)/.test(h)],
  ['http-outside-net', (f) => f.startsWith('signaling/') && !f.startsWith('signaling/net/'),
    (h) => /^(event2\/|event\.h|evhttp|wslay)/.test(h)],
  ['curl-outside-jobs', (f) => f.startsWith('signaling/') && !f.startsWith('signaling/jobs/'),
    (h) => h.startsWith('curl/')],
  ['sql-outside-store', (f) => f.startsWith('signaling/') && !f.startsWith('signaling/store/'),
    (h) => /^(sqlite3|libpq|postgresql)/.test(h)],
  ['json-in-domain',
    (f) => f.startsWith('signaling/domain/') && !/\/event_codec\.[ch]$/.test(f),
    (h) => h === 'jansson.h'],
  ['pure-needs-janus', (f) => PURE.test(f), (h) => h === 'jansson.h' || h.startsWith('janus/')],
];

function sources(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (/\.[ch]$/.test(name)) found.push(name);
    }
  };
  for (const folder of ['common', 'plugin', 'signaling']) {
    if (fs.existsSync(path.join(root, folder))) walk(folder);
  }
  return found.sort();
}

function includes(root, file) {
  const out = [];
  fs.readFileSync(path.join(root, file), 'utf8').split('\n').forEach((text, i) => {
    const match = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(text);
    if (match) out.push({ line: i + 1, system: match[1] === '<', name: match[2] });
  });
  return out;
}

/** The file a quoted name means, searched as the compiler does; null if it is generated. */
function resolve(root, file, name) {
  const top = file.split('/')[0];
  const folders = [path.dirname(file), '.', 'common', top === 'plugin' ? 'plugin' : 'signaling'];
  for (const folder of folders) {
    const target = path.posix.normalize(`${folder}/${name}`);
    if (fs.existsSync(path.join(root, target))) return target;
  }
  return null;
}

/** The layer of signaling/ a file is in; '' for the files that start everything. */
function layer(file) {
  const parts = file.split('/');
  return parts[0] === 'signaling' && parts.length > 2 ? parts[1] : '';
}

function dialect(file) {
  const name = path.basename(file);
  return file.startsWith('signaling/api/') ? DIALECTS.find((d) => name.startsWith(d)) : undefined;
}

function checkLayers(file, target) {
  const from = layer(file);
  const to = layer(target);
  if (from === '' || from === to) return null;
  const allowed = SIGNALING[from];
  if (allowed === undefined) return ['unknown-layer', `signaling/${from} is in no rule`];
  if (to === '') return [`${from}-includes-start`, target];
  const inside = target.slice('signaling/'.length);
  return allowed.includes(to) || allowed.includes(inside) ? null : [`${from}-includes-${to}`, target];
}

function checkQuoted(file, target) {
  const from = file.split('/')[0];
  const to = target.split('/')[0];
  if (from === 'common' && to !== 'common') return ['common-upwards', target];
  if (from !== to && to !== 'common') return [`${from}-includes-${to}`, target];
  if (from !== 'signaling' || to !== 'signaling') return null;
  const a = dialect(file);
  const b = dialect(target);
  if (a && b && a !== b) return ['dialect-includes-dialect', target];
  return checkLayers(file, target);
}

/** What @p file reaches through quoted includes, itself included. */
function closure(root, file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { system, name } of includes(root, file)) {
    const target = system ? null : resolve(root, file, name);
    if (target) closure(root, target, seen);
  }
  return seen;
}

/** The packet path links without Janus, so nothing it reaches may need Janus or JSON (rule 4). */
function checkPure(root, file, report) {
  for (const reached of closure(root, file)) {
    if (reached === file || reached.startsWith('common/')) continue;
    for (const { system, name } of includes(root, reached)) {
      if (system && (name === 'jansson.h' || name.startsWith('janus/'))) {
        report(file, 0, 'pure-reaches-janus', `${reached} includes <${name}>`);
      }
    }
  }
}

export function check(root) {
  const breaks = [];
  const report = (file, line, rule, what) => breaks.push({ file, line, rule, what });
  for (const file of sources(root)) {
    for (const { line, system, name } of includes(root, file)) {
      if (system) {
        for (const [rule, files, headers] of SYSTEM_RULES) {
          if (files(file) && headers(name)) report(file, line, rule, `<${name}>`);
        }
        continue;
      }
      const target = resolve(root, file, name);
      const found = target === null ? null : checkQuoted(file, target);
      if (found) report(file, line, ...found);
    }
    if (PURE.test(file)) checkPure(root, file, report);
  }
  return breaks;
}

/** Each folder of fixtures/ breaks the rule it is named after, once, and no other. */
function selfTest() {
  const folder = path.join(here, 'fixtures');
  const names = fs.readdirSync(folder).sort();
  const bad = names.filter((name) => {
    const rules = check(path.join(folder, name)).map((found) => found.rule);
    const right = rules.length === 1 && rules[0] === name;
    if (!right) console.log(`fixtures/${name}: expected ${name}, found ${rules.join(', ') || 'nothing'}`);
    return !right;
  });
  console.log(`${names.length - bad.length} rules caught, ${bad.length} not`);
  return bad.length === 0 && names.length > 0;
}

if (process.argv[2] === '--self-test') {
  process.exitCode = selfTest() ? 0 : 1;
} else {
  const breaks = check(path.resolve(process.argv[2] ?? repository));
  for (const { file, line, rule, what } of breaks) console.log(`${file}:${line}: ${rule}: ${what}`);
  process.exitCode = breaks.length === 0 ? 0 : 1;
}
