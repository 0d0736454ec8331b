import { describe, expect, it } from 'vitest';
import { dockerLogIn, dockerLogOut } from '../../../src/core/docker/dockerCli';
import type { Credential } from '../../../src/core/model';
import { failing } from '../failing';
import { fakePrograms } from './fakePrograms';
import { alice } from './loginPlace';

const { signal: never } = new AbortController();
const host = 'registry.example.com:5000';
const secret = 'wonder:land';

describe('the docker command', () => {
  async function withDocker(script: string) {
    const programs = await fakePrograms();
    await programs.add('docker', script);
    const { env } = programs;
    return {
      logIn: (at = host, credential: Credential = alice) => dockerLogIn(at, credential, env, never),
      logOut: (at = host) => dockerLogOut(at, env, never),
      called: () => programs.callOf('docker'),
    };
  }
  const refusing = (words: string) => withDocker(`cat >&2 <<'END'\n${words}\nEND\nexit 1`);

  it('gets the secret over standard input alone', async () => {
    const { logIn, called } = await withDocker('echo Login Succeeded');
    await logIn();
    expect(await called()).toEqual({
      argv: ['login', '--username', 'alice', '--password-stdin', '--', host],
      stdin: secret,
    });
  });

  it('gets an identity token as the password of nobody', async () => {
    const { logIn, called } = await withDocker('');
    await logIn(host, { kind: 'identityToken', token: 't.o.k' });
    const user = '00000000-0000-0000-0000-000000000000';
    expect(await called()).toEqual({
      argv: ['login', '--username', user, '--password-stdin', '--', host],
      stdin: 't.o.k',
    });
  });

  it('is told no registry for Docker Hub, which is its own', async () => {
    const { logIn, logOut, called } = await withDocker('');
    await logIn('docker.io');
    expect((await called())?.argv).toEqual(['login', '--username', 'alice', '--password-stdin']);
    await logOut('docker.io');
    expect((await called())?.argv).toEqual(['logout']);
  });

  it('is not asked to log in without an account', async () => {
    const { logIn, called } = await withDocker('');
    expect((await failing(logIn(host, { kind: 'anonymous' }))).kind).toBe('unsupported');
    expect(await called()).toBeUndefined();
  });

  it('is not told a secret that is the user name as well: arguments are for all to read', async () => {
    const { logIn, called } = await withDocker('');
    const failure = await failing(logIn(host, { kind: 'basic', username: 'dop_v1', secret: 'dop_v1' }));
    expect(failure).toMatchObject({ kind: 'unsupported', detail: { code: 'NAME_IS_SECRET' } });
    expect(await called()).toBeUndefined();
  });

  it('logs out', async () => {
    const { logOut, called } = await withDocker('echo "Not logged in to x"');
    await logOut();
    expect(await called()).toEqual({ argv: ['logout', '--', host], stdin: '' });
  });

  it.each([
    [
      'Error response from daemon: Get "https://x/v2/": unauthorized: authentication required',
      'unauthorized',
      'Get "https://x/v2/": unauthorized: authentication required',
    ],
    [
      'WARNING! Using --password is insecure.\nError response from daemon: login attempt to http://x/v2/ failed with status: 401 Unauthorized\n',
      'unauthorized',
      'login attempt to http://x/v2/ failed with status: 401 Unauthorized',
    ],
    [
      'Emulate Docker CLI using podman.\nError: logging into "x": invalid username/password',
      'unauthorized',
      'logging into "x": invalid username/password',
    ],
    [
      'time="2026" level=info msg="Error logging in to endpoint"\nGet "http://x/v2/": dial tcp: connect: connection refused',
      'rejected',
      'Get "http://x/v2/": dial tcp: connect: connection refused',
    ],
    [
      'Error saving credentials: error storing credentials - err: exit status 1, out: `locked`',
      'rejected',
      'Error saving credentials: error storing credentials - err: exit status 1, out: `locked`',
    ],
    ['error: unknown flag\n\nSee docker login --help', 'rejected', 'error: unknown flag'],
    ['', 'rejected', 'exit code 1'],
  ])('is quoted when it refuses: %s', async (words, kind, message) => {
    const failure = await failing((await refusing(words)).logIn());
    expect({ kind: failure.kind, message: failure.message }).toEqual({ kind, message });
    expect(failure.detail).toEqual({ subject: `docker login (${host})`, speaker: 'program' });
  });

  it('is quoted when it cannot log out', async () => {
    const failure = await failing((await refusing('Error: the keychain is locked')).logOut());
    expect(failure).toMatchObject({ kind: 'rejected', message: 'the keychain is locked' });
    expect(failure.detail.subject).toBe(`docker logout (${host})`);
  });

  it('may be missing', async () => {
    const { directory } = await fakePrograms();
    const detail = { subject: 'docker', speaker: 'program', code: 'ENOENT' };
    const missing = { kind: 'notFound', detail };
    expect(await failing(dockerLogIn(host, alice, { PATH: directory }, never))).toMatchObject(missing);
    expect(await failing(dockerLogOut(host, { PATH: directory }, never))).toMatchObject(missing);
  });

  it('ends when nobody waits for it any longer', async () => {
    const { env, add } = await fakePrograms();
    await add('docker', 'exec sleep 60');
    const signal = AbortSignal.timeout(300);
    await expect(dockerLogIn(host, alice, env, signal)).rejects.toHaveProperty('name', 'TimeoutError');
  });
});
