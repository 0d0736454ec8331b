import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { printReference } from '../../../src/core/reference';
import type { PushTarget } from '../../../src/providers/provider';
import { chooseName } from '../../../src/ui/images/chooseName';
import type { NameWish } from '../../../src/ui/images/chooseName';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';

const registry = (id: string, ...targets: readonly PushTarget[]) =>
  connectionNode({ id, label: id }, { pushTargets: () => Promise.resolve(targets), hostOf: () => targets[0]?.host });
const connected = [
  registry('ACR', { host: 'mainacr.azurecr.io' }),
  registry('Hub', { host: 'docker.io', namespace: 'myusername' }),
  registry('Local', { host: 'localhost:5000' }),
];
const wish = (from: string | undefined, others: NameWish['others'] = []): NameWish => ({
  title: 'Tag',
  from: from === undefined ? undefined : reference(from),
  others,
});

async function chosen(from: string | undefined, ...script: readonly (string | undefined)[]) {
  const { ask, ...asked } = user(...script);
  const name = await chooseName(fakeApp({ connected, ask }).app, wish(from));
  return { ...asked, name: typeof name === 'object' ? printReference(name) : name };
}

describe('the new name of an image', () => {
  it.each([
    ['webapp6:latest', 'mainacr.azurecr.io/…', 'mainacr.azurecr.io/webapp6:latest'],
    ['webapp6:latest', 'docker.io/myusername/…', 'myusername/webapp6:latest'],
    ['other.example/team/webapp6:2.0', 'localhost:5000/…', 'localhost:5000/webapp6:2.0'],
  ])('of %s at %s is proposed as %s', async (from, place, expected) => {
    const { name, proposed } = await chosen(from, place, 'ok');
    expect([proposed, name]).toEqual([[expected], expected]);
  });

  it('can be typed otherwise, and means latest without a tag', async () => {
    expect((await chosen('webapp6:latest', 'localhost:5000/…', 'localhost:5000/a/b:c')).name).toBe(
      'localhost:5000/a/b:c',
    );
    expect((await chosen(undefined, 'localhost:5000/…', 'localhost:5000/a/b')).name).toBe('localhost:5000/a/b:latest');
  });

  it.each([
    ['localhost:5000/Team/app', /lower case: did you mean “localhost:5000\/team\/app”/],
    ['localhost:5000/app:.1', /A tag has up to 128 letters/],
    [`app@sha256:${'a'.repeat(64)}`, /needs a tag, not a digest/],
    ['', /Type a name/],
  ])('is not taken as %j', async (typed, why) => {
    await expect(chosen('app:1', 'localhost:5000/…', typed)).rejects.toThrow(why);
  });

  it('can be gone back on', async () => {
    const { seen, name } = await chosen('app:1', 'localhost:5000/…', 'back', 'mainacr.azurecr.io/…', 'ok');
    expect([seen, name]).toEqual([['Tag', 'Tag', 'Tag', 'Tag'], 'mainacr.azurecr.io/app:1']);
  });

  it('is none when the user leaves', async () => {
    expect((await chosen('app:1', undefined)).name).toBeUndefined();
    expect((await chosen('app:1', 'localhost:5000/…', undefined)).name).toBeUndefined();
  });

  it('is proposed first where the last one went', async () => {
    const { ask, offered } = user('localhost:5000/…', 'ok', undefined);
    const { app } = fakeApp({ connected, ask });
    await chooseName(app, wish('app:1'));
    await chooseName(app, wish('app:1'));
    expect(offered()[0]).toBe('localhost:5000/…');
  });

  it('is proposed at a registry that does not tell where one may push, and the log says why', async () => {
    const silent = connectionNode(
      { label: 'Silent' },
      {
        pushTargets: () => Promise.reject(new Failure('forbidden', 'no catalog', { subject: 'silent.example' })),
        hostOf: () => 'silent.example',
      },
    );
    const { ask, offered } = user('silent.example/…', 'ok');
    const { app, log } = fakeApp({ connected: [silent], ask });
    expect(await chooseName(app, wish('app:1'))).toEqual(reference('silent.example/app:1'));
    expect([offered(), log.join()]).toEqual([['silent.example/…'], expect.stringContaining('no catalog')]);
  });
});
