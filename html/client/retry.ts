/** Waiting and retrying: jittered back-off, and sleeps that can be cut short. */

import { closedError } from './errors.ts';

/**
 * Delays that double from `first` to `last` milliseconds, each one random in its upper half, so that
 * the clients of a restarted gateway do not come back in step.
 */
export class Backoff {
  readonly #first: number;
  readonly #last: number;
  #next: number;

  constructor(first: number, last: number) {
    this.#first = first;
    this.#last = last;
    this.#next = first;
  }

  next(): number {
    const ceiling = this.#next;
    this.#next = Math.min(ceiling * 2, this.#last);
    return ceiling * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#next = this.#first;
  }
}

/** Resolves after `ms` or when `wake` fires; rejects with `closed` when `signal` aborts. */
export function sleep(ms: number, signal?: AbortSignal, wake?: EventTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(closedError());
      return;
    }
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      wake?.removeEventListener('online', onWake);
      settle();
    };
    const onAbort = () => finish(() => reject(closedError()));
    const onWake = () => finish(resolve);
    const timer = setTimeout(() => finish(resolve), ms);
    signal?.addEventListener('abort', onAbort);
    wake?.addEventListener('online', onWake);
  });
}

/** `window`, whose `online` event ends a wait early; nothing outside a browser. */
export function networkEvents(): EventTarget | undefined {
  return typeof window === 'undefined' ? undefined : window;
}
