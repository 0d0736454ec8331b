import type { Reply } from '../faults';
import { jsonReply } from '../serve';
import type { SandboxAcr } from './acr';
import type { EntraClaims } from './entraTokens';

/** A resource as the Resource Manager answers it. */
export type Resource = Record<string, unknown> & {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  location: string;
  properties: Record<string, unknown>;
};

export interface SandboxTenant {
  readonly id: string;
  readonly name: string;
  /** Who may sign in to it. */
  readonly users: readonly string[];
}

export interface SandboxSubscription {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
}

export interface RoleAssignment {
  readonly name: string;
  readonly scope: string;
  readonly principalId: string;
  readonly role: string;
  /** Where it holds, in the language of conditions; absent: everywhere in its scope. */
  condition?: string;
}

/** All there is in the sandbox's Azure. */
export interface ArmState {
  /** Where it is, which is also what its tokens are for. */
  url: string;
  readonly tenants: SandboxTenant[];
  readonly subscriptions: SandboxSubscription[];
  /** Everything else, by id in lower case. */
  readonly resources: Map<string, Resource>;
  /** Long-running operations, by name: what they end with, how often they say that they are not done, and the id of what is changed. */
  readonly operations: Map<string, { left: number; readonly end: () => Record<string, unknown>; of?: string }>;
  /** Secrets that answers leave out, by id of the resource in lower case. */
  readonly secrets: Map<string, Record<string, string>>;
  readonly assignments: RoleAssignment[];
  /** Actions that nobody may do, by scope in lower case: there and below it. */
  readonly denied: Map<string, readonly string[]>;
  /** With which status it is refused to tell what somebody may do, by scope in lower case. */
  readonly untold: Map<string, number>;
  /** Principals of identities that roles were asked for, and how often each is still unknown to the directory's replicas. */
  readonly replicated: Map<string, number>;
  /** How often a new identity is unknown before it is known. */
  unknownFor: number;
  /** Registries that answer, by login server. */
  readonly registries: Map<string, SandboxAcr>;
  /** How far the services are that are not switched on, by namespace: `NotRegistered`, `Registering`. */
  readonly registrations: Map<string, string>;
  /** How often a service that is being switched on says so before it is. */
  registeringFor: number;
  /** Names that somebody else has. */
  readonly taken: Set<string>;
  /** How many instances of a tier of plans (`Basic`) each subscription may have, where that is not any number. */
  readonly quotas: Map<string, number>;
  /** Hosts outside of Azure that nobody pulls from without a credential. */
  readonly closedHosts: Set<string>;
  /** Each start of a web app's container: what it was to run, and why that could not be pulled. */
  readonly restarts: { readonly app: string; readonly image: string; readonly problem?: string }[];
  /** Webhooks whose address somebody has replaced by another. */
  readonly overwritten: string[];
  /** How often an operation says that it is not done. */
  polls: number;
  /** Makes a registry that answers; its login server. */
  readonly openRegistry: () => Promise<SandboxAcr>;
}

export interface ArmRequest {
  /** Who asks. */
  readonly claims: EntraClaims;
  readonly method: string;
  /** What the pattern's groups hold. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly subscription: SandboxSubscription | undefined;
}

export interface ArmRoute {
  readonly method: string;
  /** Tried on the path, whatever its case. */
  readonly path: RegExp;
  readonly apiVersion: string;
  readonly answer: (state: ArmState, request: ArmRequest) => Reply | Promise<Reply>;
}

export function armError(status: number, code: string, message: string): Reply {
  return jsonReply(status, { error: { code, message } });
}

/**
 * How App Service itself refuses, and what is behind it; of its addresses only the gateway in front answers as `armError` does.
 * Recorded by the Azure CLI (appservice, 400 of a zone redundant plan), and for 401 https://github.com/Azure/azure-cli/issues/31665
 */
export function webError(status: number, code: string, message: string): Reply {
  const entity = { ExtendedCode: '51021', MessageTemplate: '{0}', Parameters: [message], Code: code, Message: message };
  const Details = [{ Message: message }, { Code: code }, { ErrorEntity: entity }];
  return jsonReply(status, { Code: code, Message: message, Target: null, Details, Innererror: null });
}

