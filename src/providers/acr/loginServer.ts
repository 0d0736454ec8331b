import { Failure } from '../../core/failure';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { decodeJson } from '../../core/schemas';
import { accessTokenAnswer } from './acrAnswers';
import { lifetimeOf } from './jwt';

/** Whether a request goes to the login server's endpoint for tokens: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export function isTokenRequest(request: HttpRequest): boolean {
  return new URL(request.url).pathname === '/oauth2/token';
}

/**
 * Sends requests to one login server only, so that no other host gets the credential. Adds the lifetime to answers with a token, because
 * only the token itself has it.
 */
export function restrictTo(loginServer: string, http: Http): Http {
  const own = new URL(loginServer);
  return async (request, signal) => {
    const target = new URL(request.url);
    if (target.hostname !== own.hostname || target.protocol !== own.protocol) {
      throw new Failure('untrusted', `it sends credentials elsewhere: ${target.protocol}//${target.host}`, {
        subject: own.host,
      });
    }
    const response = await http(request, signal);
    return isTokenRequest(request) && response.status === 200 ? withLifetime(response) : response;
  };
}

function withLifetime(response: HttpResponse): HttpResponse {
  const answer = decodeJson(accessTokenAnswer, response);
  const seconds = lifetimeOf(answer.access_token ?? answer.token ?? '');
  if (seconds === undefined || typeof answer.expires_in === 'number') return response;
  return { ...response, body: Buffer.from(JSON.stringify({ ...answer, expires_in: seconds })) };
}
