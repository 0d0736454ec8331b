import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from '../../../src/core/machine';
import { LocalEngines } from '../../../src/engine/engines';
import { tempDir, type TempDir } from '../../sandbox/tempDir';
import { failing } from '../failing';

let home: TempDir;
beforeEach(async () => {
  home = await tempDir('home');
});
afterEach(() => home.remove());

/** An own computer: the usual sockets outside of its home are not looked for in these tests. */
function enginesOf(around: Partial<Machine> & { readonly setting?: string } = {}): LocalEngines {
  const { setting = '', env = {}, platform = 'linux' } = around;
  return new LocalEngines({ env, home: home.path, platform }, () => setting);
}

async function put(file: string, content: unknown): Promise<string> {
  const path = join(home.path, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** As `docker context create` writes it. */
async function putContext(name: string, host: string, more: object = {}, directory = '.docker'): Promise<string> {
  const id = createHash('sha256').update(name).digest('hex');
  const endpoint = { Host: host, SkipTLSVerify: false, ...more };
  await put(`${directory}/contexts/meta/${id}/meta.json`, {
    Name: name,
    Metadata: {},
    Endpoints: { docker: endpoint },
  });
  return `${directory}/contexts/tls/${id}/docker`;
}

const endpointOf = async (engines: LocalEngines) => (await engines.current()).endpoint;

describe('the engine in use', () => {
  beforeEach(async () => {
    await putContext('work', 'unix:///work.sock');
    await putContext('farm', 'ssh://me@farm.example:2222');
    await put('.docker/config.json', { currentContext: 'work' });
  });

  it('is the one in the settings before all others', async () => {
    const env = { DOCKER_HOST: 'unix:///env.sock', DOCKER_CONTEXT: 'farm' };
    const setting = ' unix:///mine.sock ';
    const mine = { url: 'unix:///mine.sock', name: 'unix:///mine.sock', source: 'setting' };
    expect(await endpointOf(enginesOf({ setting, env }))).toEqual(mine);
  });

  it('may be named in the settings by a docker context', async () => {
    const endpoint = await endpointOf(enginesOf({ setting: 'farm' }));
    expect(endpoint).toEqual({ url: 'ssh://me@farm.example:2222', name: 'farm', source: 'setting' });
  });

  it('is none when the settings name a context that is not there', async () => {
    for (const engines of [enginesOf({ setting: 'gone' }), enginesOf({ env: { DOCKER_CONTEXT: 'gone' } })]) {
      const detail = { code: 'NO_ENGINE', subject: 'gone', explanation: expect.stringContaining('“gone”') as string };
      expect(await failing(engines.current())).toMatchObject({ kind: 'notFound', detail });
    }
  });

  it('is the one of DOCKER_HOST before contexts', async () => {
    const env = { DOCKER_HOST: 'unix:///env.sock', DOCKER_CONTEXT: 'farm' };
    expect(await endpointOf(enginesOf({ env }))).toMatchObject({ url: 'unix:///env.sock', source: 'DOCKER_HOST' });
    const bare = await endpointOf(enginesOf({ env: { DOCKER_HOST: '10.0.0.1:2375' } }));
    expect(bare).toEqual({ url: 'tcp://10.0.0.1:2375', name: 'tcp://10.0.0.1:2375', source: 'DOCKER_HOST' });
  });

  it('is the one of DOCKER_CONTEXT before the context in use', async () => {
    const env = { DOCKER_HOST: '', DOCKER_CONTEXT: 'farm' };
    expect(await endpointOf(enginesOf({ env }))).toMatchObject({ name: 'farm', source: 'context' });
  });

  it('is the one of the context in use before sockets', async () => {
    await put('.docker/run/docker.sock', '');
    const work = { url: 'unix:///work.sock', name: 'work', source: 'context' };
    expect(await endpointOf(enginesOf())).toEqual(work);
    await putContext('elsewhere', 'unix:///elsewhere.sock', {}, 'config');
    await put('config/config.json', { currentContext: 'elsewhere' });
    const env = { DOCKER_CONFIG: join(home.path, 'config') };
    expect(await endpointOf(enginesOf({ env }))).toMatchObject({ name: 'elsewhere' });
  });

  it('is the one of the context in use as Go reads its name', async () => {
    for (const config of ['{"CURRENTCONTEXT":"farm"}', '{"currentContext":"work","currentcontext":"farm"} x']) {
      await put('.docker/config.json', config);
      expect(await endpointOf(enginesOf())).toMatchObject({ name: 'farm' });
    }
  });

  it('is a usual socket where docker has no other', async () => {
    const runtime = join(home.path, 'run');
    await put('run/podman/podman.sock', '');
    const env = { XDG_RUNTIME_DIR: runtime };
    const podman = { url: `unix://${runtime}/podman/podman.sock`, name: 'Podman', source: 'socket' };
    for (const currentContext of ['default', '', undefined]) {
      await put('.docker/config.json', { currentContext });
      expect(await enginesOf({ env }).found()).toContainEqual(podman);
      expect(await endpointOf(enginesOf({ env }))).toMatchObject({ source: 'socket' });
      expect(await endpointOf(enginesOf({ env: { ...env, DOCKER_CONTEXT: 'default' } }))).toMatchObject({
        source: 'socket',
      });
    }
  });

  it('is looked for anew each time', async () => {
    const engines = enginesOf();
    expect(await endpointOf(engines)).toMatchObject({ name: 'work' });
    await put('.docker/config.json', { currentContext: 'farm' });
    expect(await endpointOf(engines)).toMatchObject({ name: 'farm' });
  });

  it('is none where nothing is', async () => {
    await put('.docker/config.json', {});
    // The pipes of Windows are on no other computer.
    const failure = await failing(enginesOf({ platform: 'win32' }).current());
    expect(failure).toMatchObject({ kind: 'notFound', detail: { code: 'NO_ENGINE', speaker: 'engine' } });
  });

  it('is where docker finds it, whatever is left out of its address', async () => {
    const urlOf = async (around: Parameters<typeof enginesOf>[0]) => (await endpointOf(enginesOf(around))).url;
    expect(await urlOf({ env: { DOCKER_HOST: 'tcp://' } })).toBe('tcp://localhost:2375');
    expect(await urlOf({ env: { DOCKER_HOST: ' unix:// ' } })).toBe('unix:///var/run/docker.sock');
    expect(await urlOf({ setting: 'tcp://:2375/engine' })).toBe('tcp://localhost:2375/engine');
    expect(await urlOf({ env: { DOCKER_HOST: '/run/podman.sock' } })).toBe('unix:///run/podman.sock');
    await putContext('bare', 'tcp://bare.example');
    expect(await urlOf({ setting: 'bare' })).toBe('tcp://bare.example:80');
    const directory = await putContext('safe', 'tcp://safe.example');
    await put(`${directory}/key.pem`, 'the key');
    expect(await endpointOf(enginesOf({ setting: 'safe' }))).toMatchObject({
      url: 'tcp://safe.example:443',
      tls: { key: 'the key', verify: true },
    });
  });

  it('is none where docker refuses its address', async () => {
    await putContext('odd', 'tcp://odd.example:port');
    const refusing = [
      enginesOf({ env: { DOCKER_HOST: 'http://127.0.0.1:2375' } }),
      enginesOf({ setting: 'http://127.0.0.1:2375' }),
      enginesOf({ setting: 'odd' }),
    ];
    for (const engines of refusing) {
      expect(await failing(engines.current())).toMatchObject({ kind: 'malformed', detail: { code: 'ENGINE_ADDRESS' } });
      expect((await engines.found()).map(({ name }) => name)).not.toContain('odd');
    }
  });

  it('is malformed where its address is none', async () => {
    const failure = await failing(enginesOf({ setting: 'tcp://host:port' }).current());
    expect(failure).toMatchObject({ kind: 'malformed', detail: { subject: 'tcp://host:port', speaker: 'engine' } });
  });
});

describe('TLS', () => {
  it('of a context is beside it', async () => {
    const directory = await putContext('secure', 'tcp://secure.example:2376');
    await Promise.all(['ca', 'cert', 'key'].map((name) => put(`${directory}/${name}.pem`, `the ${name}`)));
    const tls = { ca: 'the ca', cert: 'the cert', key: 'the key', verify: true };
    expect(await endpointOf(enginesOf({ setting: 'secure' }))).toMatchObject({ url: 'tcp://secure.example:2376', tls });
  });

  it('of a context may go unverified', async () => {
    await putContext('lax', 'tcp://lax.example:2376', { SkipTLSVerify: true });
    expect(await endpointOf(enginesOf({ setting: 'lax' }))).toMatchObject({ tls: { verify: false } });
  });

  it('is not for a context without certificates, nor for other addresses than tcp', async () => {
    await putContext('plain', 'tcp://plain.example:2375');
    const directory = await putContext('local', 'unix:///local.sock');
    await put(`${directory}/ca.pem`, 'the ca');
    expect(await endpointOf(enginesOf({ setting: 'plain' }))).not.toHaveProperty('tls');
    expect(await endpointOf(enginesOf({ setting: 'local' }))).not.toHaveProperty('tls');
  });

  it('of DOCKER_HOST is where docker looks for it', async () => {
    await put('.docker/ca.pem', 'at home');
    const certificates = dirname(await put('certificates/ca.pem', 'elsewhere'));
    const DOCKER_HOST = 'tcp://host.example:2375';
    const tlsOf = async (env: Readonly<Record<string, string>>) =>
      (await endpointOf(enginesOf({ env: { DOCKER_HOST, ...env } }))).tls;
    expect(await tlsOf({})).toBeUndefined();
    expect(await tlsOf({ DOCKER_TLS_VERIFY: '1' })).toEqual({ ca: 'at home', verify: true });
    expect(await tlsOf({ DOCKER_TLS: '1' })).toEqual({ ca: 'at home', verify: false });
    expect(await tlsOf({ DOCKER_HOST: 'tcp://host.example:2376' })).toEqual({ ca: 'at home', verify: true });
    const elsewhere = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    expect(await tlsOf(elsewhere)).toEqual({ ca: 'elsewhere', verify: true });
    expect(await tlsOf({ ...elsewhere, DOCKER_HOST: 'unix:///env.sock' })).toBeUndefined();
  });
});

describe('the engines that can be found', () => {
  it('are every address once, the one in use first', async () => {
    await putContext('same', 'unix:///env.sock');
    await putContext('b', 'unix:///b.sock');
    await putContext('a', 'unix:///a.sock');
    const socket = await put('.docker/run/docker.sock', '');
    const found = await enginesOf({ env: { DOCKER_HOST: 'unix:///env.sock' } }).found();
    expect(found.slice(0, 3).map(({ url, source }) => `${source} ${url}`)).toEqual([
      'DOCKER_HOST unix:///env.sock',
      'context unix:///a.sock',
      'context unix:///b.sock',
    ]);
    expect(found).toContainEqual({ url: `unix://${socket}`, source: 'socket', name: 'Docker Desktop' });
    expect(new Set(found.map(({ url }) => url)).size).toBe(found.length);
  });

  it('are still there when the one in use is not', async () => {
    await putContext('a', 'unix:///a.sock');
    const found = await enginesOf({ setting: 'gone', platform: 'win32' }).found();
    expect(found).toEqual([{ url: 'unix:///a.sock', source: 'context', name: 'a' }]);
  });

  it('leave out contexts that cannot be read', async () => {
    await putContext('good', 'unix:///good.sock');
    await putContext('empty', '');
    await put('.docker/contexts/meta/broken/meta.json', '{');
    await put('.docker/contexts/meta/odd/meta.json', { Name: 1 });
    await put('.docker/contexts/meta/other/meta.json', { Name: 'kubernetes', Endpoints: { kubernetes: {} } });
    await put('.docker/config.json', '{');
    const found = await enginesOf({ platform: 'win32' }).found();
    expect(found.map(({ name }) => name)).toEqual(['good']);
  });
});