export function notFound(id: string): Reply {
  return armError(404, 'ResourceNotFound', `The Resource '${id}' under resource group was not found.`);
}

/** Whether somebody lacks the right to an action: https://learn.microsoft.com/en-us/azure/role-based-access-control/troubleshooting */
export function refusal(state: ArmState, { upn }: EntraClaims, action: string, scope: string): Reply | undefined {
  if (!deniedAt(state, scope).some((pattern) => isCovered(pattern, action))) return undefined;
  return armError(
    403,
    'AuthorizationFailed',
    `The client '${upn}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** What nobody may do there, because it is denied there or above. */
export function deniedAt({ denied }: ArmState, scope: string): readonly string[] {
  const at = scope.toLowerCase().replaceAll('//', '/');
  return [...denied].filter(([above]) => `${at}/`.startsWith(`${above}/`)).flatMap(([, actions]) => actions);
}

function isCovered(pattern: string, action: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
}

/**
 * The action that a request is, and where: `Microsoft.Web/sites/config/write`. Nothing where it is about no resource.
 * https://learn.microsoft.com/en-us/azure/role-based-access-control/resource-provider-operations
 */
export function actionOf(
  method: string,
  path: string,
): { readonly action: string; readonly scope: string } | undefined {
  const at = path.toLowerCase().lastIndexOf('/providers/');
  const [namespace, ...segments] = at === -1 ? [] : path.slice(at + '/providers/'.length).split('/');
  if (namespace === undefined) return undefined;
  const types = segments.filter((_segment, index) => index % 2 === 0);
  const above = path.slice(0, at);
  if (method === 'POST' && segments.length % 2 === 1) {
    const scope = segments.length === 1 ? above : path.slice(0, path.lastIndexOf('/'));
    return { action: `${[namespace, ...types].join('/')}/action`, scope };
  }
  const verb = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' }[method];
  if (verb === undefined || types.length === 0) return undefined;
  return { action: `${[namespace, ...types].join('/')}/${verb}`, scope: segments.length % 2 === 1 ? above : path };
}

/** An operation that takes a while: 201 or 202 with the place to ask, in the header that its description names. azure-recordings, see README of the data */
export function longRunning(
  state: ArmState,
  statusPath: string,
  apiVersion: string,
  first: Reply,
  end: () => Record<string, unknown>,
  header: 'Azure-AsyncOperation' | 'Location' = 'Azure-AsyncOperation',
): Reply {
  const name = statusPath.slice(statusPath.lastIndexOf('/') + 1);
  let ended: Record<string, unknown> | undefined;
  state.operations.set(name.toLowerCase(), { left: state.polls, end: () => (ended ??= end()) });
  const address = `${state.url}${statusPath}?api-version=${apiVersion}`;
  return { ...first, headers: { ...first.headers, [header]: address } };
}

export function resourceIn(state: ArmState, id: string): Resource | undefined {
  return state.resources.get(id.toLowerCase());
}

export function put(state: ArmState, resource: Resource): Resource {
  state.resources.set(resource.id.toLowerCase(), resource);
  return resource;
}

/** Those of a type below a scope, by name. */
export function listed(state: ArmState, scope: string, type: string): readonly Resource[] {
  return [...state.resources.values()]
    .filter((resource) => resource.type === type && resource.id.toLowerCase().startsWith(`${scope.toLowerCase()}/`))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A page of a list, with a link to the next. */
export function paged(
  state: ArmState,
  path: string,
  apiVersion: string,
  all: readonly unknown[],
  query: URLSearchParams,
): Reply {
  const from = Number(query.get('$skiptoken') ?? '0');
  const size = 100;
  const next =
    from + size < all.length
      ? { nextLink: `${state.url}${path}?api-version=${apiVersion}&$skiptoken=${from + size}` }
      : {};
  return jsonReply(200, { value: all.slice(from, from + size), ...next });
}
