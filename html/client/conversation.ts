/** What people say to each other in writing, and whose hand is up: pure state. */

import type { Message } from './types.ts';

/** What a page keeps of a long meeting. */
const MAX_MESSAGES = 1_000;

export class Conversation {
  #messages: Message[] = [];
  #hands: readonly string[] = [];
  #last = 0;

  /** Chat in order, one's own and private messages included. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Ids of those with a raised hand, who raised it first in front. */
  get hands(): readonly string[] {
    return this.#hands;
  }

  /** Number of the last message that was seen. */
  get last(): number {
    return this.#last;
  }

  /** The message that an event `said` brings: `seen` if it came before, null if it is none. */
  take(data: Record<string, unknown>): Message | 'seen' | null {
    if (!isMessage(data)) return null;
    if (data.id <= this.#last) return 'seen';
    this.#last = data.id;
    if (data.type === 'chat') this.#messages = [...this.#messages, data].slice(-MAX_MESSAGES);
    return data;
  }

  /** True if that is news. */
  setHands(hands: readonly string[]): boolean {
    const changed = hands.join() !== this.#hands.join();
    this.#hands = hands;
    return changed;
  }

  /** Another room has messages and numbers of its own. */
  restart(): void {
    this.#messages = [];
    this.#last = 0;
  }

  /** The messages stay: whoever was in the meeting may read them to the end. */
  clear(): void {
    this.#hands = [];
  }
}

function isMessage(data: Record<string, unknown>): data is Record<string, unknown> & Message {
  return (data.type === 'chat' || data.type === 'reaction') && typeof data.id === 'number';
}
