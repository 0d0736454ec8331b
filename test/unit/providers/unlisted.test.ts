import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Credential } from '../../../src/core/model';
import { generic } from '../../../src/providers/generic/genericType';
import { vendorTypes } from '../../../src/providers/generic/genericType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { errorReply, jsonReply } from '../../sandbox/serve';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server } from '../../sandbox/v2Server';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'pw' };
const anonymous: Credential = { kind: 'anonymous' };
const guarded: V2ServerOptions = { auth: { kind: 'basic', users: { alice: 'pw' } } };

async function opened(
  options: V2ServerOptions,
  credential = alice,
  { provider = 'generic', pinned = [] as readonly string[] } = {},
): Promise<{ readonly provider: RegistryProvider; readonly host: string; readonly paths: () => readonly string[] }> {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags: { '1': buildImage() } }], ...options });
  onTestFinished(() => server.stop());
  const { host } = new URL(server.url);
  const type = vendorTypes.find(({ id }) => id === provider) ?? generic;
  const context = contextOf(credential, { shown: () => ({ repositories: pinned.map((path) => `${host}/${path}`) }) });
  return {
    provider: type.open(
      { id: 'test', provider, label: 'Test', url: server.url, signIn: { kind: 'anonymous' } },
      context,
    ),
    host,
    paths: () => server.requests.map(({ path }) => path),
  };
}

const list = (provider: RegistryProvider) => provider.list(undefined, undefined, signal);

describe('a catalog that is refused', () => {
  it.each([
    [401, 'UNAUTHORIZED', 'the registry does not list its repositories to you; add those you know by name'],
    [403, 'DENIED', 'the registry does not list its repositories to you; add those you know by name'],
    [404, 'NAME_UNKNOWN', 'the registry has no list of its repositories; add those you know by name'],
    [405, 'UNSUPPORTED', 'the registry has no list of its repositories; add those you know by name'],
    [501, 'UNSUPPORTED', 'the registry has no list of its repositories; add those you know by name'],
  ])('with %i for a valid credential is distinguished from a wrong credential', async (status, code, explanation) => {
    const catalog = () => errorReply(status, code, 'no catalog for you');
    const { provider, paths } = await opened({ ...guarded, catalog });
    const failure = await failing(list(provider));
    expect(failure).toMatchObject({ kind: 'unlisted', message: 'no catalog for you', detail: { status, explanation } });
    expect(paths().at(-1)).toBe('/v2/');
    const wrong = await opened({ ...guarded, catalog }, { ...alice, secret: 'wrong' });
    expect(await failing(list(wrong.provider))).toMatchObject({ kind: 'unauthorized' });
  });

  it('before a sign-in is requested is distinguished from a wrong address', async () => {
    const hidden: V2ServerOptions = { ...guarded, absent: /^_catalog$/ };
    expect(await failing(list((await opened(hidden)).provider))).toMatchObject({
      kind: 'unlisted',
      detail: { explanation: 'the registry has no list of its repositories; add those you know by name' },
    });
    for (const credential of [anonymous, { ...alice, secret: 'wrong' }])
      expect(await failing(list((await opened(hidden, credential)).provider))).toMatchObject({
        kind: 'unauthorized',
        detail: { status: 401 },
      });
  });

  it.each([
    [
      { status: 503, headers: { 'Retry-After': '0' } },
      { kind: 'rejected', detail: { status: 503 } },
    ],
    [{ kind: 'reset' }, { kind: 'unreachable' }],
  ] as const)('tells nothing of the credential where the registry then fails: %j', async (trouble, told) => {
    const server = await startV2Server({ catalog: () => errorReply(401, 'UNAUTHORIZED', 'no catalog for you') });
    onTestFinished(() => server.stop());
    server.fail(/\/v2\/$/, trouble);
    const provider = generic.open(
      { id: 'test', provider: 'generic', label: 'Test', url: server.url, signIn: { kind: 'anonymous' } },
      contextOf(anonymous),
    );
    expect(await failing(list(provider))).toMatchObject(told);
  });

  it('without a credential does not hide repositories that were added by name', async () => {
    const catalog = () => errorReply(401, 'UNAUTHORIZED', 'authentication required');
    const { provider, host } = await opened({ catalog }, anonymous, { pinned: ['team/app'] });
    const page = await list(provider);
    expect(page.items.map(({ label }) => label)).toEqual(['team/app']);
    expect(page.failure).toMatchObject({ kind: 'unlisted' });
    const [repository] = page.items;
    expect((await provider.list(repository, undefined, signal)).items.map(({ label }) => label)).toEqual(['1']);
    expect(await provider.pushTargets(signal)).toEqual([{ host }, { host, namespace: 'team' }]);
  });

  it('still leaves places to push to', async () => {
    const { provider, host } = await opened({ catalog: () => errorReply(403, 'DENIED', 'no') });
    expect(await provider.pushTargets(signal)).toEqual([{ host }]);
  });

  it('is not explained if no registry answers, or only the list fails', async () => {
    const { provider, paths } = await opened({ catalog: () => ({ status: 500, body: 'broken' }) }, anonymous);
    expect(await failing(list(provider))).toMatchObject({ kind: 'rejected' });
    expect(paths()).not.toContain('/v2/');
    const nobody = generic.open(
      { id: 'test', provider: 'generic', label: 'Test', url: await noRegistry(), signIn: { kind: 'anonymous' } },
      contextOf(anonymous),
    );
    expect(await failing(list(nobody))).toMatchObject({ kind: 'notFound' });
  });
});

async function noRegistry(): Promise<string> {
  const server = await startV2Server({ prefix: '/elsewhere' });
  onTestFinished(() => server.stop());
  return new URL(server.url).origin;
}

describe('a catalog that is empty', () => {
  const catalog = () => jsonReply(200, { repositories: [] });

  it('is shown as a problem if repositories can be added by name', async () => {
    const page = await list((await opened({ catalog })).provider);
    const explanation =
      'the registry lists no repositories: it is empty, or does not show them to you; add those you know by name';
    expect(page).toMatchObject({ items: [], failure: { kind: 'unlisted', detail: { explanation } } });
  });

  it('is no problem if repositories were added by name', async () => {
    const { provider } = await opened({ catalog }, alice, { pinned: ['team/app'] });
    const page = await list(provider);
    expect([page.items.map(({ label }) => label), page.failure]).toEqual([['team/app'], undefined]);
  });

  it('is explained for a registry that never lists', async () => {
    const { provider } = await opened({ catalog }, alice, { provider: 'gar', pinned: ['team/app'] });
    const page = await list(provider);
    expect(page.items.map(({ label }) => label)).toEqual(['team/app']);
    expect(page.failure).toMatchObject({ kind: 'unlisted', message: '' });
  });
});

describe('the registry of GitLab by a deploy token', () => {
  it('says that only its API lists, and shows what was added by name', async () => {
    const { provider } = await opened(
      { ...guarded, catalog: () => errorReply(401, 'UNAUTHORIZED', 'authentication required') },
      alice,
      { provider: 'gitlabRegistry', pinned: ['team/app'] },
    );
    const page = await list(provider);
    expect(page.items.map(({ label }) => label)).toEqual(['team/app']);
    expect(page.failure).toMatchObject({ kind: 'unlisted' });
    expect(String(page.failure instanceof Failure && page.failure.detail.explanation)).toContain(
      'group/project/image, or connect GitLab with an access token',
    );
  });
});
