import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/core/model';
import { orDockerLogin } from '../../../src/registries/dockerLogin';
import { failing } from '../failing';

const { signal } = new AbortController();
const anonymous: Credential = { kind: 'anonymous' };
const ofDocker: Credential = { kind: 'basic', username: 'alice', secret: 'of docker' };
const own: Credential = { kind: 'basic', username: 'alice', secret: 'her own' };
type Read = Parameters<typeof orDockerLogin>[1]['read'];
const docker = (read: Read, helper?: { program: string; namedBy: string }) => ({
  read,
  helperFor: () => Promise.resolve(helper),
});

describe('the login of docker', () => {
  it('is read anew at each use, for the host of the registry', async () => {
    const asked: string[] = [];
    const logins = [ofDocker, own];
    const read = orDockerLogin(
      () => Promise.resolve(anonymous),
      docker(({ host }) => (asked.push(host), Promise.resolve(logins[asked.length - 1]))),
      () => ({ host: 'registry.example:5000', url: 'https://registry.example:5000' }),
    );
    expect([await read(signal), await read(signal)]).toEqual([ofDocker, own]);
    expect(asked).toEqual(['registry.example:5000', 'registry.example:5000']);
  });

  it('tells its user, unless a program wrote a name that is nobody’s', async () => {
    const users: string[] = [];
    const logins = [ofDocker, { ...ofDocker, username: '00000000-0000-0000-0000-000000000000' }];
    const read = orDockerLogin(
      () => Promise.resolve(anonymous),
      docker(() => Promise.resolve(logins.shift())),
      () => ({ host: 'registry.example', url: 'https://registry.example' }),
      (user) => users.push(user),
    );
    await read(signal);
    await read(signal);
    expect(users).toEqual(['alice']);
  });

  it('gives way to a stored credential', async () => {
    const read = orDockerLogin(
      () => Promise.resolve(own),
      docker(() => Promise.reject(new Error('asked'))),
      () => ({ host: 'registry.example', url: 'https://registry.example' }),
    );
    expect(await read(signal)).toEqual(own);
  });

  it('says what to do where docker has none', async () => {
    const read = orDockerLogin(
      () => Promise.resolve(anonymous),
      docker(() => Promise.resolve(undefined)),
      () => ({ host: 'ghcr.io', url: 'https://github.com' }),
    );
    const failure = await failing(read(signal));
    expect(failure).toMatchObject({ kind: 'unauthorized', detail: { subject: 'ghcr.io' } });
    expect(failure.detail.explanation).toContain('Run “docker login ghcr.io” in a terminal');
  });

  it('says whom to ask where a helper has none', async () => {
    const program = 'docker-credential-ecr-login';
    const read = orDockerLogin(
      () => Promise.resolve(anonymous),
      docker(() => Promise.resolve(undefined), { program, namedBy: '/home/alice/.docker/config.json' }),
      () => ({ host: 'ecr.example', url: 'https://ecr.example' }),
    );
    expect((await failing(read(signal))).detail.explanation).toBe(
      'the credential helper docker-credential-ecr-login, which /home/alice/.docker/config.json names for ecr.example, has no login there. Perhaps it helps to sign in to AWS, as “aws sso login” does',
    );
  });

  it.each([
    ['http://registry.example', false],
    ['http://localhost:5000', true],
    ['http://127.0.0.1:5000', true],
    ['http://127.0.0.1.example', false],
    ['https://registry.example', true],
  ])('goes to %s: %s', async (url, goes) => {
    const read = orDockerLogin(
      () => Promise.resolve(anonymous),
      docker(() => Promise.resolve(ofDocker)),
      () => ({ host: new URL(url).host, url }),
    );
    if (goes) expect(await read(signal)).toEqual(ofDocker);
    else expect((await failing(read(signal))).detail.explanation).toContain('not sent over plain http');
  });
});
