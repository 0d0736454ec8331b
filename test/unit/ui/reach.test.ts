import { describe, expect, it } from 'vitest';
import type { Azure, AzureRegistry, Subscription } from '../../../src/azure/azure';
import type { Connection, Entry, Group, ImageDetails, Repository, Tag } from '../../../src/core/model';
import { Failure } from '../../../src/core/failure';
import { listProviderTypes } from '../../../src/providers/table';
import type { ProviderType, RegistryProvider } from '../../../src/providers/provider';
import type { Ask, Choice } from '../../../src/ui/ask';
import type { AnyNode, NodeCommand } from '../../../src/ui/commands/command';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { commands } from '../../../src/ui/commands/table';
import { pickNode } from '../../../src/ui/pickNode';
import { rowBelow, rowOf } from '../../../src/ui/tree/node';
import type { Node } from '../../../src/ui/tree/node';
import { contextOf, publicCloud } from '../providerContext';
import { stub } from '../stub';
import { fakeApp, localImage } from './fakeApp';

const subscription: Subscription = { id: 's1', name: 'Production', tenantId: 't1' };
const registry: AzureRegistry = {
  ...{ id: '/subscriptions/s1/registries/contoso', name: 'contoso', loginServer: 'contoso.azurecr.io', subscription },
  ...{ location: 'westeurope', sku: 'Basic', resourceGroup: 'g', adminUserEnabled: false, anonymousPullEnabled: false },
  ...{ usesAbac: false, isPrivate: false },
};
const refusal = new Failure('unauthorized', '', { subject: 'login.microsoftonline.com' });

/** An account with one subscription, which has one registry, and a tenant that does not let it in. */
const azure = stub<Azure>('azure', {
  cloud: publicCloud(),
  token: () => Promise.reject(refusal),
  subscriptions: () =>
    Promise.resolve({ subscriptions: [subscription], failed: [{ id: 't2', name: 'Fabrikam', failure: refusal }] }),
  registries: () => Promise.resolve([registry]),
  portalPage: () => new URL('https://portal.azure.com/#contoso'),
});

const types = listProviderTypes({ cloud: publicCloud, open: () => azure });
const addresses: Readonly<Record<string, string>> = {
  azure: 'https://management.azure.com',
  acr: 'https://contoso.azurecr.io',
  dockerHub: 'https://hub.docker.com',
  ghcr: 'https://github.com',
  gitlab: 'https://gitlab.com',
};
const digest = `sha256:${'a'.repeat(64)}`;
const details = (isLocked: boolean): ImageDetails => ({
  ...{ digest, mediaType: 'm', type: 'image', platforms: [], labels: {}, isLocked },
});

/** A connection of each kind. It signs in with an account, and shows a namespace and a repository that were added by name. */
function connected(type: ProviderType): Node {
  const connection: Connection = {
    ...{ id: `of-${type.id}`, provider: type.id, label: type.label },
    url: addresses[type.id] ?? 'https://registry.example.com/team',
    signIn:
      type.id === 'azure'
        ? { kind: 'account', authentication: 'microsoft', account: 'alice' }
        : { kind: 'basic', account: 'alice' },
    shown: { namespaces: ['team'], repositories: [`${hostFor(type)}/team/app`] },
  };
  const real = type.open(connection, contextOf({ kind: 'basic', username: 'alice', secret: 's' }));
  const list: RegistryProvider['list'] = async (parent, cursor, signal) =>
    type.id === 'azure' && (parent === undefined || parent.kind === 'group')
      ? real.list(parent, cursor, signal)
      : { items: rowsBelow(type, parent) };
  // What it can do comes from the provider itself; only what it lists is written down.
  const provider = Object.create(real, { list: { value: list } }) as RegistryProvider;
  return rowOf({ connection, provider });
}

function hostFor({ id }: ProviderType): string {
  const hosts: Readonly<Record<string, string>> = {
    azure: 'contoso.azurecr.io',
    acr: 'contoso.azurecr.io',
    ghcr: 'ghcr.io',
  };
  return hosts[id] ?? (id === 'dockerHub' ? 'docker.io' : 'registry.example.com');
}

const team: Group = { kind: 'group', key: 'team', label: 'team' };

function rowsBelow(type: ProviderType, parent: Entry | undefined): readonly Entry[] {
  const image = { host: hostFor(type), path: 'team/app' };
  const tag = (label: string, isLocked: boolean): Tag => ({
    ...{ kind: 'tag', label, image: { ...image, tag: label }, details: details(isLocked) },
  });
  const app: Repository = { kind: 'repository', label: 'team/app', image };
  switch (parent?.kind) {
    case undefined:
      return ['dockerHub', 'ghcr', 'gitlab'].includes(type.id) ? [team] : [app];
    case 'group':
    case 'registry':
      return [app];
    case 'repository':
      return [tag('1', false), tag('2', true)];
    case 'tag':
      return [{ kind: 'platform', label: 'linux/amd64', image: { ...image, digest }, attachments: [] }];
    case 'platform':
      return [{ kind: 'attachment', label: 'SBOM', type: 'sbom', image: { ...image, digest } }];
    case 'attachment':
      return [];
  }
}

