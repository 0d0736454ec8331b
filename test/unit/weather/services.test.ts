import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Connection, Credential, Entry } from '../../../src/core/model';
import type { ProviderContext, RegistryProvider } from '../../../src/providers/provider';
import { providerTypes } from '../providerTypes';
import { report } from '../../../src/ui/report';
import { startAcr } from '../../sandbox/azure/acr';
import { startDockerHub } from '../../sandbox/dockerHub/hub';
import type { Faults } from '../../sandbox/faults';
import { startGitHub } from '../../sandbox/github/github';
import { startGitLab, type GitLabOptions } from '../../sandbox/gitlab/gitlab';
import { quirks, startVendor } from '../../sandbox/vendors';
import { weather } from '../../sandbox/weather';
import { contextOf } from '../providerContext';
import { expectNoStrays, image, shortenTimeLimits } from './bench';
import { late, sentences } from './sentences';

expectNoStrays();

/** A service with an API of its own, and something that it lists. */
interface Service {
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  readonly provider: RegistryProvider;
  readonly parent: Entry | undefined;
}

const alice: Credential = { kind: 'basic', username: 'alice', secret: 'secret' };
const seed = { name: 'alice/app', tags: { a: image } };
const group: Entry = { kind: 'group', key: 'alice', label: 'alice' };

function open(connection: Omit<Connection, 'id' | 'label'>, context: Partial<ProviderContext> = {}): RegistryProvider {
  const type = providerTypes.find(({ id }) => id === connection.provider);
  if (type === undefined) throw new Error(connection.provider);
  return type.open({ ...connection, id: 'test', label: 'Test' }, contextOf(alice, context));
}

const settings = (values: Readonly<Record<string, string>>) => ({ setting: (name: string) => values[name] ?? '' });

function until<T extends { readonly stop: () => Promise<void> }>(server: T): T {
  onTestFinished(() => server.stop());
  return server;
}

const services: Readonly<Record<string, () => Promise<Service>>> = {
  'Docker Hub': async () => {
    const hub = until(await startDockerHub({ repositories: [seed], users: { alice: { secret: 'secret' } } }));
    const context = settings({ 'dockerHub.url': hub.url, 'dockerHub.registryUrl': hub.registryUrl });
    const provider = open(
      { provider: 'dockerHub', url: hub.url, signIn: { kind: 'basic', account: 'alice' } },
      context,
    );
    return { ...hub, provider, parent: group };
  },
  GitHub: async () => {
    const gitHub = until(
      await startGitHub({
        packages: { 'alice/app': [{ manifest: image, tags: ['a'], updated: new Date() }] },
        organizations: [],
        users: ['alice'],
        tokens: { secret: { login: 'alice', scopes: ['read:packages', 'read:org'] } },
      }),
    );
    const context = settings({ 'github.apiUrl': gitHub.url, 'github.registryUrl': gitHub.registryUrl });
    const provider = open(
      { provider: 'ghcr', url: 'https://github.com', signIn: { kind: 'basic', account: 'alice' } },
      context,
    );
    return { ...gitHub, provider, parent: group };
  },
  GitLab: async () => {
    const options: GitLabOptions = {
      projects: {
        'alice/app': { repositories: { '': { a: image } }, members: { alice: 40 }, lastActivity: new Date() },
      },
      tokens: { secret: { user: 'alice', scopes: ['api'] } },
    };
    const gitLab = until(await startGitLab(options));
    return {
      ...gitLab,
      provider: open({ provider: 'gitlab', url: gitLab.url, signIn: { kind: 'basic' } }),
      parent: undefined,
    };
  },
  'a registry of Azure': async () => {
    const grants = { repositories: { '*': ['*'] }, catalog: true };
    const acr = until(await startAcr({ repositories: [seed], users: { alice: { password: 'secret', ...grants } } }));
    const parent: Entry = { kind: 'repository', label: seed.name, image: { host: acr.host, path: seed.name } };
    return {
      ...acr,
      provider: open({ provider: 'acr', url: acr.url, signIn: { kind: 'basic', account: 'alice' } }),
      parent,
    };
  },
  Quay: async () => {
    const quay = until(await startVendor({ ...quirks.quay, user: { name: 'alice', secret: 'secret' } }, [seed]));
    const { host } = new URL(quay.url);
    const parent: Entry = { kind: 'repository', label: seed.name, image: { host, path: seed.name } };
    return { ...quay, provider: open({ provider: 'quay', url: quay.url, signIn: { kind: 'anonymous' } }), parent };
  },
};

/** Of each sort one or two: how a single client takes all of them, `answers.test.ts` tells. */
const names = [
  ...(['webPage', 'otherJson', 'halfOfJson', 'invalidUtf8', 'emptyBody', 'noContent', 'nesting'] as const),
  ...(['endless', 'gzipBomb', 'silence', 'promisesMore', 'reset', 'truncated', 'banner', 'redirectLoop'] as const),
  ...(['tooManyForAMinute', 'internalError', 'maintenance', 'nastyWords', 'deepErrors', 'emptyRefusal'] as const),
];

describe.each(Object.keys(services))('bad weather at %s', (service) => {
  it.each(names)('%s is told in a sentence, and over when it is over', async (name) => {
    const { fail, clearFaults, provider, parent } = (await services[service]?.()) ?? noService();
    fail(/./, weather[name]);
    if (sentences[name] === late) shortenTimeLimits();
    const { signal } = new AbortController();
    const failure: unknown = await provider.list(parent, undefined, signal).then(
      (page) => page.failure ?? `listed ${page.items.map(({ label }) => label).join()}`,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Failure);
    const message = report(failure, 'list it')?.message ?? '';
    expect(message).toMatch(/^Could not list it: \S.{10,700}\.$/s);
    expect(message).not.toMatch(/undefined|NaN|\[object|fetch failed|“\s*”|\{\d\}/);
    clearFaults();
    expect((await provider.list(parent, undefined, signal)).items).toHaveLength(1);
  });
});

function noService(): never {
  throw new Error('There is no such service');
}
