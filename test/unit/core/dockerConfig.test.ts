import fc from 'fast-check';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { helperNamedFor, readDockerLogin } from '../../../src/core/docker/dockerConfig';
import { Failure } from '../../../src/core/failure';
import type { Credential } from '../../../src/core/model';
import { failing } from '../failing';
import { alice, alices, app, dockers, encoded, everything, hub, place, podmans } from './loginPlace';
import { fileProblem } from '../../../src/core/docker/loginProblems';

const { signal: never } = new AbortController();

describe('logins in a file', () => {
  it('are none where there is no file', async () => {
    expect(await (await place()).read()).toBeUndefined();
  });

  const entries: readonly [string, unknown, Credential | undefined][] = [
    ['a user and a secret with colons', alices, alice],
    ['what old versions padded with zeros', encoded('alice:wonder:land\0\0'), alice],
    ['letters of any language', encoded('älice:ключ'), { kind: 'basic', username: 'älice', secret: 'ключ' }],
    ['user and secret in plain', { username: 'alice', password: 'wonder:land' }, alice],
    ['an identity token', { ...encoded('alice:'), identitytoken: 't.o.k' }, { kind: 'identityToken', token: 't.o.k' }],
    ['an identity token before a secret', { ...alices, identitytoken: 't' }, { kind: 'identityToken', token: 't' }],
    ['a registry token', { registrytoken: 'r.t' }, { kind: 'registryToken', token: 'r.t' }],
    [
      'a registry token before all else',
      { registrytoken: 'r', identitytoken: 'i', ...alices },
      { kind: 'registryToken', token: 'r' },
    ],
    ['a robot of Quay', encoded('acme+robot:s'), { kind: 'basic', username: 'acme+robot', secret: 's' }],
    ['a robot of Harbor', encoded('robot$acme+ci:s$x'), { kind: 'basic', username: 'robot$acme+ci', secret: 's$x' }],
    [
      'an access token of Google',
      encoded('oauth2accesstoken:ya29.a:b'),
      { kind: 'basic', username: 'oauth2accesstoken', secret: 'ya29.a:b' },
    ],
    ['empty fields as none', { auth: '', identitytoken: '', username: null }, undefined],
    ['a user without a secret as none', encoded('alice:'), undefined],
    ['names of fields in any case', { AUTH: alices.auth, IdentityToken: '' }, alice],
    ['base64 in lines', { auth: alices.auth.replace(/(.{4})/, '$1\r\n') }, alice],
    ['zeros on both sides of a secret', encoded('alice:\0wonder:land\0'), alice],
    ['null as none', null, undefined],
    ['no field as none, as docker leaves it for a helper', {}, undefined],
  ];

  it.each(entries)('are read: %s', async (_name, entry, login) => {
    const { write, read } = await place();
    await write(dockers, { auths: { 'registry.example.com:5000': entry } });
    expect(await read()).toEqual(login);
  });

  it.each([
    'https://registry.example.com:5000/v1/',
    'https://registry.example.com:5000',
    'registry.example.com:5000/',
    'Registry.Example.com:5000',
  ])('are found as old versions called their registry: %s', async (key) => {
    const { write, read } = await place();
    await write(dockers, { auths: { [key]: alices } });
    expect(await read()).toEqual(alice);
  });

  it.each(['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'])(
    'are found for Docker Hub as %s',
    async (key) => {
      const { write, read } = await place();
      await write(dockers, { auths: { [key]: alices } });
      expect(await read(hub)).toEqual(alice);
      expect(await read()).toBeUndefined();
    },
  );

  it.each([
    [
      { [`https://${app.host}`]: encoded('old:s'), [app.host]: alices },
      'the name of the registry before what leads to it',
    ],
    [
      { [app.host]: alices, [`${app.host}/acme/web`]: encoded('path:s') },
      'the name of the registry before a path of it',
    ],
    [{ [`${app.host}/other/path`]: alices }, 'what follows the host for nothing'],
    [{ [`https://${app.host}/other/path`]: alices }, 'what follows the host of an address for nothing'],
    [{ [app.host.toUpperCase()]: encoded('upper:s'), [app.host]: alices }, 'the very name before one in other letters'],
  ])('are taken as docker takes them, %#: %j', async (auths) => {
    const { write, read } = await place();
    await write(dockers, { auths });
    expect(await read()).toEqual(alice);
  });

  it('are those of Docker Hub under the key that docker has for it, before all others', async () => {
    const { write, read } = await place();
    const auths = {
      'docker.io': encoded('a:s'),
      'https://index.docker.io/v1/': alices,
      'index.docker.io': encoded('b:s'),
    };
    await write(dockers, { auths });
    expect(await read(hub)).toEqual(alice);
    expect(await read(hub, { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) })).toEqual(alice);
  });

  it('are read as Go reads JSON', async () => {
    const { write, read } = await place();
    const [mine, others] = [JSON.stringify(alices), JSON.stringify(encoded('bob:builder'))];
    const files = [
      `{"auths":{"${app.host}":${mine}},"AUTHS":{"quay.io":${others}}}`,
      `{"auths":{"${app.host}":${others}},"auths":{"${app.host}":${mine}}}`,
      `{"auths":{"${app.host}":${others},"${app.host}":${mine}}}`,
      `{"auths":null,"Auths":{"${app.host}":${mine}},"credsStore":null}`,
      `{"auths":{"${app.host}":${mine}}} and what nobody reads {`,
      `{"auths":{"${app.host}":{"email":1,"auth":"${alices.auth}"}},"proxies":{"default":1},"HttpHeaders":[]}`,
    ];
    for (const file of files) {
      await write(dockers, file);
      expect([file, await read()]).toEqual([file, alice]);
    }
    await write(dockers, `{"auths":{"${app.host}":${mine}},"auths":null}`);
    expect(await read()).toBeUndefined();
  });

  it.each(['registry.example.com', 'registry.example.com:50001', 'example.com:5000', 'toString', '', '/'])(
    'are not for another registry: %s',
    async (key) => {
      const { write, read } = await place();
      await write(dockers, { auths: { [key]: alices } });
      expect(await read()).toBeUndefined();
    },
  );

  it('are looked for where DOCKER_CONFIG says, and not at home then', async () => {
    const { home, write, read } = await place();
    await write('elsewhere/config.json', { auths: { 'registry.example.com:5000': alices } });
    expect(await read(app, { DOCKER_CONFIG: join(home, 'elsewhere') })).toEqual(alice);
    expect(await read()).toBeUndefined();
    expect(await read(app, { DOCKER_CONFIG: '' })).toBeUndefined();
  });

  it('are taken from DOCKER_AUTH_CONFIG first', async () => {
    const { write, read } = await place();
    await write(dockers, { auths: { 'registry.example.com:5000': encoded('bob:builder'), 'docker.io': alices } });
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'registry.example.com:5000': alices } }) };
    expect(await read(app, env)).toEqual(alice);
    expect(await read(hub, env)).toEqual(alice);
  });
});

