import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure';
import { retryAfter } from './refusal';
import type { Http, HttpRequest, HttpResponse } from './http';

const attempts = 3;
/** If the server wants a longer wait, the answer is returned, so that the user can decide. */
const longestWaitSeconds = 10;

const deadConnection: readonly (string | undefined)[] = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'];

/**
 * Sends a request again when the server is busy or the connection broke, if a second request does no harm. That includes a POST for a
 * token: a lost token does not matter.
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
        // The kept-alive connection was closed by the server or after a sleep. The next attempt opens a new one.
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
  // Nothing works without a token, so every server error of a token server is retried.
  const isBusy = [429, 502, 503, 504].includes(response.status) || (asksForToken && response.status >= 500);
  if (!isBusy) return undefined;
  const asked = retryAfter(response);
  if (asked !== undefined) return asked <= longestWaitSeconds ? asked : undefined;
  return 0.5 * 2 ** (attempt - 1);
}
