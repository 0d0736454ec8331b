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

/** Reads the token. Rejects with a Failure if there is none. */
export type ReadToken = (signal: AbortSignal) => Promise<string>;

/** The most items that GitLab lists on a page. */
const pageSize = 100;

/** A client of GitLab's REST API, version 4. Rejects with Failures. https://docs.gitlab.com/api/rest/ */
export class GitLabApi {
  /** `url`: the root of GitLab's web pages. */
  constructor(
    private readonly http: Http,
    private readonly url: string,
    private readonly token: ReadToken,
  ) {}

  async get<T extends z.core.$ZodType>(schema: T, path: string, signal: AbortSignal): Promise<z.output<T>> {
    return decodeJson(schema, await this.send('GET', path, signal));
  }

  /**
   * A page of a list by its number, from '1'. If `itemsOf` keeps nothing of a page, the next one is read. The link in an answer only
   * shows that there is a next page; its address is not used. https://docs.gitlab.com/api/rest/#offset-based-pagination
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
      const { link, 'x-next-page': nextPage = '' } = response.headers;
      if (nextLink(link) === undefined && nextPage === '') return { items };
      const next = String(number + 1);
      if (items.length > 0) return { items, next };
      if (trail.after({ next }, 0) === undefined) return { items, next, failure: trail.failure };
    }
  }

  async delete(path: string, signal: AbortSignal): Promise<void> {
    await this.send('DELETE', path, signal);
  }

  private async send(method: HttpRequest['method'], path: string, signal: AbortSignal): Promise<HttpResponse> {
    // Not in GitLab's own header: Authorization is removed from a redirect to another host.
    const headers = { Accept: 'application/json', Authorization: `Bearer ${await this.token(signal)}` };
    const response = await this.http({ method, url: `${this.url}/api/v4${path}`, headers }, signal);
    if (response.status >= 200 && response.status < 300) return response;
    throw refusalOf(response, method);
  }
}

function refusalOf(response: HttpResponse, method: HttpRequest['method']): Failure {
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

/** The scopes of which one is enough, the smaller right first. It has the longer name: `read_api` before `api`. */
function missingScopes({ body }: HttpResponse): readonly string[] | undefined {
  const answer = check(scopeAnswer, jsonIn(body.subarray(0, 64 * 1024)));
  return answer.success ? answer.data.scope.split(' ').sort((one, other) => other.length - one.length) : undefined;
}