describe('a login beside what is broken', () => {
  const problemsOf = async (files: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>> = {}) => {
    const { home, write } = await place();
    for (const [file, content] of Object.entries(files)) await write(file, content);
    const problems: Failure[] = [];
    const around = { home, env: { XDG_RUNTIME_DIR: join(home, 'run'), ...env } };
    const login = await readDockerLogin(app, around, (problem) => problems.push(problem), never);
    return { login, broken: problems.map(({ detail }) => detail.subject.replace(`${home}/`, '')) };
  };
  const auths = { [app.host]: alices };

  it.each([
    ['a login of another type', { auths: { ...auths, 'quay.io': 'secret' } }],
    ['a field of another type', { auths: { ...auths, 'quay.io': { auth: 1 } } }],
    ['what is not base64', { auths: { ...auths, 'quay.io': { auth: '%%%' } } }],
    ['base64 of URLs', { auths: { ...auths, 'quay.io': { auth: 'YWxpY2U6_-8=' } } }],
    ['base64 without its end', { auths: { ...auths, 'quay.io': { auth: 'YWxpY2U6cHc' } } }],
    ['a secret without a user', { auths: { ...auths, 'quay.io': encoded(':secret') } }],
    ['a user alone', { auths: { ...auths, 'quay.io': encoded('alice') } }],
    ['helpers of another type', { auths, credHelpers: ['desktop'] }],
    ['a helper of another type', { auths, credHelpers: { 'quay.io': 1 } }],
    ['a helper for all of another type', { auths, credsStore: {} }],
  ])('is found, and that is told: %s', async (_name, config) => {
    expect(await problemsOf({ [dockers]: config })).toEqual({ login: alice, broken: [dockers] });
  });

  it('is no other than the broken one of the registry itself', async () => {
    const { write, read } = await place();
    const file = await write(dockers, {
      auths: { [app.host]: { auth: 'YWxpY2U6cHc' }, [`https://${app.host}`]: alices },
    });
    expect((await failing(read())).detail).toEqual({ subject: file, speaker: 'program', code: fileProblem.broken });
  });

  it('is that of podman where docker’s file cannot be read', async () => {
    expect(await problemsOf({ [dockers]: '{', [podmans]: { auths } })).toEqual({ login: alice, broken: [dockers] });
  });

  const plain = JSON.stringify({ auths: { [app.host]: encoded('bob:builder') } });
  it.each([
    '{',
    'null and more',
    `${plain} {}`,
    JSON.stringify({ auths: { [app.host]: {} } }),
    JSON.stringify({ auths: { [app.host]: null } }),
    JSON.stringify({ auths: { [app.host]: { auth: '%%%' } } }),
    JSON.stringify({ auths: { [app.host]: { ...encoded('bob:builder'), email: 'b@example.com' } } }),
    JSON.stringify({ auths: { [app.host]: { identitytoken: 'i' } } }),
    JSON.stringify({ auths: { [app.host]: encoded('bob:builder') }, credsStore: 'desktop' }),
    JSON.stringify({ auths: [] }),
  ])('is that of the file where docker does not take DOCKER_AUTH_CONFIG: %s', async (DOCKER_AUTH_CONFIG) => {
    const found = await problemsOf({ [dockers]: { auths } }, { DOCKER_AUTH_CONFIG });
    expect(found).toEqual({ login: alice, broken: ['DOCKER_AUTH_CONFIG'] });
  });

  it.each(['', ' ', '{}', '{"auths":null}', `{"AUTHS":{"${app.host}x":{"Auth":"${alices.auth}"}}} `])(
    'is that of the file where DOCKER_AUTH_CONFIG has none: %j',
    async (DOCKER_AUTH_CONFIG) => {
      expect(await problemsOf({ [dockers]: { auths } }, { DOCKER_AUTH_CONFIG })).toEqual({ login: alice, broken: [] });
    },
  );

  it('is that of the file where DOCKER_AUTH_CONFIG calls the registry in another way', async () => {
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [`https://${app.host}`]: encoded('bob:builder') } });
    expect(await problemsOf({ [dockers]: { auths } }, { DOCKER_AUTH_CONFIG })).toEqual({ login: alice, broken: [] });
  });
});

