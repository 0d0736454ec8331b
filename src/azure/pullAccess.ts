import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod/mini';
import { Failure } from '../core/failure';
import { jsonOrUndefined } from '../core/json';
import { apiVersions } from './apiVersions';
import { listAll, callAzure, requireField } from './arm';
import type { ArmClientIn } from './arm';
import { pullRole } from './azure';
import type { AzureRegistry, ImageAccess, Subscription } from './azure';
import { registriesClient } from './registriesClient';

/** An identity that was made just now is not known everywhere at once. */
const principalWithinMs = 120_000;
/** The first time; twice as long each time after it, up to the longest. */
const principalPollMs = 1_000;
const longestPollMs = 8_000;

/** Roles and credentials that let services pull from a registry. */
export class PullAccessOf implements ImageAccess {
  constructor(private readonly client: ArmClientIn) {}

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
    // The SDK puts a slash in front.
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
    // Azure allows one assignment of a role in one scope: the existing assignment gets the new condition.
    const filter = `principalId eq '${principalId}'`;
    const given = await callAzure(signal, () =>
      listAll(client.roleAssignments.listForScope(scope, { filter, abortSignal: signal })),
    );
    const same = given.filter((one) => guidOf(one.roleDefinitionId) === guidOf(roleDefinitionId));
    const coverage = same.map(({ condition }) => repositoriesOf(condition ?? undefined));
    if (coverage.some((names) => names === 'all' || names?.includes(wanted.toLowerCase()) === true)) return 'granted';
    const own = same.find((one) => one.scope?.toLowerCase() === registry.id.toLowerCase());
    const names = repositoriesOf(own?.condition ?? undefined);
    if (own?.name === undefined || names === undefined || names === 'all') return 'conditional';
    await assign(own.name, [...names, wanted]);
    return 'granted';
  }

  async adminCredential({ subscription, resourceGroup, name }: AzureRegistry, signal: AbortSignal) {
    const client = await registriesClient(this.client, subscription);
    const { username, passwords } = await callAzure(signal, () =>
      client.registries.listCredentials(resourceGroup, name, { abortSignal: signal }),
    );
    const secret = requireField(passwords?.[0]?.value, `a password of the admin user of ${name}`);
    return { username: username ?? name, secret };
  }

  /** The account's permissions at a scope; nothing if the service does not tell. The SDK has no call for those of a subscription. */
  private async permissions(
    subscription: Subscription,
    scope: string,
    signal: AbortSignal,
  ): Promise<PermissionsAnswer['value'] | undefined> {
    const { createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
    const client = await this.authorization(subscription);
    const { endpoint } = this.client(subscription.tenantId).options;
    const version = apiVersions['Microsoft.Authorization'];
    const url = `${endpoint}${scope}/providers/Microsoft.Authorization/permissions?api-version=${version}`;
    return callAzure(signal, async () => {
      const request = createPipelineRequest({ url, abortSignal: signal });
      const { status, bodyAsText } = await client.sendRequest(request);
      // Who may not read them may have them all the same; not every scope takes the question.
      if ([400, 403, 404, 405].includes(status)) return undefined;
      if (status !== 200) throw new RestError(`it answered ${status}`, { statusCode: status, request });
      const answer = permissionsAnswer.safeParse(jsonOrUndefined(bodyAsText ?? '')).data;
      // What further pages hold is not looked up: it may be there.
      return answer?.nextLink == null ? answer?.value : undefined;
    });
  }

  private async authorization({ id, tenantId }: Subscription) {
    const { AuthorizationManagementClient } = await import('@azure/arm-authorization');
    const { credential, options } = this.client(tenantId);
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
const nothingElse = `((${contentActions.join(' AND ')}) OR (`;

/**
 * Reading of these repositories alone; of every one where none is named.
 * https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
 */
function conditionFor(repositories: readonly string[]): { condition?: string; conditionVersion?: string } {
  if (repositories.length === 0) return {};
  // Names of repositories have no quotes.
  const each = repositories.map((name) => `${repositoryName} StringEqualsIgnoreCase '${name}'`);
  return { condition: `${nothingElse}${each.join(' OR ')}))`, conditionVersion: '2.0' };
}

/** What a condition leaves: `all` without one, and nothing known of one that is not written as `conditionFor` does. */
function repositoriesOf(condition: string | undefined): readonly string[] | 'all' | undefined {
  if (condition === undefined || condition.trim() === '') return 'all';
  const names = [...condition.matchAll(/StringEqualsIgnoreCase\s+'([^']*)'/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  const isOurs = bare(conditionFor(names).condition ?? '') === bare(condition);
  return isOurs ? names : undefined;
}

/** In lower case and without spaces, which mean nothing there. */
function bare(condition: string): string {
  return condition.toLowerCase().replace(/\s+/g, '');
}

/** The GUID at the end of a role definition's id. What stands before it depends on the scope. */
function guidOf(roleDefinitionId: string | undefined): string {
  return (roleDefinitionId ?? '').replace(/^.*\//s, '').toLowerCase();
}

/** `*` stands for any characters. Found from left to right: a regular expression with many of them could take for ever. */
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
