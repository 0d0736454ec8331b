import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod/mini';
import { Failure } from '../core/failure';
import { jsonOrUndefined } from '../core/json';
import { apiVersions } from './apiVersions';
import { listAll, callAzure, requireField } from './arm';
import type { ArmClientArgumentsOf } from './arm';
import { pullRole } from './azure';
import type { AzureRegistry, ImageAccess, Subscription } from './azure';
import { registriesClient } from './registriesClient';

/** A new identity is not known to all of Azure at once, so the assignment of its role is tried again for this long. */
const principalWithinMs = 120_000;
/** The first wait. Each later wait is twice as long, up to the longest. */
const principalPollMs = 1_000;
const longestPollMs = 8_000;

/** Roles and credentials that let services pull from a registry. */
export class AzureImageAccess implements ImageAccess {
  constructor(private readonly clientArgumentsOf: ArmClientArgumentsOf) {}

  mayAssign({ subscription, id }: AzureRegistry, signal: AbortSignal): Promise<boolean> {
    return this.may(subscription, id, 'Microsoft.Authorization/roleAssignments/write', signal);
  }

  /** https://learn.microsoft.com/en-us/azure/role-based-access-control/role-definitions#actions-format */
  async may(subscription: Subscription, scope: string, action: string, signal: AbortSignal): Promise<boolean> {
    const permissions = await this.permissions(subscription, scope, signal);
    if (permissions === undefined) return true;
    return permissions.some(
      ({ actions, notActions }) =>
        actions?.some((pattern) => covers(pattern, action)) === true &&
        notActions?.some((pattern) => covers(pattern, action)) !== true,
    );
  }

