import { onTestFinished } from 'vitest';
import type { Http, HttpRequest, HttpResponse } from '../../../src/core/http';
import { createFaults, type Faults } from '../../sandbox/faults';
import type { ListenOptions } from '../../sandbox/loopback';
import { serve, type Answer, type ServedRequest } from '../../sandbox/serve';

export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  /** What reached it, with headers and bodies. */
  readonly requests: readonly ServedRequest[];
  readonly fail: Faults['fail'];
}

/** A server that says just what the test wants said, until the test ends. */
export async function scripted(answer: Answer, options: ListenOptions = {}): Promise<ScriptedServer> {
  const requests: ServedRequest[] = [];
  const faults = createFaults();
  const listener = await serve(
    (request) => {
      requests.push(request);
      return answer(request);
    },
    faults,
    options,
  );
  onTestFinished(() => listener.stop());
  return { url: listener.url, port: listener.port, requests, fail: faults.fail };
}

/** GET unless told otherwise, and never aborted. */
export async function send(
  http: Http,
  url: string,
  more: Omit<Partial<HttpRequest>, 'url'> = {},
): Promise<HttpResponse> {
  return http({ method: 'GET', url, ...more }, new AbortController().signal);
}

export function textOf({ body }: Pick<HttpResponse, 'body'>): string {
  return Buffer.from(body).toString();
}
