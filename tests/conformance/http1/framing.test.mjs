// Framing battery (DESIGN 13): every case is refused with a JSON body, or the number and boundaries of
// its requests agree with nginx. Takes about 10 s.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchange, parseAnswers, startNginx, startServer } from '../support.mjs';
import { CANARY, cases } from './cases.mjs';

let server;
let nginx;

before(async () => {
  [server, nginx] = await Promise.all([startServer(), startNginx()]);
});
after(() => Promise.all([server?.stop(), nginx?.stop()]));

const methodAndTarget = request => request.slice(0, request.lastIndexOf(' '));

async function run(port, item) {
  const text = await exchange(port, [...item.writes, CANARY]);
  const heads = item.requests.map(request => request.startsWith('HEAD '));
  return parseAnswers(text, i => heads[i]);
}

function checkRefusal(answer, status) {
  assert.equal(answer.status, status);
  assert.equal(answer.fields['content-type'], 'application/json');
  assert.equal(answer.fields.connection, 'close');
  assert.equal(typeof JSON.parse(answer.body).error, 'string');
}

/** What the server took for requests, as in the table: "METHOD target length". */
function requestsOf(answers) {
  return answers.map(({fields, body}, i) =>
    `${fields['x-echo'] ?? `answer ${i}`} ${body ? JSON.parse(body).length : '?'}`);
}

function checkOurs(item, answers) {
  const taken = item.kind === 'no' ? answers.slice(0, -1) : answers;
  const expected = item.requests.map((request) =>
    request.startsWith('HEAD ') ? `${methodAndTarget(request)} ?` : request);
  if (server.echoes)
    assert.deepEqual(requestsOf(taken), expected);
  else // a gateway answers each in its own way
    assert.equal(taken.length, expected.length);
  if (item.kind === 'no')
    checkRefusal(answers.at(-1), item.status);
  for (const { fields } of answers) {
    assert.match(fields['x-request-id'] ?? '', /^[\w-]+$/);
    assert.equal(fields['x-content-type-options'], 'nosniff');
    assert.equal(fields.server, undefined);
  }
  if (item.kind === 'last')
    assert.equal(answers.at(-1).fields.connection, 'close');
}

/** nginx may refuse less than we do, never the other way, and must see the same requests before. */
function checkOracle(item, answers) {
  const theirs = answers.filter(answer => answer.status < 300).map(({fields}) => fields['x-echo']);
  const ours = item.requests.map(methodAndTarget);
  if (item.kind === 'cut') // nginx answers at the head, before the body is whole
    assert.ok(theirs.length <= ours.length + 1 && !theirs.includes('GET /canary'));
  else if (item.kind === 'no')
    assert.deepEqual(theirs.slice(0, ours.length), ours);
  else
    assert.deepEqual(theirs, ours);
}

test('the table holds at least 200 cases, each named once', () => {
  assert.ok(cases.length >= 200, `${cases.length} cases`);
  assert.equal(new Set(cases.map(item => item.name)).size, cases.length);
});

for (const item of cases) {
  test(item.name, async () => {
    checkOurs(item, await run(server.port, item));
    if (!item.alone)
      checkOracle(item, await run(nginx.port, item));
  });
}
