import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition; fails with its name when it does not come true. */
export async function until(what: string, condition: () => boolean, ms = 5000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out: ${what}`);
    await delay(2);
  }
}