describe('what docker login writes', () => {
  it('is read back, whatever the user and the secret are', async () => {
    const { write, read } = await place();
    const username = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes(':'));
    const secret = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.endsWith('\0'));
    await fc.assert(
      fc.asyncProperty(username, secret, async (user, password) => {
        await write(dockers, { auths: { [app.host]: encoded(`${user}:${password}`) } });
        expect(await read()).toEqual({ kind: 'basic', username: user, secret: password });
      }),
      { numRuns: 200 },
    );
  });
});

describe('logins of podman', () => {
  const auths = { 'registry.example.com:5000': alices };
  const places: readonly [string, string, (home: string) => Readonly<Record<string, string>>][] = [
    ['at home', podmans, () => ({})],
    ['of the session', 'run/containers/auth.json', () => ({})],
    ['where XDG_CONFIG_HOME says', 'cfg/containers/auth.json', (home) => ({ XDG_CONFIG_HOME: join(home, 'cfg') })],
    ['where REGISTRY_AUTH_FILE says', 'mine.json', (home) => ({ REGISTRY_AUTH_FILE: join(home, 'mine.json') })],
  ];

  it.each(places)('are read %s', async (_name, file, env) => {
    const { home, write, read } = await place();
    await write(file, { auths });
    expect(await read(app, env(home))).toEqual(alice);
  });

  it('come after those of docker, and fill in for them', async () => {
    const { write, read } = await place();
    await write(podmans, { auths: { ...auths, 'docker.io': encoded('bob:builder') } });
    await write(dockers, { auths: { 'docker.io': alices } });
    expect(await read(hub)).toEqual(alice);
    expect(await read(app)).toEqual(alice);
  });

  it('may be for a namespace, of which the longest counts', async () => {
    const { write, read } = await place();
    const key = 'registry.example.com:5000';
    const of = (user: string) => encoded(`${user}:s`);
    await write(podmans, {
      auths: {
        [key]: of('all'),
        [`${key}/acme/web`]: of('web'),
        [`${key}/acme`]: of('acme'),
        [`${key}/acme/v1`]: of('v1'),
      },
    });
    const userOf = async (path: string) => {
      const login = await read({ ...app, path });
      return login?.kind === 'basic' ? login.username : login;
    };
    expect(await userOf('acme/web')).toBe('web');
    expect(await userOf('acme/website')).toBe('acme');
    expect(await userOf('acme/web/front')).toBe('web');
    expect(await userOf('acme/v1/x')).toBe('v1');
    expect(await userOf('acmes/web')).toBe('all');
  });

  it('count in the order that podman reads them in', async () => {
    const { home, write, read } = await place();
    const env = { REGISTRY_AUTH_FILE: join(home, 'mine.json'), XDG_CONFIG_HOME: join(home, 'cfg') };
    const files = ['mine.json', 'run/containers/auth.json', 'cfg/containers/auth.json', podmans];
    const users: unknown[] = [];
    for (const file of files.toReversed()) {
      await write(file, { auths: { [app.host]: encoded(`${file}:s`) } });
      const login = await read(app, env);
      users.push(login?.kind === 'basic' && login.username);
    }
    expect(users).toEqual(files.toReversed());
  });

  it('of a namespace will do for the registry as a whole, where there is no other', async () => {
    const { write, read } = await place();
    const whole = { ...app, path: '' };
    const bob = { 'registry.example.com:5000/acme': encoded('bob:builder') };
    await write(podmans, { auths: { ...bob, 'registry.example.com:5000/acme/web': alices } });
    expect(await read(whole)).toEqual({ kind: 'basic', username: 'bob', secret: 'builder' });
    expect(await read({ ...app, path: 'other/web' })).toBeUndefined();
    await write(podmans, { auths: { ...bob, ...auths } });
    expect(await read(whole)).toEqual(alice);
  });

  it('called just as the registry win, though they are empty', async () => {
    const { write, read } = await place();
    await write(dockers, { auths: { 'https://registry.example.com:5000': alices, 'registry.example.com:5000': {} } });
    expect(await read()).toBeUndefined();
    await write(dockers, {
      auths: { 'https://registry.example.com:5000/v1/': {}, 'https://registry.example.com:5000': alices },
    });
    expect(await read()).toEqual(alice);
  });

  it('of a namespace are passed over when they are empty', async () => {
    const { write, read } = await place();
    await write(podmans, { auths: { ...auths, 'registry.example.com:5000/acme': {} } });
    expect(await read()).toEqual(alice);
  });
});

