import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { createFaults, sendWith, type Faults, type Reply } from './faults';
import { listen, type ListenOptions } from './loopback';

export interface RecordedRequest {
  /** 0 for the first since the start or the last reset. */
  readonly order: number;
  readonly method: string;
  readonly path: string;
  /** Without those that hold secrets. */
  readonly headers: IncomingHttpHeaders;
  readonly hasAuthorization: boolean;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** On the same clock: when the whole answer was sent, or the connection ended. */
  readonly endedAt?: number;
  /** What was sent by then, with heads. */
  readonly bytes?: number;
  /** Absent while nothing is answered. */
  readonly status?: number;
  /** `broken`: the connection ended before the answer was complete. */
  readonly state: 'running' | 'answered' | 'broken';
}

export interface RecorderOptions extends ListenOptions {
  /** PEM of the authority that signed the certificate of the target. */
  readonly ca?: string;
  /** For a target that asks for a client certificate; PEM. */
  readonly client?: { readonly cert: string; readonly key: string };
  readonly latencyMs?: number;
}

export interface Recorder {
  /** Stands in for the target: the same paths below it. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  /** The most requests that were running at the same moment. */
  readonly maxConcurrent: number;
  /** TCP connections that carried a request. */
  readonly connections: number;
  /** Added before each answer; may be set at any time. */
  latencyMs: number;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  /** Forgets what was counted; faults and latency stay. */
  readonly reset: () => void;
  /** Resolves when the condition holds, which is looked at after every change; rejects after `timeoutMs` (a minute). */
  readonly until: (condition: (requests: readonly RecordedRequest[]) => boolean, timeoutMs?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const secretHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-registry-auth']);
const addressHeaders = new Set(['link', 'location', 'www-authenticate']);
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function withoutSecrets(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name)));
}

/** Sends a request on and gives the head of the answer. */
type Forward = (incoming: IncomingMessage, response: ServerResponse) => Promise<IncomingMessage>;

function forwarder(
  target: URL,
  { ca, client }: Pick<RecorderOptions, 'ca' | 'client'>,
): { forward: Forward; close: () => void } {
  const secure = target.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true, ca, ...client }) : new HttpAgent({ keepAlive: true });
  const forward: Forward = (incoming, response) =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !hopHeaders.has(name)));
      const options = {
        agent,
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        // The registry makes its absolute addresses of these two, so they lead back here.
        headers: { ...headers, 'x-forwarded-proto': 'encrypted' in incoming.socket ? 'https' : 'http' },
      };
      const outgoing = secure ? httpsRequest(options, resolve) : httpRequest(options, resolve);
      outgoing.once('error', reject);
      response.once('close', () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
  return {
    forward,
    close: () => {
      agent.destroy();
    },
  };
}

/** Headers as they came, several lines of one name kept apart, addresses of the target turned into our own. */
function rewritten({ headersDistinct }: IncomingMessage, from: string, to: string): OutgoingHttpHeaders {
  const kept = Object.entries(headersDistinct).filter(([name]) => !hopHeaders.has(name));
  return Object.fromEntries(
    kept.map(([name, values = []]) => [
      name,
      addressHeaders.has(name) ? values.map((value) => value.replaceAll(from, to)) : values,
    ]),
  );
}

async function whole(answer: IncomingMessage, headers: OutgoingHttpHeaders): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 502, headers, body: Buffer.concat(chunks) };
}

/** A proxy in front of a registry that counts what passes, and breaks it on demand. */
export async function startRecorder(target: string, options: RecorderOptions = {}): Promise<Recorder> {
  const { ca, client, latencyMs = 0, ...listenOptions } = options;
  const targetUrl = new URL(target);
  const { forward, close } = forwarder(targetUrl, { ...(ca && { ca }), ...(client && { client }) });
  const faults = createFaults();
  const waiting = new Set<() => void>();
  let requests: Mutable<RecordedRequest>[] = [];
  let sockets = new WeakSet<object>();
  let connections = 0;
  let running = 0;
  let maxConcurrent = 0;

  const changed = (): void => {
    for (const look of [...waiting]) look();
  };
  const record = ({ method = 'GET', url: path = '/', headers, socket }: IncomingMessage): Mutable<RecordedRequest> => {
    if (!sockets.has(socket)) connections++;
    sockets.add(socket);
    const entry: RecordedRequest = {
      order: requests.length,
      method,
      path,
      headers: withoutSecrets(headers),
      hasAuthorization: headers.authorization !== undefined,
      startedAt: performance.now(),
      state: 'running',
    };
    requests.push(entry);
    maxConcurrent = Math.max(maxConcurrent, ++running);
    changed();
    return entry;
  };

  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const entry = record(incoming);
    const { socket } = incoming;
    const before = socket.bytesWritten;
    response.once('close', () => {
      running--;
      entry.endedAt = performance.now();
      entry.bytes = socket.bytesWritten - before;
      if (response.headersSent) entry.status = response.statusCode;
      entry.state = response.writableFinished ? 'answered' : 'broken';
      changed();
    });
    if (recorder.latencyMs > 0) await delay(recorder.latencyMs, undefined, { ref: false });
    if (response.destroyed) return;
    const fault = faults.take(entry);
    if (fault) {
      await sendWith(fault, response, async () => {
        const answer = await forward(incoming, response);
        return whole(answer, rewritten(answer, targetUrl.origin, listener.url));
      });
      return;
    }
    const answer = await forward(incoming, response);
    response.writeHead(answer.statusCode ?? 502, rewritten(answer, targetUrl.origin, listener.url));
    answer.once('error', () => response.destroy());
    answer.pipe(response);
  };

  const listener = await listen((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  }, listenOptions);

  const recorder: Recorder = {
    url: `${listener.url}${targetUrl.pathname.replace(/\/$/, '')}`,
    port: listener.port,
    get requests() {
      return requests;
    },
    get maxConcurrent() {
      return maxConcurrent;
    },
    get connections() {
      return connections;
    },
    latencyMs,
    fail: faults.fail,
    clearFaults: faults.clear,
    reset: () => {
      requests = [];
      sockets = new WeakSet();
      connections = 0;
      maxConcurrent = running;
    },
    until: (condition, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!condition(requests)) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          const seen = requests.map(({ method, path, state }) => `${method} ${path} ${state}`).join('\n');
          reject(new Error(`Waited in vain; the requests were:\n${seen}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
    stop: async () => {
      await listener.stop();
      close();
    },
  };
  return recorder;
}
