/** Errors of the library. `code` is stable and meant for programs, `message` for people. */

export interface CardeaErrorInit {
  /** HTTP status, or 0 where no HTTP answer was involved. */
  status?: number;
  code: string;
  message: string;
  /** Seconds after which the same request may succeed, if the server named them. */
  retryAfter?: number | null;
  /** True when the same request may succeed soon. */
  retry?: boolean;
  cause?: unknown;
}

/**
 * Every rejection of this library. Codes of its own, beside those of the server: `network` (no
 * usable answer), `timeout` (none in time), `connection_lost` (the socket closed), `janus_<number>`
 * (Janus itself refused), `unsupported` (no WebRTC in this browser), `closed` (the object is not in
 * use any more).
 */
export class CardeaError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | null;
  readonly retry: boolean;

  constructor(init: CardeaErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'CardeaError';
    this.status = init.status ?? 0;
    this.code = init.code;
    this.retryAfter = init.retryAfter ?? null;
    this.retry = init.retry ?? false;
  }

  /** The socket or the network is away; nothing was refused. */
  get transient(): boolean {
    return (
      this.retry ||
      this.code === 'network' ||
      this.code === 'timeout' ||
      this.code === 'connection_lost' ||
      this.status === 502 ||
      this.status === 503 ||
      this.status === 504
    );
  }
}

export function closedError(): CardeaError {
  return new CardeaError({ code: 'closed', message: 'closed' });
}

export function toCardeaError(reason: unknown): CardeaError {
  if (reason instanceof CardeaError) return reason;
  return new CardeaError({ code: 'internal', message: String(reason), cause: reason });
}