describe('a broken file', () => {
  const secret = 'hunter2hunter2';

  it.each([
    ['cut off', `{"auths": {"registry.example.com:5000": {"auth": "${secret}`],
    ['not JSON at all', secret],
    ['no object', JSON.stringify(secret)],
    ['a list', JSON.stringify([secret])],
    ['logins that are no objects', JSON.stringify({ auths: { 'registry.example.com:5000': secret } })],
    ['a login of another type', JSON.stringify({ auths: { x: { auth: { [secret]: secret } } } })],
    ['a helper of another type', JSON.stringify({ credsStore: [secret] })],
  ])('is told by its name, and none of it is quoted: %s', async (_name, content) => {
    const { write, read } = await place();
    const file = await write(dockers, content);
    const failure = await failing(read());
    const detail = { subject: file, speaker: 'program', code: fileProblem.broken };
    expect(failure).toMatchObject({ kind: 'malformed', detail });
    expect(everything(failure)).not.toContain(secret);
  });

  it('may be the variable', async () => {
    const { read } = await place();
    const failure = await failing(read(app, { DOCKER_AUTH_CONFIG: `{${secret}` }));
    expect(failure).toMatchObject({ kind: 'malformed', detail: { subject: 'DOCKER_AUTH_CONFIG' } });
    expect(everything(failure)).not.toContain(secret);
  });

  it.each(['', ' \n', '{}', '{"auths": null, "credHelpers": null, "credsStore": null}', '{"auths": {}, "other": 1}'])(
    'is not one that holds nothing: %j',
    async (content) => {
      const { write, read } = await place();
      await write(dockers, content);
      expect(await read()).toBeUndefined();
    },
  );

  it('is one that cannot be read, and not one that is not there', async () => {
    const { home, write, read } = await place();
    await write(`${dockers}/inside`, '');
    const failure = await failing(read());
    expect(failure).toMatchObject({ kind: 'rejected', detail: { code: fileProblem.unreadable } });
    expect(failure.detail.subject).toBe(join(home, dockers));
    expect(await read(app, { DOCKER_CONFIG: await write('a-file', '') })).toBeUndefined();
  });

  it('may begin with the mark that editors of Windows write', async () => {
    const { write, read } = await place();
    await write(dockers, `\ufeff${JSON.stringify({ auths: { 'registry.example.com:5000': alices } })}`);
    expect(await read()).toEqual(alice);
  });

  it('gives a login or a Failure without a secret, whatever it holds', async () => {
    const { home } = await place();
    const text = fc.oneof(fc.string(), fc.constantFrom(secret, `alice:${secret}`, btoa(`alice:${secret}`)));
    const key = fc.oneof(fc.string(), fc.constantFrom(app.host, `https://${app.host}/v1/`, '__proto__', 'toString'));
    const odd = fc.jsonValue({ maxDepth: 2 });
    const field = fc.oneof(text, fc.constant(null), odd);
    const helper = fc.oneof(fc.string(), fc.constantFrom('', '../../../bin/cat', 'a b', '$(touch x)', 'a\0b'));
    const entry = fc.oneof(
      fc.record(
        { auth: field, username: field, password: field, identitytoken: field, registrytoken: field },
        { requiredKeys: [] },
      ),
      odd,
    );
    const config = fc.record(
      {
        auths: fc.oneof(fc.dictionary(key, entry), odd),
        credHelpers: fc.oneof(fc.dictionary(key, fc.oneof(helper, odd)), odd),
        credsStore: fc.oneof(helper, odd),
      },
      { requiredKeys: [] },
    );
    const content = fc.oneof(
      config.map((value) => JSON.stringify(value)),
      fc.tuple(config, fc.nat(200)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
      odd.map((value) => JSON.stringify(value)),
      fc.string().map((value) => `${value}${secret}`),
    );
    await fc.assert(
      fc.asyncProperty(content, async (written) => {
        const DOCKER_CONFIG = await mkdtemp(join(home, 'docker-'));
        await writeFile(join(DOCKER_CONFIG, 'config.json'), written);
        const env = { PATH: home, XDG_RUNTIME_DIR: home, DOCKER_CONFIG };
        const outcome = await readDockerLogin(app, { env, home }, () => undefined, never).catch(
          (error: unknown) => error,
        );
        if (!(outcome instanceof Error)) return;
        expect(outcome).toBeInstanceOf(Failure);
        expect(everything(outcome)).not.toContain(secret);
        expect(everything(outcome)).not.toContain(btoa(`alice:${secret}`));
      }),
      { numRuns: 400 },
    );
  });
});

describe('the helper of a registry', () => {
  it.each([
    ['registry.example.com:5000', 'safe'],
    ['https://registry.example.com:5000', 'safe'],
    ['https://registry.example.com:5000/v2/', 'safe'],
    ['registry.example.com:5000/acme', 'safe'],
    ['registry.example.com', undefined],
  ])('is named by the key %s: %s', async (key, helper) => {
    const { home, write } = await place();
    const file = await write(dockers, { credHelpers: { [key]: 'safe' }, credsStore: 'desktop' });
    const named = await helperNamedFor({ ...app, path: '' }, { home, env: {} });
    expect(named).toEqual(helper && { program: `docker-credential-${helper}`, namedBy: file });
  });
});
