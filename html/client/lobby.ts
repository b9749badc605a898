/** Who waits to be let in, for a host's page: asked again and again, and told when it changes. */

import { toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import type { RoomCalls } from './room_calls.ts';
import type { WaitingPerson } from './types.ts';

const POLL_MS = 3_000;

export class Lobby extends Emitter<{ change: [] }> {
  readonly #calls: RoomCalls;
  #room: string | null = null;
  #people: readonly WaitingPerson[] = [];
  #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(calls: RoomCalls) {
    super();
    this.#calls = calls;
  }

  get people(): readonly WaitingPerson[] {
    return this.#people;
  }

  /** Follows the door of @p room, that of the calls; null watches none. */
  watch(room: string | null): void {
    if (this.#room === room) return;
    this.#room = room;
    this.#stop.abort();
    this.#stop = new AbortController();
    clearTimeout(this.#timer);
    this.#setPeople([]);
    if (room) void this.#poll(this.#stop.signal);
  }

  async admit(participantId: string): Promise<void> {
    await this.#calls.about(participantId, 'POST', 'admit');
    this.#drop(participantId);
  }

  async deny(participantId: string, reason?: string): Promise<void> {
    await this.#calls.about(participantId, 'POST', 'deny', reason ? { reason } : undefined);
    this.#drop(participantId);
  }

  async admitAll(): Promise<void> {
    await this.#calls.request('POST', 'admit-all');
    this.#setPeople([]);
  }

  async putBack(participantId: string): Promise<void> {
    await this.#calls.about(participantId, 'POST', 'wait');
  }

  /** An answer that comes late must not bring back whom this page has just let in: it is asked anew. */
  #drop(participantId: string): void {
    this.#setPeople(this.#people.filter(({ participant }) => participant !== participantId));
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const before = this.#people;
    try {
      const people = await this.#calls.request<WaitingPerson[]>(
        'GET',
        'waiting',
        undefined,
        signal,
      );
      if (signal.aborted) return;
      if (this.#people === before) this.#setPeople(people);
    } catch (reason) {
      if (signal.aborted) return;
      const { status } = toCardeaError(reason);
      // The credential opens this no longer; it will not do so later either.
      if (status === 401 || status === 403 || status === 404 || status === 410) return;
    }
    this.#timer = setTimeout(() => void this.#poll(signal), POLL_MS);
  }

  #setPeople(people: readonly WaitingPerson[]): void {
    const text = JSON.stringify(people);
    const isSame = text === JSON.stringify(this.#people);
    this.#people = people;
    if (!isSame) this.emit('change');
  }
}
