import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Colour, contrast, inkOn, readable, TEXT_CONTRAST } from '../join/colour.ts';
import { parseDesign } from '../join/design.ts';
import { readSettings } from '../join/settings.ts';

const HOSTS = ['design.example', 'cdn.example:8443'];

/** What a browser does, for the colours of these tests. */
function hex(text: string): Colour | null {
  const parts = /^#(..)(..)(..)$/.exec(text)?.slice(1);
  return parts ? (parts.map((part) => Number.parseInt(part, 16)) as unknown as Colour) : null;
}

const design = (fields: object | string) =>
  parseDesign(typeof fields === 'string' ? fields : JSON.stringify(fields), HOSTS, hex);
const properties = (fields: object) => design(fields)?.properties ?? {};

/** The colour of a property that is set. */
function rgb(value: string | undefined): Colour {
  const parts = value?.match(/^rgb\((\d+) (\d+) (\d+)\)$/)?.slice(1);
  assert.ok(parts, String(value));
  return parts.map(Number) as unknown as Colour;
}

test('the colours of a link are set as they are asked for', () => {
  const set = properties({ primary_color: '#004D90', secondary_color: '#24AEF7' });
  assert.equal(set['--accent'], 'rgb(0 77 144)');
  assert.equal(set['--primary'], 'rgb(0 77 144)');
  assert.equal(set['--secondary'], 'rgb(36 174 247)');
});

test('a part has its own colour before the general one', () => {
  const set = properties({ primary_color: '#004D90', primary_btn_bg_color: '#112233' });
  assert.equal(set['--accent'], 'rgb(0 77 144)');
  assert.equal(set['--primary'], 'rgb(17 34 51)');
  const panel = properties({ side_panel_bg_color: '#ffffff', left_side_bg_color: '#000000' });
  assert.equal(panel['--panel-ground'], 'rgb(255 255 255)');
  assert.equal(properties({ left_side_bg_color: '#111111' })['--panel-ground'], 'rgb(17 17 17)');
});

test('whatever is asked for, it can be read', () => {
  const grounds = ['#ffffff', '#000000', '#808080', '#777777', '#ff0000', '#00ff00', '#24AEF7'];
  for (const ground of grounds) {
    const set = properties({
      background_color: ground,
      side_panel_bg_color: ground,
      header_bg_color: ground,
      footer_icon_bg_color: ground,
      footer_icon_color: ground,
      primary_btn_bg_color: ground,
      primary_btn_text_color: ground,
      secondary_color: ground,
    });
    const pairs = [
      ['--text', '--ground'],
      ['--soft', '--ground'],
      ['--soft', '--raised'],
      ['--danger-text', '--raised'],
      ['--panel-text', '--panel-ground'],
      ['--panel-soft', '--panel-ground'],
      ['--panel-accent-text', '--panel-ground'],
      ['--on-icon', '--icon'],
      ['--header-text', '--header'],
      ['--on-primary', '--primary'],
      ['--on-secondary', '--secondary'],
      ['--accent-strong', '--ground'],
    ] as const;
    for (const [text, under] of pairs) {
      const has = contrast(rgb(set[text]), rgb(set[under]));
      assert.ok(has >= TEXT_CONTRAST - 0.1, `${text} on ${under} of ${ground}: ${has.toFixed(2)}`);
    }
  }
});

test('a text colour that can be read stays as it is', () => {
  const set = properties({ primary_btn_bg_color: '#000000', primary_btn_text_color: '#ffee00' });
  assert.equal(set['--on-primary'], 'rgb(255 238 0)');
});

test('what is no colour is left out, and the rest is used', () => {
  const set = properties({
    primary_color: 'red; background: url(https://evil.example)',
    secondary_color: 7,
    header_bg_color: '#101010',
  });
  assert.equal(set['--accent'], undefined);
  assert.equal(set['--secondary'], undefined);
  assert.equal(set['--header'], 'rgb(16 16 16)');
  assert.ok(!JSON.stringify(set).includes('evil'));
});

test('what is no JSON object is ignored', () => {
  const said = console.error;
  const complaints: unknown[] = [];
  console.error = (...words: unknown[]) => complaints.push(words);
  try {
    for (const text of ['{', 'null', '[]', '"x"', '7', 'colour']) assert.equal(design(text), null);
    assert.equal(complaints.length, 6);
    assert.equal(design(''), null);
    assert.equal(parseDesign(null, HOSTS, hex), null);
    assert.equal(complaints.length, 6);
  } finally {
    console.error = said;
  }
  assert.deepEqual(design({}), { properties: {}, logo: null, styleSheet: null });
});

test('style sheet, logo and picture come by https from the hosts of the operator only', () => {
  const admitted = design({
    custom_css_url: 'https://design.example/a.css',
    custom_logo: 'https://cdn.example:8443/logo.svg',
    background_image: 'https://design.example/b.jpg',
    background_color: '#ffffff',
  });
  assert.equal(admitted?.styleSheet, 'https://design.example/a.css');
  assert.equal(admitted?.logo, 'https://cdn.example:8443/logo.svg');
  assert.equal(admitted?.properties['--picture'], 'url("https://design.example/b.jpg")');
  assert.equal(admitted?.properties['--ground'], undefined, 'the picture suppresses the colour');
  for (const address of [
    'http://design.example/a.css',
    'https://evil.example/a.css',
    'https://design.example.evil.example/a.css',
    'https://cdn.example/a.css',
    'https://design.example:444/a.css',
    'https://design.example@evil.example/a.css',
    'https://user@design.example/a.css',
    '//design.example/a.css',
    '/a.css',
    'javascript:alert(1)',
    'data:text/css,*{}',
    7,
  ]) {
    const refused = design({
      custom_css_url: address,
      custom_logo: address,
      background_image: address,
    });
    assert.deepEqual(refused, { properties: {}, logo: null, styleSheet: null }, String(address));
  }
});

test('an address cannot leave its quotes', () => {
  const picture = properties({ background_image: 'https://design.example/a?b\\"c)\\' })[
    '--picture'
  ];
  assert.equal(picture, 'url("https://design.example/a?b%5C%22c)%5C")');
});

test('text is found for every ground', () => {
  for (let part = 0; part <= 255; part += 5) {
    const ground: Colour = [part, part, part];
    assert.ok(contrast(inkOn(ground), ground) >= 4.45, String(part));
    assert.ok(contrast(readable(ground, [ground]), ground) >= 4.45, String(part));
  }
});

test('the gateway is where the settings say, else where they are', () => {
  const file = 'https://www.example/conference/settings.json';
  assert.equal(readSettings({}, file).gateway, 'https://www.example/conference/');
  assert.equal(readSettings({ gateway: '' }, file).gateway, 'https://www.example/conference/');
  assert.equal(readSettings(null, file).gateway, 'https://www.example/conference/');
  assert.equal(
    readSettings({ gateway: 'https://meet.example' }, file).gateway,
    'https://meet.example/',
  );
  assert.equal(
    readSettings({ gateway: 'https://meet.example/cardea' }, file).gateway,
    'https://meet.example/cardea/',
  );
  assert.deepEqual(readSettings({ design_hosts: ['a', 7] }, file).designHosts, ['a']);
  assert.deepEqual(readSettings({ design_hosts: 'a' }, file).designHosts, []);
});
