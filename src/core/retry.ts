import { setTimeout as delay } from 'node:timers/promises';
import { Failure, retryAfter } from './failure';
import type { Http, HttpRequest, HttpResponse } from './http';

const attempts = 3;
/** A longer wait is the user's to decide: the answer then rises as it is. */
const longestWaitSeconds = 10;

const deadConnection: readonly (string | undefined)[] = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'];

/**
 * Sends again what may be sent twice, when the server is busy or the connection broke. A request for a token may be, also by POST:
 * where the answer got lost, nobody misses that token.
 */
export function withRetry(http: Http): Http {
  return async (request, signal) => {
    const idempotent = request.method === 'GET' || request.method === 'HEAD' || request.asksForToken === true;
    for (let attempt = 1; ; attempt++) {
      const last = !idempotent || attempt === attempts;
      try {
        const response = await http(request, signal);
        const wait = last ? undefined : waitSeconds(request, response, attempt);
        if (wait === undefined) return response;
        await delay(wait * 1000, undefined, { signal });
      } catch (error) {
        // A kept-alive connection that is dead, by the server's will or after a sleep; the next attempt opens a new one.
        if (last || !(error instanceof Failure) || !deadConnection.includes(error.detail.code)) throw error;
      }
    }
  };
}

function waitSeconds(
  { asksForToken = false }: HttpRequest,
  response: HttpResponse,
  attempt: number,
): number | undefined {
  // Without a token nothing goes on, so whatever ails a token server is waited for.
  const isBusy = [429, 502, 503, 504].includes(response.status) || (asksForToken && response.status >= 500);
  if (!isBusy) return undefined;
  const asked = retryAfter(response);
  if (asked !== undefined) return asked <= longestWaitSeconds ? asked : undefined;
  return 0.5 * 2 ** (attempt - 1);
}
