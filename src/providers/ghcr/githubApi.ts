import { t } from '@vscode/l10n';
import type { z } from 'zod/mini';
import { Failure, failureOf } from '../../core/failure';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { decodeJson } from '../../core/schemas';

/** A token with at least these scopes; rejects when there is none. */
export type ReadToken = (scopes: readonly string[], mayAsk: boolean, signal: AbortSignal) => Promise<string>;

const browsing = ['read:packages'];
const deleting = ['read:packages', 'delete:packages'];

/** Speaks the REST API of GitHub: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api */
export class GitHubApi {
  constructor(
    private readonly http: Http,
    private readonly api: string,
    private readonly token: ReadToken,
  ) {}

  async get<T extends z.core.$ZodType>(schema: T, path: string, signal: AbortSignal): Promise<z.output<T>> {
    return decodeJson(schema, await this.send('GET', path, signal));
  }

  /** The scopes that the token was given; nothing for one that has none of the kind. */
  async scopes(signal: AbortSignal): Promise<readonly string[] | undefined> {
    return scopesIn((await this.send('GET', '/user', signal)).headers['x-oauth-scopes']);
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
    const response = await this.send('GET', `${path}${separator}per_page=100&page=${number}`, signal);
    const hasNext = nextLink(response.headers.link) !== undefined;
    return { answer: decodeJson(schema, response), next: hasNext ? { next: String(number + 1) } : {} };
  }

  /** Asks the user for the right to, where an account of VS Code signs in. */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send('DELETE', path, signal);
  }

  private async send(method: HttpRequest['method'], path: string, signal: AbortSignal): Promise<HttpResponse> {
    const isDeletion = method === 'DELETE';
    const token = await this.token(isDeletion ? deleting : browsing, isDeletion, signal);
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
    throw refusal(response);
  }
}

function scopesIn(header: string | undefined): readonly string[] | undefined {
  return header
    ?.split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

function refusal(response: HttpResponse): Failure {
  const failure = failureOf(response);
  const { status, headers } = response;
  const wait = status === 403 || status === 429 ? limitEndsIn(headers) : undefined;
  if (wait !== undefined)
    return new Failure('rateLimited', failure.message, { ...failure.detail, retryAfterSeconds: wait });
  const explanation = singleSignOn(response) ?? missingScope(response) ?? lastVersion(failure);
  return explanation === undefined
    ? failure
    : new Failure(failure.kind, failure.message, { ...failure.detail, explanation });
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function limitEndsIn(headers: HttpResponse['headers']): number | undefined {
  const { 'retry-after': after, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset } = headers;
  if (after !== undefined && /^\d+$/.test(after)) return Number(after);
  if (remaining !== '0' || reset === undefined || !/^\d+$/.test(reset)) return undefined;
  return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
}

/** https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#authenticating-with-saml-single-sign-on */
function singleSignOn({ headers }: HttpResponse): string | undefined {
  const [, link] = /^required;\s*url=(https:\/\/\S+)/.exec(headers['x-github-sso'] ?? '') ?? [];
  if (link === undefined) return undefined;
  return t('the organization asks for single sign-on: authorize this token for it at {0}', link);
}

function missingScope({ status, headers }: HttpResponse): string | undefined {
  const has = scopesIn(headers['x-oauth-scopes']);
  const accepted = scopesIn(headers['x-accepted-oauth-scopes']) ?? [];
  if ((status !== 403 && status !== 404) || has === undefined || accepted.length === 0) return undefined;
  if (accepted.some((scope) => covers(has, scope))) return undefined;
  return t('the token has the scopes {0}, and this needs {1}', listed(has), accepted.join(t(' or ')));
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes */
export function covers(has: readonly string[], scope: string): boolean {
  return has.includes(scope) || (scope === 'read:packages' && has.includes('write:packages'));
}

export function listed(scopes: readonly string[]): string {
  return scopes.length === 0 ? t('none') : scopes.join(', ');
}

function lastVersion({ message }: Failure): string | undefined {
  if (!/cannot delete the last/i.test(message)) return undefined;
  return t(
    'GitHub keeps the last tagged version of a package. Delete the whole package on its page instead (Open in Browser)',
  );
}
