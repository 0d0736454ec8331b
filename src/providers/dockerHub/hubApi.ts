import { t } from '@vscode/l10n';
import type { z } from 'zod/mini';
import type { ReadCredential } from '../../core/auth';
import { Failure, withDetail } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { KeptToken } from '../../core/keptToken';
import type { Token } from '../../core/keptToken';
import { decodeJson } from '../../core/schemas';
import type { ReadSetting } from '../provider';
import { tokenAnswer } from './hubAnswers';

/** Tokens live ten minutes: https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api */
const tokenLifeMs = 9 * 60_000;

/** Root of the API and of the web pages. Only the user's own settings can change it, because credentials of docker.io are sent there. */
export function hubUrl(setting: ReadSetting): string {
  const configured = setting('dockerHub.url');
  return configured === '' ? 'https://hub.docker.com' : configured;
}

/** A client of Docker Hub's API, for one account or anonymous. It keeps its tokens. Rejects with Failures. */
export class HubApi {
  /** The token is undefined for anonymous use. */
  private readonly tokens = new KeptToken((signal) => this.requestToken(signal));

  /** `url`: https://hub.docker.com */
  constructor(
    private readonly http: Http,
    private readonly url: string,
    private readonly credential: ReadCredential,
  ) {}

  /** Rejects with the Hub's words if it refuses the credential. */
  async signIn(signal: AbortSignal): Promise<void> {
    await this.tokens.current(signal);
  }

  /** `path`: from the root of the API, `/v2/…`. */
  async get<T extends z.core.$ZodType>(schema: T, path: string, signal: AbortSignal): Promise<z.output<T>> {
    return decodeJson(schema, await this.send({ method: 'GET', url: `${this.url}${path}` }, signal));
  }

  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send({ method: 'DELETE', url: `${this.url}${path}` }, signal);
  }

  private async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    let { token } = await this.tokens.current(signal);
    let response = await this.http(withAuthorization(request, token), signal);
    if (response.status === 401 && token !== undefined) {
      // The token expired early: the request is sent once more with a new one.
      this.tokens.forget(token.value);
      ({ token } = await this.tokens.current(signal));
      response = await this.http(withAuthorization(request, token), signal);
    }
    if (response.status >= 200 && response.status < 300) return response;
    throw failureOf(response);
  }

  /** https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api/operation/AuthCreateAccessToken */
  private async requestToken(signal: AbortSignal): Promise<Token | undefined> {
    const credential = await this.credential(signal);
    if (credential.kind !== 'basic') return undefined;
    const response = await this.http(
      {
        method: 'POST',
        asksForToken: true,
        url: `${this.url}/v2/auth/token`,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ identifier: credential.username, secret: credential.secret }),
      },
      signal,
    );
    if (response.status !== 200) throw explainSignInRefusal(failureOf(response));
    return { value: decodeJson(tokenAnswer, response).access_token, expiresAt: Date.now() + tokenLifeMs };
  }
}

function withAuthorization(request: HttpRequest, token: Token | undefined): HttpRequest {
  return token === undefined ? request : { ...request, headers: { Authorization: `Bearer ${token.value}` } };
}

/** Explains that a password is not enough for an account with two-factor authentication or single sign-on. */
function explainSignInRefusal(failure: Failure): unknown {
  const needsToken = /secondary authentication|mfa|two-factor|2fa/i.test(failure.message)
    ? t('the account is protected by two-factor authentication. Use a personal access token in place of the password')
    : /\bsso\b|single sign-on/i.test(failure.message)
      ? t(
          'the organization of this account enforces single sign-on. Use a personal access token in place of the password',
        )
      : undefined;
  if (needsToken === undefined) return failure;
  return new Failure(
    'unauthorized',
    failure.message,
    { ...failure.detail, explanation: needsToken },
    { cause: failure },
  );
}

/** Explains a refused deletion: the permissions of the account or the token are missing. */
export function explainDeletionRefusal(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'forbidden') return error;
  const explanation = t(
    'the account or its access token may not delete; a token needs the permission “Read, Write, Delete”',
  );
  return withDetail(error, { explanation });
}
