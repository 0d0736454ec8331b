import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../core/failure';
import { all, asked } from './arm';
import type { armClient } from './arm';
import type { AzureRegistry, ImageAccess, Place, Subscription } from './azure';

export type ArmClientIn = (tenantId: string) => ReturnType<typeof armClient>;

/** An identity that was made just now is not known everywhere at once. */
const principalWithinMs = 120_000;
const principalPollMs = 3_000;

/** Roles and credentials that let services pull from a registry. */
export class PullAccessOf implements ImageAccess {
  constructor(private readonly client: ArmClientIn) {}

  async mayAssign(registry: AzureRegistry, signal: AbortSignal): Promise<boolean> {
    const action = 'Microsoft.Authorization/roleAssignments/write';
    return this.may(registry.subscription, action, signal, ({ permissions }) =>
      permissions.listForResource(
        registry.resourceGroup,
        'Microsoft.ContainerRegistry',
        '',
        'registries',
        registry.name,
        { abortSignal: signal },
      ),
    );
  }

  async mayCreate({ subscription, resourceGroup }: Place, type: string, signal: AbortSignal): Promise<boolean> {
    return this.may(subscription, `${type}/write`, signal, ({ permissions }) =>
      permissions.listForResourceGroup(resourceGroup, { abortSignal: signal }),
    );
  }

  async grantPull(registry: AzureRegistry, principalId: string, signal: AbortSignal): Promise<void> {
    const client = await this.authorization(registry.subscription);
    // The SDK puts a slash in front.
    const scope = registry.id.replace(/^\//, '');
    // The registries whose rights go by repository give nothing to the role of old.
    const roleName = registry.usesAbac ? 'Container Registry Repository Reader' : 'AcrPull';
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

  /** https://learn.microsoft.com/en-us/azure/role-based-access-control/role-definitions#actions-format */
  private async may(
    subscription: Subscription,
    action: string,
    signal: AbortSignal,
    list: (client: Awaited<ReturnType<PullAccessOf['authorization']>>) => AsyncIterable<Permission>,
  ): Promise<boolean> {
    const client = await this.authorization(subscription);
    const permissions = await asked(signal, () => all(list(client)));
    return permissions.some(
      ({ actions = [], notActions = [] }) =>
        actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action)),
    );
  }

  private async authorization({ id, tenantId }: Subscription) {
    const { AuthorizationManagementClient } = await import('@azure/arm-authorization');
    const { credential, options } = this.client(tenantId);
    return new AuthorizationManagementClient(credential, id, options);
  }
}

interface Permission {
  readonly actions?: string[];
  readonly notActions?: string[];
}

function covers(pattern: string, action: string): boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`, 'i').test(action);
}
