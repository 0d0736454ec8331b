import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { startDockerRegistry, whyNoDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { buildImage } from '../sandbox/images';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { ask, basic, manifestTypes } from '../unit/sandbox/ask';
import { useTokenServer } from '../unit/sandbox/tokenRig';

const image = buildImage();
const { server, get } = useTokenServer();

describe('tokens at docker-registry', unless(whyNoDockerRegistry()), () => {
  let root: TempDir;
  let registry: RunningRegistry;

  beforeAll(async () => {
    root = await tempDir('test');
    await seedFilesystem(root.path, [
      { name: 'team/app', tags: { a: image } },
      { name: 'other/app', tags: { a: image } },
    ]);
    registry = await startDockerRegistry({ root: root.path, auth: { kind: 'token', tokenServer: server() } });
  });
  afterAll(async () => {
    await registry.stop();
    await root.remove();
  });

  const use = async (path: string, token: string | undefined, method = 'GET'): Promise<number> => {
    const headers = { ...manifestTypes, Authorization: `Bearer ${token ?? ''}` };
    return (await ask(`${registry.url}/v2/${path}`, { method, headers })).status;
  };

  it('are demanded by the challenge the server describes', async () => {
    const { status, headers } = await ask(`${registry.url}/v2/team/app/tags/list`);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe(server().challenge('repository:team/app:pull'));
  });

  it('allow pull where it is granted, and not elsewhere', async () => {
    expect(await use('team/app/manifests/a', (await get('repository:team/app:pull')).token)).toBe(200);
    expect(await use('other/app/manifests/a', (await get('repository:other/app:pull')).token)).toBe(401);
  });

  it('allow the catalog to those who may list it', async () => {
    const scope = 'registry:catalog:*';
    expect(await use('_catalog', (await get(scope)).token)).toBe(200);
    expect(await use('_catalog', (await get(scope, basic('bob', 'with:colon'))).token)).toBe(401);
  });

  it('allow anonymous pull where that is granted', async () => {
    server().settings.anonymous = { repositories: { 'other/*': ['pull'] } };
    expect(await use('other/app/manifests/a', (await get('repository:other/app:pull', {})).token)).toBe(200);
    expect(await use('team/app/manifests/a', (await get('repository:team/app:pull', {})).token)).toBe(401);
  });

  it('are refused once expired for more than the leeway of a minute', async () => {
    const access = [{ type: 'repository', name: 'team/app', actions: ['pull'] }];
    expect(await use('team/app/manifests/a', server().mint('alice', access, -90))).toBe(401);
    expect(await use('team/app/manifests/a', server().mint('alice', access, -30))).toBe(200);
  });

  it('allow deleting only to those who may', async () => {
    const scope = 'repository:team/app:delete';
    const path = `team/app/manifests/${image.digest}`;
    expect(await use(path, (await get(scope, basic('bob', 'with:colon'))).token, 'DELETE')).toBe(401);
    expect(await use(path, (await get(scope)).token, 'DELETE')).toBe(202);
  });
});
