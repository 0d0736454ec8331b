import { t } from '@vscode/l10n';
import { abandonable } from '../../core/shared';
import { azureOf } from '../../azure/azure';
import type { Azure, AzureRegistry, Subscription } from '../../azure/azure';
import type { App } from '../app';
import { connectedAzure, showRegistry } from '../azure/connectedAzure';
import type { ConnectedAzure } from '../azure/connectedAzure';
import { plural } from '../../core/locale';
import type { Node } from '../tree/node';
import { count } from '../words';
import { nodeCommand } from './command';

interface Creation {
  readonly in: ConnectedAzure;
  readonly subscription: Subscription | undefined;
}

export const createRegistry = nodeCommand<Creation>({
  id: 'createRegistry',
  title: () => t('Create Registry…'),
  downTo: 'connection',
  needs: (node) => {
    const { entry } = node;
    const account = connectedAzure(node);
    if (account === undefined) return undefined;
    const subscription = account.resources.subscriptionOf(entry);
    return entry === undefined || subscription !== undefined ? { in: account, subscription } : undefined;
  },
  doing: () => t('create the registry'),
  run: async (app, { in: account, subscription }) => {
    const flow = await import('../azure/flows');
    const created = await flow.createRegistry(app, account.resources.azure, subscription);
    if (created !== undefined) await showRegistry(app, account, created);
  },
});

interface Existing {
  readonly node: Node;
  readonly azure: Azure;
  readonly registry: AzureRegistry;
}

function azureRegistry(node: Node): Existing | undefined {
  const resources = azureOf(node.provider);
  const registry = resources?.registryOf(node.entry);
  return resources && registry && { node, azure: resources.azure, registry };
}

export const deleteRegistry = nodeCommand<Existing>({
  id: 'deleteRegistry',
  title: () => t('Delete Registry…'),
  downTo: 'registry',
  below: (node) => connectedAzure(node) !== undefined,
  needs: azureRegistry,
  doing: ({ registry }) => t('delete {0}', registry.name),
  run: async (app, { node, azure, registry }) => {
    const { name } = registry;
    const answer = await app.ask.input({
      title: t('Delete {0}', name),
      prompt: t(
        'Deletes all its repositories, images, tokens and webhooks, for everyone. This cannot be undone. To delete it, type its name.',
      ),
      placeholder: name,
      problem: (text) => (text.trim() === name ? undefined : t('Type “{0}” to delete it.', name)),
    });
    if (answer === undefined || answer === 'back') return;
    const ended = () => {
      app.tree.refresh(node.parent);
      return t('Deleted {0}', name);
    };
    await followOperation(
      app,
      { title: t('Deleting {0}', name), doing: t('delete {0}', name), ended },
      (status, signal) => azure.deleteRegistry(registry, status, signal),
    );
  },
});

interface Operation {
  readonly title: string;
  /** Completes "Could not …" if it fails. */
  readonly doing: string;
  /** Called at the end. Returns the text that says what was done. */
  readonly ended: () => string;
}

/**
 * Waits for an operation of Azure to end. If the user cancels, the operation continues in Azure, and a message says later how it
 * ended.
 */
async function followOperation(
  app: App,
  { title, doing, ended }: Operation,
  run: (status: (text: string) => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await app.working(title, async (progress, signal) => {
    const running = run(progress, new AbortController().signal);
    try {
      await abandonable(running, signal);
    } catch (error) {
      if (signal.aborted) {
        app.tell(t('{0}: Azure continues in the background. A message will say how it ends.', title), 'information');
        const tell = () => {
          app.tell(ended(), 'information');
        };
        void running.then(tell, (failure: unknown) => {
          app.fail(failure, doing);
        });
      }
      throw error;
    }
  });
  app.done(ended());
}

export const copyLoginServer = nodeCommand<string>({
  id: 'copyLoginServer',
  title: () => t('Copy Login Server'),
  downTo: 'registry',
  below: (node) => connectedAzure(node) !== undefined,
  needs: ({ entry }) => (entry?.kind === 'registry' ? entry.host : undefined),
  doing: (host) => t('copy {0}', host),
  run: async (app, host) => {
    await app.copy(host);
    app.done(t('Copied {0}', host));
  },
});

export const openInPortal = nodeCommand<URL>({
  id: 'openInPortal',
  title: () => t('Open in Portal'),
  downTo: 'repository',
  below: ({ provider }) => provider.consolePage !== undefined,
  needs: ({ entry, provider }) => (entry?.kind === 'tag' ? undefined : provider.consolePage?.(entry)),
  doing: () => t('open the portal'),
  run: (app, url) => app.browse(url),
});

export const signInToTenant = nodeCommand({
  id: 'signInToTenant',
  title: () => t('Sign In to Tenant…'),
  downTo: 'group',
  below: ({ connection, provider }) => connection.signIn.kind === 'account' && azureOf(provider) !== undefined,
  needs: ({ entry, provider, connection, parent }) => {
    const tenantId = azureOf(provider)?.tenantOf(entry);
    return tenantId !== undefined && connection.signIn.kind === 'account'
      ? { tenantId, name: entry?.label ?? tenantId, connection, parent }
      : undefined;
  },
  doing: ({ name }) => t('sign in to the tenant {0}', name),
  run: async (app, { tenantId, name, connection, parent }) => {
    if (!(await app.accounts.signInToTenant(connection, tenantId))) return;
    app.tree.refresh(parent);
    app.done(t('Signed in to {0}', name));
  },
});

export const selectSubscriptions = nodeCommand({
  id: 'selectSubscriptions',
  title: () => t('Select Subscriptions…'),
  downTo: 'connection',
  needs: ({ entry, provider: { choosableGroups: choosable }, connection }) =>
    entry === undefined && choosable !== undefined ? { choosable, connection } : undefined,
  doing: ({ connection }) => t('list the subscriptions of {0}', connection.label),
  run: async (app, { choosable, connection }) => {
    const controller = new AbortController();
    let all = 0;
    const items = choosable(controller.signal).then((offered) => {
      all = offered.length;
      return offered.map(({ group: { key, label, detail = key }, isShown }) => ({
        label,
        description: detail,
        value: key,
        isTicked: isShown,
      }));
    });
    const chosen = await app.ask.pickSeveral({
      title: t('Select Subscriptions'),
      placeholder: t('Subscriptions to show in the Registries view'),
      items,
    });
    controller.abort();
    if (chosen === undefined) return;
    const isAll = chosen.length === 0 || chosen.length === all;
    // An empty list means all subscriptions, including future ones, even if they are filtered elsewhere.
    await app.connections.setShown(connection.id, { groups: isAll ? [] : chosen });
    app.done(
      isAll
        ? t('Showing all subscriptions')
        : plural(all, t('Showing {1} of {0} subscription | Showing {1} of {0} subscriptions'), count(chosen.length)),
    );
  },
});