async function everyRowBelow(node: Node): Promise<readonly Node[]> {
  const { items } = await node.provider
    .list(node.entry, undefined, new AbortController().signal)
    .catch((error: unknown) => ({ items: orRefused(error) }));
  const below = await Promise.all(items.map((entry) => everyRowBelow(rowBelow(node, entry))));
  return [node, ...below.flat()];
}

/** The tenant that does not let the account in has no rows; its failure leads to signing in. */
function orRefused(error: unknown): readonly never[] {
  if (error instanceof Failure && error.detail.nextStep === 'signInToTenant') return [];
  throw error;
}

/** Walks every way through the boxes of a command. */
async function everyWay(command: NodeCommand, root: Node) {
  const ends: AnyNode[] = [];
  const empty: string[] = [];
  const ways: (readonly string[])[] = [[]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const left = [...way];
    let at = '';
    let offered: readonly string[] = [];
    const pick: Ask['pick'] = async (step) => {
      const items: readonly Choice<unknown>[] = await step.items;
      const label = left.shift();
      const chosen = items.find((item) => item.label === label);
      at = step.placeholder;
      if (chosen === undefined) offered = items.map((item) => item.label);
      // The choice is one of these items.
      return chosen === undefined ? undefined : { value: chosen.value as never };
    };
    const { app } = fakeApp({ ask: { pick }, connected: [root] });
    const [end, isRefused] = await pickNode(app, { ...command, views: { registries: true, images: false } }).then(
      (node) => [node, false] as const,
      (error: unknown) => [orRefused(error)[0], true] as const,
    );
    if (isRefused) continue;
    if (end !== undefined) ends.push(end);
    else if (offered.length === 0 || offered[0]?.startsWith('Nothing here') === true)
      empty.push(`${way.join(' > ')}: ${at}`);
    else ways.push(...offered.map((label) => [...way, label]));
  }
  return { ends, empty };
}

const ofRows = commands.flatMap((command) =>
  command.kind === 'node' && command.views.registries ? [[command.id, command] as const] : [],
);

const roots = new Map(types.map((type) => [type, connected(type)]));
const rootOf = (type: ProviderType) => roots.get(type) ?? connected(type);

describe.each(ofRows)('%s, called from the palette', (_id, command) => {
  it.each(types.map((type) => [type.id, type] as const))(
    'leads to a row of %s, or is not offered it',
    async (_type, type) => {
      const root = rootOf(type);
      const rows = (await everyRowBelow(root)).filter(command.applies);
      if (!command.reaches(root)) {
        expect(rows.map(({ id }) => id)).toEqual([]);
        return;
      }
      const { ends, empty } = await everyWay(command, root);
      expect(empty).toEqual([]);
      expect(ends.length).toBeGreaterThan(0);
      expect(ends.filter((end) => !command.applies(end))).toEqual([]);
    },
  );

  it('says with which kinds of registry it can be used, where none of those is connected', async () => {
    const able = types.filter((type) => command.reaches(rootOf(type)));
    const unable = types.filter((type) => !able.includes(type));
    const [first] = unable;
    if (first === undefined) return;
    const said: string[] = [];
    const { app } = fakeApp({
      connected: [rootOf(first)],
      providerTypes: types,
      cloud: publicCloud,
      open: (connection, credential) => {
        const type = types.find(({ id }) => id === connection.provider);
        if (type === undefined) throw new Error(connection.provider);
        return type.open(connection, contextOf(credential));
      },
      ask: {},
      message: (_kind, text, ...buttons) => {
        said.push(`${text} [${buttons.join('] [')}]`);
        return Promise.resolve(undefined);
      },
    });
    await runCommand(app, [{ ...command, views: { registries: true, images: false } }], command.id, []);
    const named = able.filter(({ isPreset }) => isPreset !== true || !able.some((type) => type.isPreset === false));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/\[Connect Registry…\]$/);
    const list = new Intl.ListFormat('en').format(named.map(({ label }) => label));
    if (command.nowhere === undefined)
      expect(said[0]).toContain(named.length === 0 ? 'that are connected. [' : ` It can be used with: ${list}. [`);
  });
});

describe('the images of this machine', () => {
  const ofImages = commands.flatMap((command) =>
    command.kind === 'node' && command.views.images ? [[command.id, command] as const] : [],
  );
  const image = localImage('a', ['registry.example.com/app:1'], {
    digests: [{ host: 'registry.example.com', path: 'app', digest }],
  });

  it.each(ofImages)('has a row for %s', async (_id, command) => {
    let offered: readonly string[] = [];
    const pick: Ask['pick'] = async (step) => {
      const items = await step.items;
      offered = items.map(({ label }) => label);
      return items[0] && { value: items[0].value };
    };
    const { app } = fakeApp({ ask: { pick }, images: { list: () => Promise.resolve([image]) } });
    const node = await pickNode(app, { ...command, views: { registries: false, images: true } });
    expect([offered.length > 0, node !== undefined && command.applies(node)]).toEqual([true, true]);
  });
});
