import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listDockerLogins } from '../../../src/core/docker/knownLogins';
import { Failure } from '../../../src/core/failure';
import { fakePrograms } from './fakePrograms';
import { alices, dockers, encoded, place, podmans } from './loginPlace';
import { fileProblem, helperProblem } from '../../../src/core/docker/loginProblems';

const { signal: never } = new AbortController();

async function logins(
  files: Readonly<Record<string, unknown>>,
  scripts: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const programs = await fakePrograms();
  for (const [name, script] of Object.entries(scripts)) await programs.add(`docker-credential-${name}`, script);
  const { home, write } = await place();
  for (const [file, content] of Object.entries(files)) await write(file, content);
  const surroundings = { ...programs.env, XDG_RUNTIME_DIR: join(home, 'run'), ...env };
  const known = await listDockerLogins({ home, env: surroundings }, never);
  return { ...known, callOf: (name: string) => programs.callOf(`docker-credential-${name}`) };
}

describe('the registries that docker and podman know', () => {
  it('are none where there is nothing', async () => {
    expect(await logins({})).toMatchObject({ logins: [], failures: [] });
  });

  it('are those of the files, each with its user where the file tells', async () => {
    const { logins: known } = await logins(
      {
        [dockers]: {
          auths: {
            'https://index.docker.io/v1/': alices,
            'registry.example.com:5000': encoded('acme+robot:s'),
            'contoso.azurecr.io': { ...encoded('00000000-0000-0000-0000-000000000000:'), identitytoken: 't' },
            'gone.example.com': {},
            '': alices,
            'no host at all': alices,
          },
        },
        [podmans]: { auths: { 'quay.io/acme': encoded('bob:b'), 'docker.io': encoded('bob:b') } },
      },
      {},
      { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': encoded('octocat:s') } }) },
    );
    expect(known).toEqual([
      { host: 'ghcr.io', keeper: 'environment', account: 'octocat' },
      { host: 'docker.io', keeper: 'docker', account: 'alice' },
      { host: 'registry.example.com:5000', keeper: 'docker', account: 'acme+robot' },
      { host: 'contoso.azurecr.io', keeper: 'docker' },
      { host: 'quay.io', keeper: 'podman', account: 'bob' },
    ]);
  });

  it('are of the variable those alone that docker takes', async () => {
    const auths = { 'https://ghcr.io': encoded('octocat:s'), 'quay.io': encoded('bob:b') };
    const { logins: known } = await logins({}, {}, { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });
    expect(known).toEqual([{ host: 'quay.io', keeper: 'environment', account: 'bob' }]);
  });

  it('are those that helpers are named for, and those that the helper of all lists', async () => {
    const list = {
      'https://index.docker.io/v1/': 'alice',
      'https://index.docker.io/v1/access-token': 'alice',
      'ghcr.io': 'octocat',
      'tokens.example.com': '<token>',
    };
    const { logins: known, callOf } = await logins(
      {
        [dockers]: {
          auths: { 'https://index.docker.io/v1/': {}, 'unlisted.example.com': {} },
          credsStore: 'desktop',
          credHelpers: { '1.dkr.ecr.eu-west-1.amazonaws.com': 'ecr-login', 'https://eu-docker.pkg.dev': 'gcloud' },
        },
      },
      { desktop: `echo '${JSON.stringify(list)}'`, 'ecr-login': 'exit 1', gcloud: 'exit 1' },
    );
    expect(known).toEqual([
      { host: '1.dkr.ecr.eu-west-1.amazonaws.com', keeper: 'docker', helper: 'ecr-login' },
      { host: 'eu-docker.pkg.dev', keeper: 'docker', helper: 'gcloud' },
      { host: 'docker.io', keeper: 'docker', helper: 'desktop', account: 'alice' },
      { host: 'ghcr.io', keeper: 'docker', helper: 'desktop', account: 'octocat' },
      { host: 'tokens.example.com', keeper: 'docker', helper: 'desktop' },
      { host: 'unlisted.example.com', keeper: 'docker', helper: 'desktop' },
    ]);
    expect(await callOf('desktop')).toEqual({ argv: ['list'], stdin: 'unused' });
    expect([await callOf('ecr-login'), await callOf('gcloud')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['says rubbish', 'echo hunter2', helperProblem.rubbish],
    ['lists what are no names', `echo '{"ghcr.io": {"Secret": "hunter2"}}'`, helperProblem.rubbish],
    ['fails', 'echo no keychain; exit 1', helperProblem.failed],
    ['hangs', 'exec sleep 60', helperProblem.hangs],
  ])('are told although the helper of all %s', async (_name, script, code) => {
    const { logins: known, failures } = await logins(
      {
        [dockers]: { credsStore: 'desktop', credHelpers: { 'ecr.example.com': 'ecr-login' } },
        [podmans]: { auths: { 'quay.io': encoded('bob:b') } },
      },
      { desktop: script },
    );
    expect(known.map(({ host }) => host)).toEqual(['ecr.example.com', 'quay.io']);
    const detail = { subject: 'docker-credential-desktop', code };
    expect(failures).toMatchObject([{ detail }]);
    expect(JSON.stringify(failures)).not.toContain('hunter2');
  });

  it('are told although one of them is broken, and that is told', async () => {
    const { logins: known, failures } = await logins({
      [dockers]: { auths: { 'ghcr.io': { auth: 'hunter2' }, 'quay.io': encoded('bob:b') } },
    });
    expect(known).toEqual([{ host: 'quay.io', keeper: 'docker', account: 'bob' }]);
    expect(failures).toMatchObject([{ detail: { code: fileProblem.broken } }]);
  });

  it('are told although a file is broken', async () => {
    const { logins: known, failures } = await logins({
      [dockers]: '{',
      [podmans]: { auths: { 'quay.io': encoded('bob:b') } },
    });
    expect(known.map(({ host }) => host)).toEqual(['quay.io']);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(Failure);
  });
});
