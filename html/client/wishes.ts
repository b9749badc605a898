/**
 * What the video lines of the receive connection are to show. A page names pictures, the most important
 * first; this gives each a line, tells the plugin (`wish`, 2.8) when that changes, and keeps a picture on its line for as long as it is
 * named, because a picture that moves to another line stops for a moment.
 */

import type { Channel } from './channel.ts';

export interface Picture {
  participant: string;
  kind: 'camera' | 'screen';
  /** Height in device pixels at which it is shown: more is not sent. */
  height: number;
  /** Goes before others when the connection does not carry all. */
  pinned?: boolean;
}

interface LineWish extends Partial<Picture> {
  mid: string;
}

/** Pages resize in many small steps. */
const INTERVAL_MS = 200;
const MAX_HEIGHT = 4320;

/** Gives `pictures` lines: those that had one keep it, the others take the free ones in turn. */
export function assignLines(
  before: ReadonlyMap<string, string>,
  pictures: readonly Picture[],
  mids: readonly string[],
): Map<string, string> {
  const named = pictures.map(keyOf).filter((key, index, all) => all.indexOf(key) === index);
  const shown = named.slice(0, mids.length);
  const lines = new Map<string, string>();
  for (const key of shown) {
    const mid = before.get(key);
    if (mid !== undefined && mids.includes(mid)) lines.set(key, mid);
  }
  const taken = new Set(lines.values());
  const free = mids.filter((mid) => !taken.has(mid));
  for (const key of shown) {
    if (lines.has(key)) continue;
    const mid = free.shift();
    if (mid !== undefined) lines.set(key, mid);
  }
  return lines;
}

export class Wishes {
  #channel: Channel | null = null;
  #mids: readonly string[] = [];
  #pictures: readonly Picture[] | null = null;
  #lines: Map<string, string> = new Map();
  #told = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A connection that has joined: its lines show what the plugin chooses until it is told. */
  bind(channel: Channel, mids: readonly string[]): void {
    this.#channel = channel;
    this.#mids = mids;
    this.reset();
  }

  /** The plugin may not have heard. */
  reset(): void {
    this.#told = '';
    this.#schedule(0);
  }

  /** In another room nobody is who they were: the plugin chooses until the page names pictures. */
  forget(): void {
    this.#told = '';
    this.#pictures = null;
    this.#lines.clear();
  }

  /** null: whatever the plugin chooses. */
  set(pictures: readonly Picture[] | null): void {
    this.#pictures = pictures;
    this.#schedule(this.#told === '' ? 0 : INTERVAL_MS);
  }

  close(): void {
    this.#channel = null;
    clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    if (!this.#channel || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, ms);
  }

  #tell(): void {
    const channel = this.#channel;
    const wish = this.#pictures ? this.#wishFor(this.#pictures) : { video: [] };
    const text = JSON.stringify(wish);
    // Without a word from the page the plugin fills all lines by itself.
    if (!channel || text === this.#told || (!this.#pictures && this.#told === '')) return;
    this.#told = text;
    channel.request({ request: 'wish', ...wish }).catch(() => {
      // The socket is away; `synced` brings us back here.
      this.#told = '';
    });
  }

  #wishFor(pictures: readonly Picture[]): { rest: 'empty'; video: LineWish[] } {
    this.#lines = assignLines(this.#lines, pictures, this.#mids);
    const video: LineWish[] = [];
    for (const { participant, kind, height, pinned } of pictures) {
      const mid = this.#lines.get(keyOf({ participant, kind }));
      if (mid === undefined || video.some((line) => line.mid === mid)) continue;
      const rounded = Math.min(MAX_HEIGHT, Math.max(1, Math.round(height)));
      video.push({ mid, participant, kind, height: rounded, ...(pinned ? { pinned } : {}) });
    }
    return { rest: 'empty', video };
  }
}

function keyOf({ participant, kind }: Pick<Picture, 'participant' | 'kind'>): string {
  return `${kind}/${participant}`;
}
