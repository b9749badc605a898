/** Calls of the REST interface about one room, with the credential that opened it. */

import { call } from './api.ts';
import { closedError } from './errors.ts';

export class RoomCalls {
  readonly #baseUrl: string;
  readonly #credential: string;
  /** The room that this page is in. */
  room: string | null = null;

  constructor(baseUrl: string, credential: string) {
    this.#baseUrl = baseUrl;
    this.#credential = credential;
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
      bearer: this.#credential,
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
