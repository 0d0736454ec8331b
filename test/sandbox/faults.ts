import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface Reply {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | string;
}

/** Answered in place of the real reply; the request does not reach the registry. */
export interface ReplyFault extends Reply {
  /** How many matching requests it strikes; all of them when absent. */
  readonly times?: number;
}

/**
 * `reset` closes the connection without an answer, `hang` never answers, `truncate` promises the whole body and closes
 * after half of it, `slow` holds the whole answer back for `delayMs` (1000 when absent), `drip` sends a byte of a body that
 * has no end every `delayMs`, `endless` such a body as fast as it is taken.
 */
interface WireFault {
  readonly kind: 'reset' | 'hang' | 'truncate' | 'slow' | 'drip' | 'endless';
  readonly delayMs?: number;
  readonly times?: number;
}

/** Written to the connection in place of an answer, byte for byte; then the connection ends unless it `stays`. */
export interface RawFault {
  readonly raw: string;
  readonly stays?: boolean;
  readonly times?: number;
}

export type Fault = ReplyFault | WireFault | RawFault;

export interface RequestLine {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** A regular expression is tried on `METHOD /path?query`. */
type RequestMatcher = RegExp | ((request: RequestLine) => boolean);

function matches(matcher: RequestMatcher, request: RequestLine): boolean {
  return matcher instanceof RegExp ? matcher.test(`${request.method} ${request.path}`) : matcher(request);
}

export interface Faults {
  /** Later faults come after earlier ones that still strike the same request. */
  readonly fail: (matcher: RequestMatcher, fault: Fault) => void;
  readonly clear: () => void;
  /** The fault that strikes this request, which uses up one of its times. */
  readonly take: (request: RequestLine) => Fault | undefined;
}

export function createFaults(): Faults {
  const planned: { matcher: RequestMatcher; fault: Fault; left: number }[] = [];
  return {
    fail: (matcher, fault) => {
      planned.push({ matcher, fault, left: fault.times ?? Infinity });
    },
    clear: () => {
      planned.length = 0;
    },
    take: (request) => {
      const hit = planned.find((plan) => plan.left > 0 && matches(plan.matcher, request));
      if (hit) hit.left--;
      return hit?.fault;
    },
  };
}

function writeHead(response: ServerResponse, { status, headers = {} }: Reply, length: number): void {
  response.statusCode = status;
  // RFC 9110 section 8.6: no Content-Length with 204.
  if (status !== 204) response.setHeader('Content-Length', length);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}

export function send(response: ServerResponse, reply: Reply): void {
  const bytes = Buffer.from(reply.body ?? '');
  writeHead(response, reply, bytes.length);
  response.end(bytes);
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  const bytes = Buffer.from(reply.body ?? '');
  writeHead(response, reply, bytes.length);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
}

/** A JSON text without end; a byte after each pause, or as much as is taken. */
async function* endlessText(pauseMs?: number): AsyncGenerator<string> {
  yield '[';
  for (;;) {
    if (pauseMs !== undefined) await delay(pauseMs, undefined, { ref: false });
    yield ' '.repeat(pauseMs === undefined ? 64 * 1024 : 1);
  }
}

async function sendOn(response: ServerResponse, pauseMs?: number): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  // Whoever asked has to end it.
  await pipeline(endlessText(pauseMs), response).catch(() => undefined);
}

/** Sends what `answer` gives, damaged as the fault says; `answer` is not asked when the fault replaces it. */
export async function sendWith(
  fault: Fault | undefined,
  response: ServerResponse,
  answer: () => Reply | Promise<Reply>,
): Promise<void> {
  if (!fault) {
    send(response, await answer());
    return;
  }
  if ('status' in fault) {
    send(response, fault);
    return;
  }
  if ('raw' in fault) {
    if (fault.stays) response.socket?.write(fault.raw);
    else response.socket?.end(fault.raw);
    return;
  }
  switch (fault.kind) {
    case 'reset':
      response.socket?.destroy();
      return;
    case 'hang':
      return;
    case 'truncate':
      sendHalf(response, await answer());
      return;
    case 'drip':
      return sendOn(response, fault.delayMs ?? 1000);
    case 'endless':
      return sendOn(response);
    case 'slow':
      await delay(fault.delayMs ?? 1000, undefined, { ref: false });
      if (!response.destroyed) send(response, await answer());
  }
}
