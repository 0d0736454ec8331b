import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';
import { apiVersionOf } from './apiVersions';
import { callAzure } from './arm';
import type { ArmClientArgumentsOf } from './arm';
import type { Subscription } from './azure';

/** Looks for existing resources. Creating a resource with the name of an existing one would change that one. */
export class ExistingResources {
  constructor(private readonly clientArgumentsOf: ArmClientArgumentsOf) {}

  /** Whether a resource or resource group with that id exists. Its type must be in apiVersions.ts. */
  async exists({ id, tenantId }: Subscription, resourceId: string, signal: AbortSignal): Promise<boolean> {
    const { ResourceManagementClient } = await import('@azure/arm-resources');
    const { credential, options } = this.clientArgumentsOf(tenantId);
    const client = new ResourceManagementClient(credential, id, options);
    const [, group, type] = /\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+\/[^/]+)\/[^/]+)?$/i.exec(resourceId) ?? [];
    const version = type === undefined ? '' : apiVersionOf(type);
    if (group === undefined || version === undefined) throw new Error(`${resourceId} is no id that can be asked about`);
    try {
      await callAzure<unknown>(signal, () =>
        type === undefined
          ? client.resourceGroups.get(group, { abortSignal: signal })
          : // The SDK adds the slash at the start.
            client.resources.getById(resourceId.replace(/^\//, ''), version, { abortSignal: signal }),
      );
      return true;
    } catch (error) {
      if (error instanceof Failure && error.kind === 'notFound') return false;
      throw error;
    }
  }

  /** Rejects with a Failure if a resource with that id exists. */
  async rejectIfExists(subscription: Subscription, resourceId: string, signal: AbortSignal): Promise<void> {
    if (!(await this.exists(subscription, resourceId, signal))) return;
    const name = resourceId.slice(resourceId.lastIndexOf('/') + 1);
    const explanation = t('{0} already exists and is not overwritten; choose it, or another name', name);
    throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', code: 'EXISTS', explanation });
  }
}