  async grantPull(
    { repository, ...registry }: Parameters<ImageAccess['grantPull']>[0],
    principalId: string,
    signal: AbortSignal,
  ): Promise<'granted' | 'conditional'> {
    const client = await this.authorization(registry.subscription);
    // The SDK adds the slash at the start.
    const scope = registry.id.replace(/^\//, '');
    const roleName = pullRole(registry.usesAbac);
    const roles = await callAzure(signal, () =>
      listAll(client.roleDefinitions.list(scope, { filter: `roleName eq '${roleName}'`, abortSignal: signal })),
    );
    const roleDefinitionId = roles.find((role) => role.roleName === roleName)?.id;
    if (roleDefinitionId === undefined)
      throw new Failure('notFound', `there is no role ${roleName}`, { subject: 'Azure', speaker: 'program' });
    const repositories = registry.usesAbac && repository !== undefined ? [repository] : [];
    const role = { principalId, roleDefinitionId, principalType: 'ServicePrincipal' };
    const assign = (name: string, names: readonly string[]) =>
      callAzure(signal, () =>
        client.roleAssignments.create(scope, name, { ...role, ...conditionFor(names) }, { abortSignal: signal }),
      );
    const deadline = Date.now() + principalWithinMs;
    for (let waitMs = principalPollMs; ; waitMs = Math.min(2 * waitMs, longestPollMs)) {
      try {
        await assign(randomUUID(), repositories);
        return 'granted';
      } catch (error) {
        const code = error instanceof Failure ? error.detail.code : undefined;
        if (code === 'RoleAssignmentExists') break;
        if (code !== 'PrincipalNotFound' || Date.now() > deadline) throw error;
        await delay(waitMs, undefined, { signal });
      }
    }
    const [wanted] = repositories;
    if (wanted === undefined) return 'granted';
    // Azure allows an identity one assignment of a role in a scope, so the existing assignment gets the new condition.
    const filter = `principalId eq '${principalId}'`;
    const assignments = await callAzure(signal, () =>
      listAll(client.roleAssignments.listForScope(scope, { filter, abortSignal: signal })),
    );
    const ofThisRole = assignments.filter((one) => guidOf(one.roleDefinitionId) === guidOf(roleDefinitionId));
    const coverage = ofThisRole.map(({ condition }) => repositoriesOf(condition ?? undefined));
    if (coverage.some((names) => names === 'all' || names?.includes(wanted.toLowerCase()) === true)) return 'granted';
    const ofThisRegistry = ofThisRole.find((one) => one.scope?.toLowerCase() === registry.id.toLowerCase());
    const names = repositoriesOf(ofThisRegistry?.condition ?? undefined);
    if (ofThisRegistry?.name === undefined || names === undefined || names === 'all') return 'conditional';
    await assign(ofThisRegistry.name, [...names, wanted]);
    return 'granted';
  }

  async adminCredential({ subscription, resourceGroup, name }: AzureRegistry, signal: AbortSignal) {
    const client = await registriesClient(this.clientArgumentsOf, subscription);
    const { username, passwords } = await callAzure(signal, () =>
      client.registries.listCredentials(resourceGroup, name, { abortSignal: signal }),
    );
    const secret = requireField(passwords?.[0]?.value, `a password of the admin user of ${name}`);
    return { username: username ?? name, secret };
  }

  /** The account's permissions at a scope; undefined if the service does not say. The SDK has no call for those of a subscription. */
  private async permissions(
    subscription: Subscription,
    scope: string,
    signal: AbortSignal,
  ): Promise<PermissionsAnswer['value'] | undefined> {
    const { createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
    const client = await this.authorization(subscription);
    const { endpoint } = this.clientArgumentsOf(subscription.tenantId).options;
    const version = apiVersions['Microsoft.Authorization'];
    const url = `${endpoint}${scope}/providers/Microsoft.Authorization/permissions?api-version=${version}`;
    return callAzure(signal, async () => {
      const request = createPipelineRequest({ url, abortSignal: signal });
      const { status, bodyAsText } = await client.sendRequest(request);
      // An account that may not read its permissions may still have them, and the service does not answer this for every scope.
      if ([400, 403, 404, 405].includes(status)) return undefined;
      if (status !== 200) throw new RestError(`it answered ${status}`, { statusCode: status, request });
      const answer = permissionsAnswer.safeParse(jsonOrUndefined(bodyAsText ?? '')).data;
      // Further pages are not read; they may grant the action.
      return answer?.nextLink == null ? answer?.value : undefined;
    });
  }

  private async authorization({ id, tenantId }: Subscription) {
    const { AuthorizationManagementClient } = await import('@azure/arm-authorization');
    const { credential, options } = this.clientArgumentsOf(tenantId);
    return new AuthorizationManagementClient(credential, id, options);
  }
}

/** https://learn.microsoft.com/en-us/rest/api/authorization/permissions */
const permissionsAnswer = z.object({
  value: z.array(z.object({ actions: z.nullish(z.array(z.string())), notActions: z.nullish(z.array(z.string())) })),
  nextLink: z.nullish(z.string()),
});
type PermissionsAnswer = z.infer<typeof permissionsAnswer>;

const repositoryName = '@Request[Microsoft.ContainerRegistry/registries/repositories:name]';
const contentActions = ['content/read', 'metadata/read'].map(
  (action) => `!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/${action}'})`,
);
const conditionStart = `((${contentActions.join(' AND ')}) OR (`;

/**
 * A condition that allows reading only these repositories; no condition if the list is empty.
 * https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
 */
function conditionFor(repositories: readonly string[]): { condition?: string; conditionVersion?: string } {
  if (repositories.length === 0) return {};
  // Names of repositories have no quotes.
  const each = repositories.map((name) => `${repositoryName} StringEqualsIgnoreCase '${name}'`);
  return { condition: `${conditionStart}${each.join(' OR ')}))`, conditionVersion: '2.0' };
}

/** The repositories that a condition allows: `all` without a condition, undefined for one that `conditionFor` did not write. */
function repositoriesOf(condition: string | undefined): readonly string[] | 'all' | undefined {
  if (condition === undefined || condition.trim() === '') return 'all';
  const names = [...condition.matchAll(/StringEqualsIgnoreCase\s+'([^']*)'/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  const isOurs = normalizeCondition(conditionFor(names).condition ?? '') === normalizeCondition(condition);
  return isOurs ? names : undefined;
}

/** A condition in lower case and without spaces: neither has a meaning in it. */
function normalizeCondition(condition: string): string {
  return condition.toLowerCase().replace(/\s+/g, '');
}

/** The GUID at the end of a role definition's id. The part before it depends on the scope. */
function guidOf(roleDefinitionId: string | undefined): string {
  return (roleDefinitionId ?? '').replace(/^.*\//s, '').toLowerCase();
}

/**
 * Whether a pattern such as `Microsoft.Web/*` matches an action; `*` stands for any characters. The parts between are searched from left
 * to right, in linear time: a regular expression with many `*` could take very long.
 */
export function covers(pattern: string, action: string): boolean {
  const [first = '', ...others] = pattern.toLowerCase().split('*');
  const last = others.pop();
  const text = action.toLowerCase();
  if (last === undefined) return text === first;
  let at = text.startsWith(first) ? first.length : -1;
  for (const part of others) {
    const found = at === -1 ? -1 : text.indexOf(part, at);
    at = found === -1 ? -1 : found + part.length;
  }
  return at !== -1 && text.length - last.length >= at && text.endsWith(last);
}
