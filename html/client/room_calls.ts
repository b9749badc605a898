/** Calls of the REST interface about one room, with what proves that this page is in it. */

import { call } from './api.ts';
import { closedError } from './errors.ts';

export class RoomCalls {
  readonly #baseUrl: string;
  readonly #bearer: () => string;
  /** The room that this page is in. */
  room: string | null = null;

  /** `bearer` is asked for what opens a call when it is made. */
  constructor(baseUrl: string, bearer: () => string) {
    this.#baseUrl = baseUrl;
    this.#bearer = bearer;
  }

  /** Rejects with a CardeaError. */
  async request<Answer>(
    method: string,
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Answer> {
    if (!this.room) throw closedError();
    const at = `api/v1/rooms/${encodeURIComponent(this.room)}/${path}`;
    const { body: answer } = await call(this.#baseUrl, at, {
      method,
      bearer: this.#bearer(),
      body,
      signal,
    });
    return answer as Answer;
  }

  /** About one person. */
  about<Answer>(
    participantId: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer> {
    return this.request(method, `participants/${encodeURIComponent(participantId)}/${path}`, body);
  }
}
