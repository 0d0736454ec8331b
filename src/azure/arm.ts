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

/** The subject of failures of the Resource Manager and the services behind it. */
const subject = 'Azure';

/** Returns the arguments for the SDK's clients in a tenant, for a signed-in account. */
export type ArmClientArgumentsOf = (tenantId: string) => ReturnType<typeof armClientArguments>;

/** The arguments that every client of the SDK is constructed with: the credential, and options with the cloud's addresses. */
export function armClientArguments(cloud: Cloud, readToken: ReadAzureToken, tenantId: string | undefined, log: Log) {
  const credential: TokenCredential = {
    getToken: async (_scopes, options) => {
      // The SDK's type for a signal is its own interface, but its signals are those of the platform.
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : new AbortController().signal;
      const { token, expiresAt } = await readToken([cloud.armScope], tenantId, signal);
      return { token, expiresOnTimestamp: expiresAt };
    },
  };
  return {
    credential,
    options: {
      endpoint: cloud.armUrl,
      // One client uses the scope of the public cloud if none is set; the others derive it from the endpoint.
      credentials: { scopes: [cloud.armScope] },
      credentialScopes: [cloud.armScope],
      userAgentOptions: { userAgentPrefix: 'registry-explorer' },
      retryOptions: { maxRetries: 2, maxRetryDelayInMs: 5000 },
      additionalPolicies: [logPolicy(log), refusalPolicy, deletionPolicy].map((policy) => ({
        policy,
        position: 'perRetry' as const,
      })),
    },
  };
}

/** Logs a line for each request, in the form that core/axiosHttp.ts writes. */
export function logPolicy(log: Log): PipelinePolicy {
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

/** The parts of a refusing answer that tell what it means. */
interface Refusal {
  readonly body?: string | null | undefined;
  /** The `WWW-Authenticate` header: how to sign in. */
  readonly challenge?: string | undefined;
  /** The `Retry-After` header: how long to wait before the next request. */
  readonly wait?: string | undefined;
}

/** Keeps a refusing answer with its request: the SDK understands one shape of errors only, and reads none in the answers to lists. */
const refusalPolicy: PipelinePolicy = {
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
 * The SDK treats any answer at a Location as the end, so this policy makes it read the status there.
 * https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/async-operations
 */
const deletionPolicy: PipelinePolicy = {
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

/** Calls the SDK. Its errors become Failures in the words of the service. */
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

/** Every item of a list. Rejects with a Failure if the list does not end within `core/bounds.ts`. */
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

/** The principal id of an identity: roles are assigned to it. `name`: the app, for the Failure if there is no id. */
export function principalOf(identity: { readonly principalId?: string } | undefined, name: string): string {
  if (identity?.principalId !== undefined) return identity.principalId;
  throw new Failure('malformed', `its answer does not contain an identity for ${name}`, {
    subject,
    speaker: 'program',
  });
}

/** A field that later steps need; `what` names it in the Failure, as `the id of web`. The SDK's types let it be absent or empty. */
export function requireField<T>(value: T | null | undefined, what: string): T {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new Failure('malformed', `its answer does not contain ${what}`, { subject, speaker: 'program' });
}

/** The fields that every resource has, although the SDK's types let them be absent. */
export interface Identified {
  readonly id: string;
  readonly name: string;
}

/** The items of a list that have an id and a name. Nothing can be done with the others. */
export function withIdAndName<T extends Partial<Identified>>(list: readonly T[]): readonly (T & Identified)[] {
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
 * Adds a system-assigned identity to the user-assigned ones. These are sent by id only, because the service fills in the rest.
 * `both`: the service's word for an app with both kinds of identities.
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

/** The `name` in `/subscriptions/…/resourceGroups/name/…`; empty if the id has none. */
export function resourceGroupOf(id: string | undefined): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id ?? '')?.[1] ?? '';
}

function azureFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  const ownCode = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const detail = { subject, speaker: 'program' as const, ...defined({ status }) };
  if (status !== undefined) {
    const keptRefusal = propertyOf(propertyOf(error, 'request'), 'refusal');
    const refusal: Refusal = {
      body: textOf(keptRefusal, 'body'),
      challenge: textOf(keptRefusal, 'challenge'),
      wait: textOf(keptRefusal, 'wait'),
    };
    const body = errorObjectOf(propertyOf(error, 'details')) ?? errorObjectOf(jsonOrUndefined(refusal.body ?? ''));
    const words = wordsOf(body) ?? plainTextOf(refusal.body) ?? error.message;
    const code = ownCode ?? textOf(body, 'code');
    const kind = kindOf(status, code, words, refusal);
    return new Failure(kind, words, { ...detail, ...defined({ code }) }, { cause: error });
  }
  // For an operation that fails at its end, the SDK has a text only: "The long-running operation has failed. Code. Words".
  const ended = /^The long-running operation has (?:failed|been canceled)\.?\s*(.*)$/s.exec(error.message)?.[1];
  if (ended !== undefined)
    return new Failure('rejected', ended === '' ? error.message : ended, detail, { cause: error });
  if (ownCode === 'REQUEST_SEND_ERROR' || error.name === 'RestError') return systemFailure(subject, error);
  return error;
}

/**
 * The kind of failure that a refusal is. App Service also answers 401 if the quota is used up, and 429 while another operation changes
 * the same resource. These are not about the sign-in or the rate of requests. https://github.com/Azure/azure-cli/issues/31665
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
 * The object with the error's code and message. The Resource Manager has it below `error`; for App Service it is the whole body, with
 * names that begin with a capital. Undefined if there is neither a code nor a message.
 */
function errorObjectOf(body: unknown): unknown {
  const outer = fieldOf(body, 'error') ?? body;
  return textOf(outer, 'message') === undefined && textOf(outer, 'code') === undefined ? undefined : outer;
}

/** The message of an error and the messages of its details. A message that repeats another is left out. */
function wordsOf(refusal: unknown): string | undefined {
  const words: string[] = [];
  let part = refusal;
  for (let depth = 0; depth < 4 && part !== undefined; depth++) {
    const message = textOf(part, 'message')?.trim() ?? '';
    if (message !== '' && !words.some((said) => said.includes(message))) words.push(message);
    const below = fieldOf(part, 'details');
    part = Array.isArray(below) ? below[0] : undefined;
  }
  return words.join(' ').slice(0, 600) || undefined;
}

/** A body that is plain text; undefined for JSON, and for HTML such as the error page of a proxy. */
function plainTextOf(body: string | null | undefined): string | undefined {
  const text = body?.trim() ?? '';
  return text === '' || /^[<{[]/.test(text) ? undefined : text.replace(/^"(.*)"$/s, '$1').slice(0, 600);
}

function textOf(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** The field of that name, in any case; undefined for null. `name` is in lower case. */
function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = Object.keys(value).find((one) => one.toLowerCase() === name);
  return key === undefined ? undefined : (propertyOf(value, key) ?? undefined);
}

/** A property of an unknown value, such as an error of a library; undefined if it has none. */
export function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
