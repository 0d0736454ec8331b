import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dockerLogIn, dockerLogOut } from '../../src/core/docker/dockerCli';
import { unless } from '../leftOut';
import { startDockerRegistry, whyNoDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { findProgram } from '../sandbox/process';
import { tempDir } from '../sandbox/tempDir';
import { fakePrograms } from '../unit/core/fakePrograms';
import { alice, app, dockers, everything, place } from '../unit/core/loginPlace';
import { failing } from '../unit/failing';

const { signal: never } = new AbortController();
const secret = 'wonder:land';
const whyNot = findProgram('docker') === undefined ? 'missing: docker' : whyNoDockerRegistry();

describe('the real docker command', unless(whyNot), () => {
  let registry: RunningRegistry;

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth: { kind: 'basic', users: { alice: secret } } });
    return registry.stop;
  });

  async function user() {
    const { path: home, remove } = await tempDir('docker-cli');
    onTestFinished(remove);
    const read = async (): Promise<unknown> => JSON.parse(await readFile(join(home, 'config.json'), 'utf8'));
    return { read, env: { PATH: process.env.PATH, HOME: home, DOCKER_CONFIG: home } };
  }

  it('logs in and out', async () => {
    const { env, read } = await user();
    const server = `127.0.0.1:${registry.port}`;
    await dockerLogIn(server, alice, env, never);
    expect(await read()).toEqual({ auths: { [server]: { auth: btoa(`alice:${secret}`) } } });
    await dockerLogOut(server, env, never);
    expect(await read()).toEqual({ auths: {} });
    await dockerLogOut(server, env, never);
  });

  it('is quoted when the registry refuses', async () => {
    const { env } = await user();
    const mistyped = { kind: 'basic', username: 'alice', secret: 'wonder-lamp' } as const;
    const failure = await failing(dockerLogIn(`127.0.0.1:${registry.port}`, mistyped, env, never));
    expect(failure.kind).toBe('unauthorized');
    expect(failure.message).toMatch(/unauthorized/i);
    expect(everything(failure)).not.toContain('wonder-lamp');
  });

  it('is quoted when nothing answers', async () => {
    const { env } = await user();
    const failure = await failing(dockerLogIn('127.0.0.1:1', alice, env, never));
    expect(failure.kind).toBe('rejected');
    expect(failure.message).toContain('connection refused');
    expect(everything(failure)).not.toContain(secret);
  });
});

describe('what docker itself writes', unless(whyNot), () => {
  it('is read back', async () => {
    const registry = await startDockerRegistry({ auth: { kind: 'basic', users: { alice: 'wonder:land' } } });
    onTestFinished(registry.stop);
    const { home, read } = await place();
    const DOCKER_CONFIG = join(home, 'docker');
    const host = `127.0.0.1:${registry.port}`;
    await dockerLogIn(host, alice, { PATH: process.env.PATH, HOME: home, DOCKER_CONFIG }, never);
    expect(await read({ ...app, host }, { DOCKER_CONFIG })).toEqual(alice);
    expect(await read(app, { DOCKER_CONFIG })).toBeUndefined();
  });
});

describe('what docker itself gives to a helper', unless(whyNot), () => {
  it('is read back, and gone after the logout', async () => {
    const registry = await startDockerRegistry({ auth: { kind: 'basic', users: { alice: 'wonder:land' } } });
    onTestFinished(registry.stop);
    const programs = await fakePrograms();
    const lookup = 'cat "$0.kept" || { echo credentials not found in native keychain; exit 1; }';
    const script = `case $1 in store) cp "$0.stdin" "$0.kept";; get) ${lookup};; erase) rm "$0.kept";; esac`;
    await programs.add('docker-credential-safe', script);
    const { home, write, read } = await place(programs.env);
    await write(dockers, { credsStore: 'safe' });
    const host = `127.0.0.1:${registry.port}`;
    const env = { ...programs.env, HOME: home };
    await dockerLogIn(host, alice, env, never);
    expect(await readFile(join(home, dockers), 'utf8')).not.toContain('auth":');
    expect(await read({ ...app, host })).toEqual(alice);
    await dockerLogOut(host, env, never);
    expect(await read({ ...app, host })).toBeUndefined();
  });
});
