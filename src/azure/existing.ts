import { t } from '@vscode/l10n';
import { Failure } from '../core/failure';
import { apiVersionOf } from './apiVersions';
import { callAzure } from './arm';
import type { ArmClientIn } from './arm';
import type { Subscription } from './azure';

/** Looks for existing resources. Creating a resource with the name of an existing one would change that one. */
export class Existing {
  constructor(private readonly client: ArmClientIn) {}

  /** Whether a resource, or a resource group, of that id is there. */
  async has({ id, tenantId }: Subscription, resourceId: string, signal: AbortSignal): Promise<boolean> {
    const { ResourceManagementClient } = await import('@azure/arm-resources');
    const { credential, options } = this.client(tenantId);
    const client = new ResourceManagementClient(credential, id, options);
    const [, group, type] = /\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+\/[^/]+)\/[^/]+)?$/i.exec(resourceId) ?? [];
    const version = type === undefined ? '' : apiVersionOf(type);
    if (group === undefined || version === undefined) throw new Error(`${resourceId} is no id that can be asked about`);
    try {
      await callAzure<unknown>(signal, () =>
        type === undefined
          ? client.resourceGroups.get(group, { abortSignal: signal })
          : // The SDK puts a slash in front.
            client.resources.getById(resourceId.replace(/^\//, ''), version, { abortSignal: signal }),
      );
      return true;
    } catch (error) {
      if (error instanceof Failure && error.kind === 'notFound') return false;
      throw error;
    }
  }

  /** Refuses what is about to be made where something of that name is. */
  async refuse(subscription: Subscription, resourceId: string, signal: AbortSignal): Promise<void> {
    if (!(await this.has(subscription, resourceId, signal))) return;
    const name = resourceId.slice(resourceId.lastIndexOf('/') + 1);
    const explanation = t('{0} already exists and is not overwritten; choose it, or another name', name);
    throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', code: 'EXISTS', explanation });
  }
}
