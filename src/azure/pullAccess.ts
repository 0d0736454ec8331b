import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod/mini';
import { Failure } from '../core/failure';
import { all, asked } from './arm';
import type { armClient } from './arm';
import { pullRole } from './azure';
import type { AzureRegistry, ImageAccess, Subscription } from './azure';

export type ArmClientIn = (tenantId: string) => ReturnType<typeof armClient>;

/** An identity that was made just now is not known everywhere at once. */
const principalWithinMs = 120_000;
const principalPollMs = 3_000;

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
      ({ actions = [], notActions = [] }) =>
        actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action)),
    );
  }

  async grantPull(registry: AzureRegistry, principalId: string, signal: AbortSignal): Promise<void> {
    const client = await this.authorization(registry.subscription);
    // The SDK puts a slash in front.
    const scope = registry.id.replace(/^\//, '');
    const roleName = pullRole(registry.usesAbac);
    const roles = await asked(signal, () =>
      all(client.roleDefinitions.list(scope, { filter: `roleName eq '${roleName}'`, abortSignal: signal })),
    );
    const roleDefinitionId = roles.find((role) => role.roleName === roleName)?.id;
    if (roleDefinitionId === undefined)
      throw new Failure('notFound', `there is no role ${roleName}`, { subject: 'Azure', speaker: 'program' });
    const parameters = { principalId, roleDefinitionId, principalType: 'ServicePrincipal' };
    const deadline = Date.now() + principalWithinMs;
    for (;;) {
      try {
        await asked(signal, () =>
          client.roleAssignments.create(scope, randomUUID(), parameters, { abortSignal: signal }),
        );
        return;
      } catch (error) {
        const code = error instanceof Failure ? error.detail.code : undefined;
        if (code === 'RoleAssignmentExists') return;
        if (code !== 'PrincipalNotFound' || Date.now() > deadline) throw error;
        await delay(principalPollMs, undefined, { signal });
      }
    }
  }

  async adminCredential({ subscription, resourceGroup, name }: AzureRegistry, signal: AbortSignal) {
    const { ContainerRegistryManagementClient } = await import('@azure/arm-containerregistry');
    const { credential, options } = this.client(subscription.tenantId);
    const client = new ContainerRegistryManagementClient(credential, subscription.id, options);
    const { username, passwords } = await asked(signal, () =>
      client.registries.listCredentials(resourceGroup, name, { abortSignal: signal }),
    );
    return { username: username ?? name, secret: passwords?.[0]?.value ?? '' };
  }

  /** The SDK asks for those of resource groups and resources alone; nothing where they are not told. */
  private async permissions(
    subscription: Subscription,
    scope: string,
    signal: AbortSignal,
  ): Promise<PermissionsAnswer['value'] | undefined> {
    const { createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
    const client = await this.authorization(subscription);
    const { endpoint } = this.client(subscription.tenantId).options;
    const url = `${endpoint}${scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
    return asked(signal, async () => {
      const request = createPipelineRequest({ url, abortSignal: signal });
      const { status, bodyAsText } = await client.sendRequest(request);
      if (status === 404 || status === 405) return undefined;
      if (status !== 200) throw new RestError(`it answered ${status}`, { statusCode: status, request });
      return permissionsAnswer.parse(JSON.parse(bodyAsText ?? '')).value;
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
  value: z.array(z.object({ actions: z.optional(z.array(z.string())), notActions: z.optional(z.array(z.string())) })),
});
type PermissionsAnswer = z.infer<typeof permissionsAnswer>;

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
