/** `POST /api/v1/enter`: any credential becomes media (`spec`: the gateway's native additions). */

import { CardeaError, closedError, toCardeaError } from './errors.ts';
import { Backoff, networkEvents, sleep } from './retry.ts';
import type { Entry, SlotCounts, WaitingAnswer, WaitsFor } from './types.ts';

export interface EnterRequest {
  /** Access key, guest token, or any other credential of any dialect. */
  credential: string;
  /** Required for guests, ignored for people whose name the server knows. */
  name?: string;
  slots?: Partial<SlotCounts>;
  /** From an earlier answer: the same participant again. */
  resume?: string;
  /** Random, kept by the page: a retry after a lost answer makes no second guest. */
  client_key?: string;
}

export interface AtTheDoor {
  waiting: true;
  /** The credential to ask again with. */
  ticket: string;
  /** A text of the host, if there is one. */
  message: string | null;
  waitsFor: WaitsFor;
  locale: string | null;
}

export type EnterResult = { waiting: false; entry: Entry } | AtTheDoor;

const REQUEST_TIMEOUT_MS = 15_000;

/** One try. Rejects with a CardeaError; `network` and `timeout` where there was no usable answer. */
export async function enter(
  baseUrl: string,
  request: EnterRequest,
  signal?: AbortSignal,
): Promise<EnterResult> {
  const { status, body } = await call(baseUrl, 'api/v1/enter', {
    method: 'POST',
    body: request,
    signal,
  });
  if (status === 201) return { waiting: false, entry: body as Entry };
  const waiting = body as WaitingAnswer;
  return {
    waiting: true,
    ticket: waiting.ticket,
    message: waiting.message ?? null,
    waitsFor: waiting.waiting_for ?? 'admission',
    locale: waiting.locale ?? null,
  };
}

export interface RetryOptions {
  /** Milliseconds after which the last error is thrown. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** Told of each failure that will be retried. */
  onRetry?: (error: CardeaError) => void;
}

/**
 * `enter`, again and again while the gateway is away or answers 503: it may be restarting, and no
 * media node may be ready yet. Refusals are thrown at once.
 */
export async function enterWithRetry(
  baseUrl: string,
  request: EnterRequest,
  { deadlineMs, signal, onRetry }: RetryOptions,
): Promise<EnterResult> {
  const backoff = new Backoff(250, 3000);
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await enter(baseUrl, request, signal);
    } catch (reason) {
      const error = toCardeaError(reason);
      const delay = Math.max(backoff.next(), (error.retryAfter ?? 0) * 1000);
      if (!error.transient || performance.now() + delay > deadline) throw error;
      onRetry?.(error);
      await sleep(delay, signal, networkEvents());
    }
  }
}

export interface CallOptions {
  method: string;
  bearer?: string;
  body?: object | undefined;
  signal?: AbortSignal | undefined;
}

/** One call of the REST interface; rejects with a CardeaError. */
export async function call(
  baseUrl: string,
  path: string,
  options: CallOptions,
): Promise<{ status: number; body: unknown }> {
  const response = await send(new URL(path, withSlash(baseUrl)), options);
  const body = await readJson(response);
  if (!response.ok) throw refusal(response, body);
  return { status: response.status, body };
}

async function send(url: URL, { method, bearer, body, signal }: CallOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    return await fetch(url, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (signal?.aborted) throw closedError();
    if (timeout.aborted) {
      throw new CardeaError({ code: 'timeout', message: 'The server did not answer in time.' });
    }
    throw new CardeaError({ code: 'network', message: 'The server cannot be reached.', cause });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    if (!response.ok) return null;
    throw new CardeaError({ code: 'network', message: 'The answer cannot be read.', cause });
  }
}

function refusal(response: Response, body: unknown): CardeaError {
  const { error, code } = (body ?? {}) as { error?: unknown; code?: unknown };
  const retryAfter = Number.parseFloat(response.headers.get('retry-after') ?? '');
  return new CardeaError({
    status: response.status,
    code: codeOf(code, error) ?? `http_${response.status}`,
    message: typeof error === 'string' ? error : `HTTP ${response.status}`,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

/** OAuth's errors are words in the place of the text. */
function codeOf(code: unknown, error: unknown): string | null {
  if (typeof code === 'string') return code;
  return typeof error === 'string' && /^[a-z_]+$/.test(error) ? error : null;
}

function withSlash(baseUrl: string): string {
  return baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
}
