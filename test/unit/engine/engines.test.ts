import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LocalEngines } from '../../../src/engine/engines';
import { tempDir } from '../../sandbox/tempDir';
import { failing } from '../failing';

let home: string;

beforeEach(async () => {
  const directory = await tempDir('home');
  onTestFinished(() => directory.remove());
  home = directory.path;
});

async function write(path: string, content: unknown): Promise<void> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
}

async function context(name: string, host: string, tls: Readonly<Record<string, string>> = {}): Promise<void> {
  const id = createHash('sha256').update(name).digest('hex');
  await write(`.docker/contexts/meta/${id}/meta.json`, { Name: name, Endpoints: { docker: { Host: host } } });
  for (const [file, text] of Object.entries(tls)) await write(`.docker/contexts/tls/${id}/docker/${file}`, text);
}

function engines(setting = '', env: Readonly<Record<string, string>> = {}): LocalEngines {
  return new LocalEngines({ setting: () => setting, env, home, platform: 'linux' });
}

const urlOf = async (found: LocalEngines): Promise<string> => (await found.current()).endpoint.url;

describe('the container engine', () => {
  it('is the one that the setting names, then DOCKER_HOST, then the context, then the usual sockets', async () => {
    await context('desk', 'tcp://desk:2375');
    await write('.docker/config.json', { currentContext: 'desk' });
    await write('.colima/default/docker.sock', '');
    expect(await urlOf(engines('tcp://set:2375', { DOCKER_HOST: 'tcp://env:2375' }))).toBe('tcp://set:2375');
    expect(await urlOf(engines('', { DOCKER_HOST: 'tcp://env:2375', DOCKER_CONTEXT: 'desk' }))).toBe('tcp://env:2375');
    expect(await urlOf(engines())).toBe('tcp://desk:2375');
    await write('.docker/config.json', { currentContext: 'default' });
    expect((await engines().found()).map(({ url }) => url)).toContain(`unix://${home}/.colima/default/docker.sock`);
  });

  it('may be set by the name of a context, whose certificates then count', async () => {
    await context('far', 'tcp://far:2376', { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' });
    const { endpoint } = await engines('far').current();
    expect(endpoint).toEqual({
      url: 'tcp://far:2376',
      source: 'setting',
      name: 'far',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', verify: true },
    });
  });

  it('is said not to be there where a context has no such name', async () => {
    expect(await failing(engines('nowhere').current())).toMatchObject({
      kind: 'notFound',
      detail: { code: 'NO_ENGINE', explanation: 'there is no docker context “nowhere”' },
    });
  });

  it('is listed once, the one in use first', async () => {
    await context('desk', 'tcp://desk:2375');
    await context('again', 'tcp://desk:2375');
    const found = await engines('', { DOCKER_HOST: 'tcp://desk:2375' }).found();
    expect(found.filter(({ url }) => url === 'tcp://desk:2375')).toEqual([
      { url: 'tcp://desk:2375', name: 'tcp://desk:2375', source: 'DOCKER_HOST' },
    ]);
    expect(found[0]?.source).toBe('DOCKER_HOST');
  });

  it('takes DOCKER_CONTEXT before the current context, and a host without a scheme for tcp', async () => {
    await context('desk', 'tcp://desk:2375');
    await context('other', 'tcp://other:2375');
    await write('.docker/config.json', { currentContext: 'desk' });
    expect(await urlOf(engines('', { DOCKER_CONTEXT: 'other' }))).toBe('tcp://other:2375');
    expect(await urlOf(engines('', { DOCKER_HOST: 'env:2375' }))).toBe('tcp://env:2375');
  });

  it('is found in spite of contexts that cannot be read', async () => {
    await write('.docker/contexts/meta/broken/meta.json', '{');
    await write('.docker/contexts/meta/odd/meta.json', { Name: 1 });
    await context('desk', 'tcp://desk:2375');
    expect((await engines().found()).filter(({ source }) => source === 'context')).toHaveLength(1);
  });

  it('is reached by TLS where DOCKER_TLS_VERIFY asks for it', async () => {
    await write('certs/ca.pem', 'CA');
    const env = { DOCKER_HOST: 'tcp://env:1234', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(home, 'certs') };
    expect((await engines('', env).found())[0]).toMatchObject({ tls: { ca: 'CA', verify: true } });
  });
});
