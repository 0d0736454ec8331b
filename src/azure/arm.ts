import { t } from '@vscode/l10n';
import type { TokenCredential } from '@azure/identity';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { PageTrail } from '../core/bounds';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import type { FailureKind } from '../core/failure';
import { systemFailure } from '../core/network/systemFailure';
import { jsonOrUndefined } from '../core/json';
import { redactUrl } from '../core/network/redaction';
import type { Log } from '../core/log';
import type { Cloud, ReadAzureToken, Status } from './azure';

/** Who speaks in failures of the Resource Manager and what is behind it. */
const subject = 'Azure';

/** What the clients of a tenant are made with, for a signed-in account. */
export type ArmClientIn = (tenantId: string) => ReturnType<typeof armClient>;

/** What every client of the SDK is made with: who asks, and where. */
export function armClient(cloud: Cloud, readToken: ReadAzureToken, tenantId: string | undefined, log: Log) {
  const credential: TokenCredential = {
    getToken: async (_scopes, options) => {
      // VS Code's signals, the SDK's and ours are the same kind of object.
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : new AbortController().signal;
      const { token, expiresAt } = await readToken([cloud.armScope], tenantId, signal);
      return { token, expiresOnTimestamp: expiresAt };
    },
  };
  return {
    credential,
    options: {
      endpoint: cloud.armUrl,
      // One client uses the scope of the public cloud unless it is given one; the others derive it from the endpoint.
      credentials: { scopes: [cloud.armScope] },
      credentialScopes: [cloud.armScope],
      userAgentOptions: { userAgentPrefix: 'registry-explorer' },
      retryOptions: { maxRetries: 2, maxRetryDelayInMs: 5000 },
      additionalPolicies: [logging(log), keepRefusals, followingDeletions].map((policy) => ({
        policy,
        position: 'perRetry' as const,
      })),
    },
  };
}

/** A line for each request, as core/axiosHttp.ts writes it. */
export function logging(log: Log): PipelinePolicy {
  return {
    name: 'registryExplorerLog',
    sendRequest: async (request, next) => {
      const started = performance.now();
      const line = (outcome: string | number) =>
        `${request.method} ${redactUrl(request.url)} ${outcome} (${Math.round(performance.now() - started)} ms)`;
      try {
        const response = await next(request);
        log.info(line(response.status));
        return response;
      } catch (error) {
        log.warn(line(error instanceof Error ? error.message : 'failed'));
        throw error;
      }
    },
  };
}

/** What a refusal holds that tells what it means. */
interface Refusal {
  readonly body?: string | null | undefined;
  /** How to sign in, as the `WWW-Authenticate` challenge says it. */
  readonly challenge?: string | undefined;
  /** How long to wait before the next request. */
  readonly wait?: string | undefined;
}

/** The SDK reads one shape of errors, and of lists the status alone: what the service said stays with the request. */
const keepRefusals: PipelinePolicy = {
  name: 'registryExplorerRefusals',
  sendRequest: async (request, next) => {
    const response = await next(request);
    const { status, bodyAsText, headers } = response;
    const [challenge, wait] = [headers.get('www-authenticate'), headers.get('retry-after')];
    const refusal: Refusal = { body: bodyAsText, challenge, wait };
    if (status >= 400) Object.assign(request, { refusal });
    return response;
  },
};

/**
 * Follows a deletion to its end. The service answers with a Location whose body has the progress, such as `{"status":"Deleting"}`.
 * The SDK takes any answer at a Location for the end, unless it is told to read a status there.
 * https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/async-operations
 */
const followingDeletions: PipelinePolicy = {
  name: 'registryExplorerDeletions',
  sendRequest: async (request, next) => {
    const response = await next(request);
    const { status, headers } = response;
    const place = headers.get('location') ?? '';
    const isStatus = request.method === 'DELETE' && status === 202 && /\/operationStatuses\//i.test(place);
    if (isStatus && !headers.has('azure-asyncoperation')) headers.set('azure-asyncoperation', place);
    return response;
  },
};

/** Calls the SDK. What it throws becomes a Failure in the words of the service. */
export async function callAzure<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await call();
  } catch (error) {
    signal.throwIfAborted();
    throw azureFailure(error);
  }
}

interface Poller<T> {
  readonly onProgress: (callback: (state: { readonly status: string }) => void) => unknown;
  readonly pollUntilDone: (options: { readonly abortSignal: AbortSignal }) => Promise<T>;
}

/** Waits until a long operation ends, and passes on its status. */
export async function followToEnd<T>(poller: Poller<T>, status: Status, signal: AbortSignal): Promise<T> {
  poller.onProgress((state) => {
    status(state.status);
  });
  return poller.pollUntilDone({ abortSignal: signal });
}

/** Every item of a list. Rejects with a Failure where the list goes on without an end. */
export async function listAll<T>(list: { byPage(): AsyncIterable<readonly T[]> }): Promise<T[]> {
  const items: T[] = [];
  const trail = new PageTrail(subject);
  let pages = 0;
  for await (const page of list.byPage()) {
    for (const item of page) items.push(item);
    trail.after({ next: String(++pages) }, page.length);
    if (trail.failure !== undefined)
      throw new Failure('malformed', '', { subject, explanation: t('the list from Azure does not end') });
  }
  return items;
}

/** The principal id of an identity: roles are assigned to it. */
export function principalOf(identity: { readonly principalId?: string } | undefined, name: string): string {
  if (identity?.principalId !== undefined) return identity.principalId;
  throw new Failure('malformed', `${name} was given no identity`, { subject, speaker: 'program' });
}

