import { t } from '@vscode/l10n';
import type { z } from 'zod/mini';
import { Failure } from '../../core/failure';
import { failureOf, retryAfter } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { decodeJson } from '../../core/schemas';
import { userAnswer } from './githubAnswers';

/** Reads a token with at least these scopes. Rejects if there is none. `mayAsk`: the user may be asked for them. */
export type ReadToken = (scopes: readonly string[], mayAsk: boolean, signal: AbortSignal) => Promise<string>;

const browsingScopes = ['read:packages'];
const deletingScopes = ['read:packages', 'delete:packages'];
const pageSize = 100;
/** GitHub refuses pages after this one: https://docs.github.com/en/rest/packages/packages#list-packages-for-an-organization */
const mostPages = 10_000 / pageSize;

/** Whether GitHub lists no more after a page, although there may be more. */
export function isLastAllowed(cursor: string | undefined): boolean {
  return Number(cursor ?? '1') >= mostPages;
}

/** A client of GitHub's REST API. Rejects with Failures. https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api */
export class GitHubApi {
  /** `api`: the root of the API. `site`: the root of the web pages; links for the user must lead there. */
  constructor(
    private readonly http: Http,
    private readonly api: string,
    private readonly site: string,
    private readonly token: ReadToken,
  ) {}

  get host(): string {
    return new URL(this.api).host;
  }

  /** The owner of the token and its scopes; no scopes for a kind of token that has none. */
  async user(signal: AbortSignal): Promise<{ readonly login: string; readonly scopes: readonly string[] | undefined }> {
    const response = await this.send('GET', '/user', signal);
    return { login: decodeJson(userAnswer, response).login, scopes: scopesIn(response.headers['x-oauth-scopes']) };
  }

  /** A page of a list by its number, from '1'. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  async page<T extends z.core.$ZodType>(
    schema: T,
    path: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly answer: z.output<T>; readonly next: Pick<Page<never>, 'next'> }> {
    const number = cursor ?? '1';
    const separator = path.includes('?') ? '&' : '?';
    const response = await this.send('GET', `${path}${separator}per_page=${pageSize}&page=${number}`, signal);
    const hasNext = !isLastAllowed(number) && nextLink(response.headers.link) !== undefined;
    return { answer: decodeJson(schema, response), next: hasNext ? { next: String(Number(number) + 1) } : {} };
  }

  /** Deletes. If an account of VS Code signs in, the user is asked for the scope that this needs. */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send('DELETE', path, signal);
  }

  private async send(method: HttpRequest['method'], path: string, signal: AbortSignal): Promise<HttpResponse> {
    const isDeletion = method === 'DELETE';
    const needed = isDeletion ? deletingScopes : browsingScopes;
    const token = await this.token(needed, isDeletion, signal);
    const request = {
      method,
      url: `${this.api}${path}`,
      headers: {
        Accept: 'application/vnd.github+json',
        'X-GitHub-Api-Version': '2022-11-28',
        'User-Agent': 'registry-explorer',
        Authorization: `Bearer ${token}`,
      },
    };
    const response = await this.http(request, signal);
    if (response.status >= 200 && response.status < 300) return response;
    throw refusalOf(response, needed, this.site);
  }
}

function scopesIn(header: string | undefined): readonly string[] | undefined {
  return header
    ?.split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

/** Sets `retry-after` to the end of a rate limit, so that no request is repeated before that. */
export function withRetryAfter(http: Http): Http {
  return async (request, signal) => {
    const response = await http(request, signal);
    const seconds = secondsUntilLimitEnds(response);
    if (seconds === undefined) return response;
    return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } };
  };
}

function refusalOf(response: HttpResponse, needed: readonly string[], site: string): Failure {
  const failure = failureOf(response);
  if (secondsUntilLimitEnds(response) !== undefined) return new Failure('rateLimited', failure.message, failure.detail);
  const explanation =
    explainSingleSignOn(response, site) ?? explainMissingScope(response, needed) ?? explainLastVersion(failure);
  return explanation === undefined
    ? failure
    : new Failure(failure.kind, failure.message, { ...failure.detail, explanation });
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function secondsUntilLimitEnds(response: HttpResponse): number | undefined {
  if (response.status !== 403 && response.status !== 429) return undefined;
  const seconds = retryAfter(response);
  if (seconds !== undefined) return seconds;
  const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset = '' } = response.headers;
  if (remaining === '0' && /^\d+$/.test(reset)) return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
  // Without these headers, GitHub's documentation says "wait for at least one minute before retrying".
  return response.status === 429 || /rate limit/i.test(failureOf(response).message) ? 60 : undefined;
}

/** https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#authenticating-with-saml-single-sign-on */
function explainSingleSignOn({ headers, url }: HttpResponse, site: string): string | undefined {
  const demand = headers['x-github-sso'] ?? '';
  if (!demand.startsWith('required')) return undefined;
  const link = /;\s*url=(\S+)/.exec(demand)?.[1];
  const organization = /\/orgs\/([^/?#]+)/.exec(`${url} ${link ?? ''}`)?.[1] ?? '';
  if (link === undefined || !URL.canParse(link) || new URL(link).origin !== new URL(site).origin)
    return t('the organization {0} requires single sign-on: authorize this token for it', organization);
  return t('the organization {0} requires single sign-on: authorize this token for it at {1}', organization, link);
}

/** `needed`: the scopes that a request needs, from GitHub's documentation. GitHub's answer names scopes of which one is enough. */
function explainMissingScope({ status, headers }: HttpResponse, needed: readonly string[]): string | undefined {
  const has = scopesIn(headers['x-oauth-scopes']);
  if ((status !== 403 && status !== 404) || has === undefined) return undefined;
  const missing = needed.filter((scope) => !hasScope(has, scope));
  if (missing.length > 0)
    return t('the token has the scopes {0}, but this needs {1}', printScopes(has), missing.join(t(' and ')));
  const accepted = scopesIn(headers['x-accepted-oauth-scopes']) ?? [];
  if (accepted.length === 0 || accepted.some((scope) => hasScope(has, scope))) return undefined;
  return t('the token has the scopes {0}, but this needs {1}', printScopes(has), accepted.join(t(' or ')));
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes */
export function hasScope(has: readonly string[], scope: string): boolean {
  return has.includes(scope) || (scope === 'read:packages' && has.includes('write:packages'));
}

export function printScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? t('none') : scopes.join(', ');
}

function explainLastVersion({ message }: Failure): string | undefined {
  if (!/cannot delete the last/i.test(message)) return undefined;
  return t(
    'GitHub keeps the last tagged version of a package. Delete the whole package on its page instead (Open in Browser)',
  );
}
