import { Failure } from '../failure';
import type { Http } from '../http';
import { redactUrl } from './redaction';
import type { Redaction } from './redaction';
import { addReceivedTokens, addSentSecrets } from './requestSecrets';

/** Adds a line to `requests` for each request, and the secrets in requests and answers to the redaction. */
export function withRequestNotes(http: Http, requests: string[], redaction: Redaction): Http {
  return async (request, signal) => {
    addSentSecrets(redaction, request);
    const line = `${request.method} ${redactUrl(request.url)}`;
    const started = performance.now();
    const ended = (outcome: string) => {
      requests.push(`${line} ${outcome} (${Math.round(performance.now() - started)} ms)`);
    };
    try {
      const response = await http(request, signal);
      ended(String(response.status));
      addReceivedTokens(redaction, request, response);
      return response;
    } catch (error) {
      ended(error instanceof Failure ? `${error.kind}: ${error.message}` : 'no answer');
      throw error;
    }
  };
}
