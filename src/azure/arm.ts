import { t } from '@vscode/l10n';
import type { TokenCredential } from '@azure/identity';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { PageTrail } from '../core/bounds';
import { Failure } from '../core/failure';
import type { FailureKind } from '../core/failure';
import { systemFailure } from '../core/http';
import { redactUrl } from '../core/redaction';
import type { Log } from '../core/log';
import type { Cloud, ReadAzureToken, Status } from './azure';

/** Who speaks in failures of the Resource Manager and what is behind it. */
const subject = 'Azure';
const kinds: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  429: 'rateLimited',
};

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
      // Of one client the scope is fixed to the public cloud, unless it is told: of others it is the endpoint's.
      credentials: { scopes: [cloud.armScope] },
      credentialScopes: [cloud.armScope],
      userAgentOptions: { userAgentPrefix: 'registry-explorer' },
      retryOptions: { maxRetries: 2, maxRetryDelayInMs: 5000 },
      additionalPolicies: [logging(log), keepingRefusals, followingDeletions].map((policy) => ({
        policy,
        position: 'perRetry' as const,
      })),
    },
  };
}

/** A line for each request, as core/http.ts writes it. */
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

/** Of a list that is refused, the SDK tells the status alone: what the service said stays with the request. */
const keepingRefusals: PipelinePolicy = {
  name: 'registryExplorerRefusals',
  sendRequest: async (request, next) => {
    const response = await next(request);
    if (response.status >= 400) Object.assign(request, { refusal: response.bodyAsText });
    return response;
  },
};

/**
 * Where a deletion goes on is told as a Location, and how far it is by what stands there, such as `{"status":"Deleting"}`: to the
 * SDK whatever is answered at a Location is the end, unless it is told that a status is to be read.
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

/** Runs calls of the SDK; what they throw becomes a Failure in the service's own words. */
export async function asked<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
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

/** Follows an operation to its end, telling what the service says of it. */
export async function finished<T>(poller: Poller<T>, status: Status, signal: AbortSignal): Promise<T> {
  poller.onProgress((state) => {
    status(state.status);
  });
  return poller.pollUntilDone({ abortSignal: signal });
}

/** Every item of a list. Rejects with a Failure where the list goes on without an end. */
export async function all<T>(list: { byPage(): AsyncIterable<readonly T[]> }): Promise<T[]> {
  const items: T[] = [];
  const trail = new PageTrail(subject);
  let pages = 0;
  for await (const page of list.byPage()) {
    for (const item of page) items.push(item);
    trail.after({ next: String(++pages) }, page.length);
    if (trail.failure !== undefined)
      throw new Failure('malformed', '', { subject, explanation: t('Azure’s list has no end') });
  }
  return items;
}

/** Whom somebody's identity is in the tenant, whom roles are given to. */
export function principalOf(identity: { readonly principalId?: string } | undefined, name: string): string {
  if (identity?.principalId !== undefined) return identity.principalId;
  throw new Failure('malformed', `${name} was given no identity`, { subject, speaker: 'program' });
}

/**
 * An identity of its own beside those that users gave it, which are named and no more: the rest is the service's to tell. `both`:
 * how the service calls having identities of both kinds.
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
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const detail = { subject, speaker: 'program' as const, ...(status === undefined ? {} : { status }) };
  if (status !== undefined) {
    const words = wordsOf(error) ?? error.message;
    return new Failure(
      kinds[status] ?? 'rejected',
      words,
      { ...detail, ...(code === undefined ? {} : { code }) },
      { cause: error },
    );
  }
  // An operation that fails at its end has a text only: "The long-running operation has failed. Code. Words".
  const ended = /^The long-running operation has (?:failed|been canceled)\.?\s*(.*)$/s.exec(error.message)?.[1];
  if (ended !== undefined)
    return new Failure('rejected', ended === '' ? error.message : ended, detail, { cause: error });
  if (code === 'REQUEST_SEND_ERROR' || error.name === 'RestError') return systemFailure(subject, error);
  return error;
}

/** The body of a refusal holds the reason, and sometimes a more precise one below it. */
function wordsOf(error: Error): string | undefined {
  const details = property(error, 'details') ?? parsed(property(property(error, 'request'), 'refusal'));
  const outer = property(details, 'error') ?? details;
  const inner = property(outer, 'details');
  const first: unknown = Array.isArray(inner) ? inner[0] : undefined;
  return (
    [property(outer, 'message'), property(first, 'message')]
      .filter((words): words is string => typeof words === 'string' && words !== '')
      .join(' ')
      .slice(0, 600) || undefined
  );
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Of what a library throws, whose types tell little. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
