import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { printReference } from '../../../src/core/reference';
import type { PushTarget } from '../../../src/providers/provider';
import { chooseName } from '../../../src/ui/images/chooseName';
import type { NameWish } from '../../../src/ui/images/chooseName';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';

const registry = (id: string, ...targets: readonly PushTarget[]) =>
  connectionNode(
    { id, label: id },
    { pushTargets: () => Promise.resolve(targets), hostOf: () => targets[0]?.host, locate: () => undefined },
  );
const connected = [
  registry('ACR', { host: 'mainacr.azurecr.io' }),
  registry('Hub', { host: 'docker.io', namespace: 'myusername' }, { host: 'docker.io', namespace: 'acme' }),
  registry('Local', { host: 'localhost:5000' }),
  registry('Azure'),
];
const wish = (from: string | undefined, more: Partial<NameWish> = {}): NameWish => ({
  title: 'Tag',
  from: from === undefined ? undefined : reference(from),
  ...more,
});

async function chosen(from: string | undefined, ...script: readonly (string | undefined)[]) {
  const { ask, ...asked } = user(...script);
  const name = await chooseName(fakeApp({ connected, ask }).app, wish(from));
  return { ...asked, name: typeof name === 'object' ? printReference(name) : name };
}

describe('the new name of an image', () => {
  it.each([
    ['webapp6:latest', ['ACR'], 'mainacr.azurecr.io/webapp6:latest'],
    ['webapp6:latest', ['Hub', 'docker.io/myusername/…'], 'myusername/webapp6:latest'],
    ['other.example/team/webapp6:2.0', ['Local'], 'localhost:5000/webapp6:2.0'],
    ['other.example/team/webapp6:2.0', ['Another name…'], 'other.example/team/webapp6:2.0'],
  ])('of %s at %j is proposed as %s, with the part to change selected', async (from, place, expected) => {
    const { name, proposed, marked } = await chosen(from, ...place, 'ok');
    expect([proposed, marked, name]).toEqual([[expected], ['webapp6'], expected]);
  });

  it('can be typed otherwise, and means latest without a tag', async () => {
    expect((await chosen('webapp6:latest', 'Local', 'localhost:5000/a/b:c')).name).toBe('localhost:5000/a/b:c');
    expect((await chosen(undefined, 'Local', 'localhost:5000/a/b')).name).toBe('localhost:5000/a/b:latest');
  });

  it.each([
    ['localhost:5000/Team/app', /lower case: did you mean “localhost:5000\/team\/app”/],
    ['localhost:5000/app:.1', /A tag has up to 128 letters/],
    [`app@sha256:${'a'.repeat(64)}`, /needs a tag, not a digest/],
  ])('is not taken as %j, wherever it is typed', async (typed, why) => {
    for (const before of [[], ['Hub'], ['Local'], ['Another name…']])
      await expect(chosen('app:1', ...before, typed), before.join()).rejects.toThrow(why);
  });

  it('is not taken as nothing', async () => {
    await expect(chosen('app:1', 'Local', '')).rejects.toThrow(/Type a name/);
  });

  it.each([[[]], [['Hub']]])('can be typed in full in place of a choice, after %j', async (before) => {
    const name = '127.0.0.1:5100/team/webapp6';
    expect((await chosen('app:1', ...before, ` ${name}:v1 `)).name).toBe(`${name}:v1`);
    expect((await chosen('app:1', ...before, name)).name).toBe(`${name}:latest`);
  });

  it.each(['acr', 'mainacr.azurecr.io', 'another'])('is not %j, which only finds a choice', async (part) => {
    await expect(chosen('app:1', part)).rejects.toThrow(/There is no choice/);
  });

  it('is not taken where the one who asks has a reason', async () => {
    const { ask } = user('team/app:1');
    const { app } = fakeApp({ connected, ask });
    const problem = ({ path }: { readonly path: string }) => `not ${path}`;
    await expect(chooseName(app, wish('app:1', { problem }))).rejects.toThrow(/does not take .*not team\/app/);
  });

  it('can be gone back on, step by step', async () => {
    const script = ['Local', 'back', 'Hub', 'docker.io/acme/…', 'back', 'back', 'Another name…', 'back', 'ACR', 'ok'];
    const { placeholders, name } = await chosen('app:1', ...script);
    const first = 'Choose a registry, or type a full name such as registry.example.com/team/app:1.0';
    const second = 'Choose a place in Hub; you can change the full name in the next step';
    expect([placeholders, name]).toEqual([[first, first, second, second, first, first], 'mainacr.azurecr.io/app:1']);
  });

  it('is none when the user leaves', async () => {
    for (const before of [[], ['Local'], ['Hub'], ['Hub', 'docker.io/acme/…'], ['Another name…']])
      expect((await chosen('app:1', ...before, undefined)).name, before.join()).toBeUndefined();
  });

  it('is proposed first where the last one went', async () => {
    const { ask, offered, selected } = user('Hub', 'docker.io/acme/…', 'ok', undefined, 'Hub', undefined);
    const { app } = fakeApp({ connected, ask });
    await chooseName(app, wish('app:1'));
    await chooseName(app, wish('app:1'));
    expect([offered(), selected()]).toEqual([['Another name…', 'Hub', 'ACR', 'Local', 'Azure'], 'Hub']);
    await chooseName(app, wish('app:1'));
    expect(offered()).toEqual(['docker.io/acme/…', 'docker.io/myusername/…']);
  });

  it('asks no registry before it is chosen', async () => {
    let asked = 0;
    const counted = connectionNode(
      { label: 'Counted' },
      { pushTargets: () => (asked++, Promise.resolve([])), hostOf: () => 'counted.example' },
    );
    const { ask } = user('elsewhere.example/app:1');
    await chooseName(fakeApp({ connected: [counted], ask }).app, wish('app:1'));
    expect(asked).toBe(0);
  });

  it('is proposed at a registry that does not tell where one may push, and the log says why', async () => {
    const silent = connectionNode(
      { label: 'Silent' },
      {
        pushTargets: () => Promise.reject(new Failure('forbidden', 'no catalog', { subject: 'silent.example' })),
        hostOf: () => 'silent.example',
        locate: () => undefined,
      },
    );
    const { ask, proposed } = user('Silent', 'ok');
    const { app, log } = fakeApp({ connected: [silent], ask });
    expect(await chooseName(app, wish('app:1'))).toEqual(reference('silent.example/app:1'));
    expect([proposed, log.join()]).toEqual([['silent.example/app:1'], expect.stringContaining('no catalog')]);
  });

  it('stays open, and says so, where a connection has no place at all', async () => {
    const { seen, name } = await chosen('app:1', 'Azure', 'Local', 'ok');
    expect([seen[1], name]).toEqual([
      'It does not tell where images can be pushed. Type a full name instead.',
      'localhost:5000/app:1',
    ]);
  });
});
