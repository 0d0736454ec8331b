import { t } from '@vscode/l10n';
import type { z } from 'zod/mini';
import { PageTrail } from '../../core/bounds';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { check, decodeJson, jsonIn } from '../../core/schemas';
import { scopeAnswer } from './gitLabAnswers';

/** Rejects when there is no token. */
export type ReadToken = (signal: AbortSignal) => Promise<string>;

/** The most that GitLab gives at once. */
const pageSize = 100;

/** Speaks version 4 of GitLab's REST API: https://docs.gitlab.com/api/rest/ */
export class GitLabApi {
  /** `url`: root of GitLab, as people see it. */
  constructor(
    private readonly http: Http,
    private readonly url: string,
    private readonly token: ReadToken,
  ) {}

  async get<T extends z.core.$ZodType>(schema: T, path: string, signal: AbortSignal): Promise<z.output<T>> {
    return decodeJson(schema, await this.send('GET', path, signal));
  }

  /**
   * A page of a list by its number, from '1', and the pages behind it as long as nothing of them is to be shown. What the answer
   * links to is not asked for, only counted. https://docs.gitlab.com/api/rest/#offset-based-pagination
   */
  async page<T extends z.core.$ZodType, Item>(
    schema: T,
    path: string,
    itemsOf: (answer: z.output<T>) => readonly Item[],
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Item>> {
    const trail = new PageTrail(new URL(this.url).host);
    for (let number = Number(cursor ?? '1'); ; number++) {
      const separator = path.includes('?') ? '&' : '?';
      const response = await this.send('GET', `${path}${separator}per_page=${pageSize}&page=${number}`, signal);
      const items = itemsOf(decodeJson(schema, response));
      const { link, 'x-next-page': told = '' } = response.headers;
      if (nextLink(link) === undefined && told === '') return { items };
      const next = String(number + 1);
      if (items.length > 0) return { items, next };
      if (trail.after({ next }, 0) === undefined) return { items, next, failure: trail.failure };
    }
  }

  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send('DELETE', path, signal);
  }

  private async send(method: HttpRequest['method'], path: string, signal: AbortSignal): Promise<HttpResponse> {
    // In this header rather than in GitLab's own, since a redirect to another host takes it away.
    const headers = { Accept: 'application/json', Authorization: `Bearer ${await this.token(signal)}` };
    const response = await this.http({ method, url: `${this.url}/api/v4${path}`, headers }, signal);
    if (response.status >= 200 && response.status < 300) return response;
    throw refusal(response, method);
  }
}

function refusal(response: HttpResponse, method: HttpRequest['method']): Failure {
  const failure = failureOf(response);
  const explanation = explanationOf(response, failure.message, method);
  return explanation === undefined
    ? failure
    : new Failure(failure.kind, failure.message, { ...failure.detail, explanation });
}

function explanationOf(response: HttpResponse, said: string, method: HttpRequest['method']): string | undefined {
  if (response.status === 401)
    return /expired/i.test(said)
      ? t('the access token has expired; make a new one in GitLab, and enter it with Update Credential…')
      : t('GitLab does not accept this access token');
  if (response.status !== 403) return undefined;
  const scopes = missingScopes(response);
  if (scopes !== undefined) return t('the access token lacks a scope; this needs {0}', scopes.join(t(' or ')));
  return method === 'DELETE'
    ? t(
        'deleting a tag needs the role Developer in the project, deleting a repository the role Maintainer; protected tags cannot be deleted',
      )
    : t('your role in this project does not let you see its images');
}

/** One of these would do, the least of them first: GitLab names the wider one `api`. */
function missingScopes({ body }: HttpResponse): readonly string[] | undefined {
  const told = check(scopeAnswer, jsonIn(body.subarray(0, 64 * 1024)));
  return told.success ? told.data.scope.split(' ').sort((one, other) => other.length - one.length) : undefined;
}