/** What the service must tell, `the id of web`, for what comes next. The SDK's types let it be absent, or empty. */
export function requireField<T>(value: T | null | undefined, what: string): T {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new Failure('malformed', `it does not tell ${what}`, { subject, speaker: 'program' });
}

/** What every resource has; the SDK's types let it be absent. */
export interface Identified {
  readonly id: string;
  readonly name: string;
}

/** Those of a list that can be chosen and worked with: what has no id or no name is left out. */
export function withIdentity<T extends Partial<Identified>>(list: readonly T[]): readonly (T & Identified)[] {
  return list.flatMap((one) => {
    const { id, name } = one;
    return id === undefined || name === undefined ? [] : [{ ...one, id, name }];
  });
}

/** A resource that was just made or changed; its id must be in the answer. */
export function withId<T extends Partial<Identified>>(answer: T, name: string): T & Identified {
  return { ...answer, id: requireField(answer.id, `the id of ${name}`), name: answer.name ?? name };
}

/** The failure when the chosen container of an app no longer exists. */
export function noContainer(app: string, container: string): Failure {
  const explanation = t('{0} no longer has a container {1}; its image was not changed', app, container);
  return new Failure('notFound', '', { subject, speaker: 'program', explanation });
}

/**
 * Adds a system-assigned identity to the user-assigned ones. Those are sent by name only, because the service fills in the rest.
 * `both`: the service's name for having both kinds.
 */
export function withOwnIdentity<Both extends string>(
  now: { readonly type?: string; readonly userAssignedIdentities?: object } | undefined,
  both: Both,
): { type: 'SystemAssigned' | Both; userAssignedIdentities?: Record<string, object> } {
  const type = now?.type === 'UserAssigned' ? both : 'SystemAssigned';
  const users = now?.userAssignedIdentities;
  if (users === undefined) return { type };
  return { type, userAssignedIdentities: Object.fromEntries(Object.keys(users).map((id) => [id, {}])) };
}

/** `/subscriptions/…/resourceGroups/name/…` */
export function resourceGroupOf(id: string | undefined): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id ?? '')?.[1] ?? '';
}

function azureFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const detail = { subject, speaker: 'program' as const, ...defined({ status }) };
  if (status !== undefined) {
    const kept = property(property(error, 'request'), 'refusal');
    const refusal: Refusal = {
      body: textOf(kept, 'body'),
      challenge: textOf(kept, 'challenge'),
      wait: textOf(kept, 'wait'),
    };
    const body = outerOf(property(error, 'details')) ?? outerOf(jsonOrUndefined(refusal.body ?? ''));
    const words = wordsOf(body) ?? prose(refusal.body) ?? error.message;
    const code = own ?? textOf(body, 'code');
    const kind = kindOf(status, code, words, refusal);
    return new Failure(kind, words, { ...detail, ...defined({ code }) }, { cause: error });
  }
  // An operation that fails at its end has a text only: "The long-running operation has failed. Code. Words".
  const ended = /^The long-running operation has (?:failed|been canceled)\.?\s*(.*)$/s.exec(error.message)?.[1];
  if (ended !== undefined)
    return new Failure('rejected', ended === '' ? error.message : ended, detail, { cause: error });
  if (own === 'REQUEST_SEND_ERROR' || error.name === 'RestError') return systemFailure(subject, error);
  return error;
}

/**
 * What a refusal means. App Service answers 401 for want of quota, and 429 where something else is being done to what is asked
 * for: neither is about who asks, or how often. https://github.com/Azure/azure-cli/issues/31665
 */
function kindOf(status: number, code: string | undefined, words: string, { challenge, wait }: Refusal): FailureKind {
  switch (status) {
    case 401:
      return challenge === undefined || /\bquota\b/i.test(words) ? 'rejected' : 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'notFound';
    case 429:
      return wait !== undefined || /throttl|too ?many/i.test(`${code ?? ''} ${words}`) ? 'rateLimited' : 'rejected';
    default:
      return 'rejected';
  }
}

/**
 * The part of a refusal that tells: the Resource Manager has it below `error`, App Service as the whole, with names in capitals.
 * Nothing where it is neither.
 */
function outerOf(body: unknown): unknown {
  const outer = field(body, 'error') ?? body;
  return textOf(outer, 'message') === undefined && textOf(outer, 'code') === undefined ? undefined : outer;
}

/** The reason, and what is more precise below it: one repeats the other at times. */
function wordsOf(refusal: unknown): string | undefined {
  const words: string[] = [];
  let part = refusal;
  for (let depth = 0; depth < 4 && part !== undefined; depth++) {
    const message = textOf(part, 'message')?.trim() ?? '';
    if (message !== '' && !words.some((said) => said.includes(message))) words.push(message);
    const below = field(part, 'details');
    part = Array.isArray(below) ? below[0] : undefined;
  }
  return words.join(' ').slice(0, 600) || undefined;
}

/** Plain text; pages of proxies are not. */
function prose(body: string | null | undefined): string | undefined {
  const text = body?.trim() ?? '';
  return text === '' || /^[<{[]/.test(text) ? undefined : text.replace(/^"(.*)"$/s, '$1').slice(0, 600);
}

function textOf(value: unknown, name: string): string | undefined {
  const text = field(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Whatever the case of its name. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = Object.keys(value).find((one) => one.toLowerCase() === name);
  return key === undefined ? undefined : (property(value, key) ?? undefined);
}

/** Of what a library throws, whose types tell little. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
