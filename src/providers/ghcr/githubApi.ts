import { t } from '@vscode/l10n';
import type { z } from 'zod/mini';
import { Failure } from '../../core/failure';
import { failureOf, retryAfter } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { decodeJson } from '../../core/schemas';
import { userAnswer } from './githubAnswers';

/** A token with at least these scopes; rejects when there is none. */
export type ReadToken = (scopes: readonly string[], mayAsk: boolean, signal: AbortSignal) => Promise<string>;

const browsing = ['read:packages'];
const deleting = ['read:packages', 'delete:packages'];
const pageSize = 100;
/** GitHub refuses what lies beyond: https://docs.github.com/en/rest/packages/packages#list-packages-for-an-organization */
const mostPages = 10_000 / pageSize;

/** Speaks the REST API of GitHub: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api */
export class GitHubApi {
  /** `site`: where people see it, which is where its links may lead. */
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
    const number = Number(cursor ?? '1');
    const separator = path.includes('?') ? '&' : '?';
    const response = await this.send('GET', `${path}${separator}per_page=${pageSize}&page=${number}`, signal);
    const hasNext = number < mostPages && nextLink(response.headers.link) !== undefined;
    return { answer: decodeJson(schema, response), next: hasNext ? { next: String(number + 1) } : {} };
  }

  /** Asks the user for the right to, where an account of VS Code signs in. */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send('DELETE', path, signal);
  }

  private async send(method: HttpRequest['method'], path: string, signal: AbortSignal): Promise<HttpResponse> {
    const isDeletion = method === 'DELETE';
    const needed = isDeletion ? deleting : browsing;
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
    throw refusal(response, needed, this.site);
  }
}

function scopesIn(header: string | undefined): readonly string[] | undefined {
  return header
    ?.split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

/** Sets `retry-after` to the time a rate limit lasts, so that no request is repeated before. */
export function withLimits(http: Http): Http {
  return async (request, signal) => {
    const response = await http(request, signal);
    const seconds = limitEndsIn(response);
    if (seconds === undefined) return response;
    return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } };
  };
}

function refusal(response: HttpResponse, needed: readonly string[], site: string): Failure {
  const failure = failureOf(response);
  if (limitEndsIn(response) !== undefined) return new Failure('rateLimited', failure.message, failure.detail);
  const explanation = singleSignOn(response, site) ?? missingScope(response, needed) ?? lastVersion(failure);
  return explanation === undefined
    ? failure
    : new Failure(failure.kind, failure.message, { ...failure.detail, explanation });
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function limitEndsIn(response: HttpResponse): number | undefined {
  if (response.status !== 403 && response.status !== 429) return undefined;
  const told = retryAfter(response);
  if (told !== undefined) return told;
  const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset = '' } = response.headers;
  if (remaining === '0' && /^\d+$/.test(reset)) return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
  // Where it tells nothing, "wait for at least one minute before retrying".
  return response.status === 429 || /rate limit/i.test(failureOf(response).message) ? 60 : undefined;
}

/** https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#authenticating-with-saml-single-sign-on */
function singleSignOn({ headers, url }: HttpResponse, site: string): string | undefined {
  const demand = headers['x-github-sso'] ?? '';
  if (!demand.startsWith('required')) return undefined;
  const link = /;\s*url=(\S+)/.exec(demand)?.[1];
  const organization = /\/orgs\/([^/?#]+)/.exec(`${url} ${link ?? ''}`)?.[1] ?? '';
  if (link === undefined || !URL.canParse(link) || new URL(link).origin !== new URL(site).origin)
    return t('the organization {0} requires single sign-on: authorize this token for it', organization);
  return t('the organization {0} requires single sign-on: authorize this token for it at {1}', organization, link);
}

/** GitHub names the scopes that it looks at; which of them a request needs all of, its documentation tells. */
function missingScope({ status, headers }: HttpResponse, needed: readonly string[]): string | undefined {
  const has = scopesIn(headers['x-oauth-scopes']);
  if ((status !== 403 && status !== 404) || has === undefined) return undefined;
  const missing = needed.filter((scope) => !covers(has, scope));
  if (missing.length > 0)
    return t('the token has the scopes {0}, but this needs {1}', printScopes(has), missing.join(t(' and ')));
  const accepted = scopesIn(headers['x-accepted-oauth-scopes']) ?? [];
  if (accepted.length === 0 || accepted.some((scope) => covers(has, scope))) return undefined;
  return t('the token has the scopes {0}, but this needs {1}', printScopes(has), accepted.join(t(' or ')));
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes */
export function covers(has: readonly string[], scope: string): boolean {
  return has.includes(scope) || (scope === 'read:packages' && has.includes('write:packages'));
}

export function printScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? t('none') : scopes.join(', ');
}

function lastVersion({ message }: Failure): string | undefined {
  if (!/cannot delete the last/i.test(message)) return undefined;
  return t(
    'GitHub keeps the last tagged version of a package. Delete the whole package on its page instead (Open in Browser)',
  );
}
