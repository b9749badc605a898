/**
 * The colours and pictures that a link asks for (`custom_design`; spec/plugnmeet 11). Colours become
 * style properties after they have been checked, each with text that can be read on it; addresses
 * are loaded by https and from the operator's hosts only (N7). What is not valid is left out.
 */

import { type Colour, contrast, css, INK, inkOn, mix, readable, WHITE } from './colour.ts';

export interface Design {
  /** Properties of the root, most of them custom ones of the style sheet. */
  properties: Record<string, string>;
  logo: string | null;
  styleSheet: string | null;
}

/** Understands a colour of CSS; null for what is none. */
export type ReadColour = (text: string) => Colour | null;

type Fields = Record<string, unknown>;

/** Of the style sheet. */
const GROUND: Colour = [11, 13, 19];
const RAISED: Colour = [29, 35, 48];
const ACCENT: Colour = [147, 166, 255];
/** So much that a share of it may be given up. */
const ROOMY_CONTRAST = 8;

/** null without a design, and for one that is no JSON object. */
export function parseDesign(
  text: string | null,
  hosts: readonly string[],
  readColour: ReadColour,
): Design | null {
  const fields = parseObject(text);
  if (!fields) return null;
  const colour = (...names: string[]): Colour | null => {
    const given = names.map((name) => fields[name]).find((value) => typeof value === 'string');
    return typeof given === 'string' ? readColour(given) : null;
  };
  const address = (name: string) => allowedAddress(fields[name], hosts);
  const image = address('background_image');
  const ground = image ? null : colour('background_color');
  const given = colour('secondary_color', 'primary_color');
  const accent = given ?? ACCENT;
  const panel = colour('side_panel_bg_color', 'right_side_bg_color', 'left_side_bg_color');
  return {
    properties: {
      ...(given && { '--accent-text': css(readable(given, [RAISED, GROUND])) }),
      ...(ground && page(ground, accent)),
      ...(image && { '--picture': `url("${image}")` }),
      ...accents(colour, ground ?? GROUND),
      ...bar('header', colour('header_bg_color'), accent),
      ...bar('footer', colour('footer_bg_color'), accent),
      ...icons(colour('footer_icon_bg_color'), colour('footer_icon_color')),
      ...(panel && prefixed('panel-', shades(panel, accent))),
    },
    logo: address('custom_logo'),
    styleSheet: address('custom_css_url'),
  };
}

function parseObject(text: string | null): Fields | null {
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (value && typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  } catch {
    // Said below.
  }
  console.error('custom_design is no JSON object and is ignored');
  return null;
}

/** An https address on one of the hosts, fit for `url("...")`. */
function allowedAddress(given: unknown, hosts: readonly string[]): string | null {
  if (typeof given !== 'string' || !URL.canParse(given)) return null;
  const { protocol, host, username, password, href } = new URL(given);
  if (protocol !== 'https:' || username || password || !hosts.includes(host)) return null;
  return href.replace(/["\\]/g, encodeURIComponent);
}

/** What stands on a ground: text, and the grounds of what stands out from it. */
function shades(ground: Colour, accent: Colour): Record<string, string> {
  const ink = inkOn(ground);
  const other = ink === WHITE ? INK : WHITE;
  // On a middling ground nothing may come nearer to the text.
  const towards = contrast(ink, mix(ground, ink, 0.9)) >= ROOMY_CONTRAST ? ink : other;
  const raised = mix(ground, towards, 0.9);
  return {
    ground: css(ground),
    surface: css(mix(ground, towards, 0.96)),
    raised: css(raised),
    hover: css(mix(ground, towards, 0.84)),
    line: css(mix(ground, ink, 0.8)),
    text: css(ink),
    soft: css(readable(mix(ink, ground, 0.7), [raised, ground])),
    'accent-text': css(readable(accent, [raised, ground])),
    'danger-text': css(readable([255, 92, 108], [raised, ground])),
    'warn-text': css(readable([255, 196, 107], [raised, ground])),
  };
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`--${prefix}${name}`, value]),
  );
}

function page(ground: Colour, accent: Colour): Record<string, string> {
  const scheme = inkOn(ground) === WHITE ? 'dark' : 'light';
  return { ...prefixed('', shades(ground, accent)), '--glow': 'none', 'color-scheme': scheme };
}

/** Buttons, and what is lit. */
function accents(
  colour: (...names: string[]) => Colour | null,
  ground: Colour,
): Record<string, string> {
  const primary = colour('primary_color');
  const secondary = colour('secondary_color');
  return {
    ...pair('accent', 'on-accent', primary, null),
    ...(secondary && { '--accent-strong': css(readable(secondary, [ground])) }),
    ...pair(
      'primary',
      'on-primary',
      colour('primary_btn_bg_color') ?? primary,
      colour('primary_btn_text_color'),
    ),
    ...pair(
      'secondary',
      'on-secondary',
      colour('secondary_btn_bg_color') ?? secondary,
      colour('secondary_btn_text_color'),
    ),
  };
}

/** A ground, and the text on it: as asked for if that can be read. */
function pair(
  name: string,
  onName: string,
  ground: Colour | null,
  text: Colour | null,
): Record<string, string> {
  if (!ground) return {};
  return {
    [`--${name}`]: css(ground),
    [`--${onName}`]: css(text ? readable(text, [ground]) : inkOn(ground)),
    [`--${name}-hover`]: css(mix(ground, inkOn(ground), 0.88)),
  };
}

function bar(name: string, ground: Colour | null, accent: Colour): Record<string, string> {
  if (!ground) return {};
  const { text = '', soft = '', raised = '' } = shades(ground, accent);
  return {
    [`--${name}`]: css(ground),
    [`--${name}-text`]: text,
    [`--${name}-soft`]: soft,
    [`--${name}-surface`]: raised,
  };
}

function icons(ground: Colour | null, symbol: Colour | null): Record<string, string> {
  if (!ground && !symbol) return {};
  const under = ground ?? RAISED;
  return {
    ...pair('icon', 'on-icon', under, null),
    ...(symbol && { '--on-icon': css(readable(symbol, [under])) }),
  };
}

/** As the browser understands it; what is translucent, on the dark ground of the page. */
export function browserColours(): ReadColour {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (text) => {
    // Words that take the colour from elsewhere are none themselves.
    if (!context || !CSS.supports('color', text)) return null;
    const before = ['#000001', '#000002'].map((other) => {
      context.fillStyle = other;
      context.fillStyle = text;
      return context.fillStyle;
    });
    if (before[0] !== before[1]) return null;
    context.fillStyle = css(GROUND);
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
}

export function applyDesign({ properties, styleSheet }: Design): void {
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
  document.body.classList.toggle('has-picture', '--picture' in properties);
  if (!styleSheet) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.referrerPolicy = 'no-referrer';
  link.href = styleSheet;
  document.head.append(link);
}
