import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { NamedImage } from '../../../src/images/imageReader';
import type { Platform } from '../../../src/core/model';
import { printReference } from '../../../src/core/reference';
import type { ContainerEngine } from '../../../src/engine/engine';
import type { ImageContent } from '../../../src/providers/provider';
import { accessTo, connectionAccess } from '../../../src/ui/images/engineAccess';
import { pull, push } from '../../../src/ui/images/moving';
import { pullEach } from '../../../src/ui/images/pullEach';
import { report } from '../../../src/ui/report';
import { stub } from '../stub';
import { connectionNode, enginesOf, fakeApp, fakeEngine, reference } from './fakeApp';
import { user } from './scriptedUser';
import { helperProblem } from '../../../src/core/docker/loginProblems';

const image = reference('registry.example.com/team/app:1.0');
const cancelled = new DOMException('The user went away.', 'AbortError');
const refused = (kind: 'unauthorized' | 'notFound', message: string, code?: string) =>
  new Failure(kind, message, { subject: image.host, ...(code === undefined ? {} : { code }) });
const images: readonly NamedImage[] = ['arm64', 's390x'].map((architecture) => ({
  image,
  label: `linux/${architecture}`,
  platform: { os: 'linux', architecture },
}));
const node = connectionNode(
  { id: 'c1', signIn: { kind: 'basic', account: 'alice' } },
  {
    locate: () => [],
    engineCredential: () => Promise.resolve({ kind: 'basic', username: 'alice', secret: 'pw' }),
    content: stub<ImageContent>('content', { images: () => Promise.resolve(images) }),
  },
);
const access = connectionAccess(node, image);

describe('a push', () => {
  it('takes the credential of the connection, and shows the tag where it went', async () => {
    const shown: unknown[] = [];
    const tree = { show: (...what: unknown[]) => (shown.push(what), Promise.resolve()) };
    const credentials: unknown[] = [];
    const engine = fakeEngine({
      push: (_image, credential) => (credentials.push(credential), Promise.resolve(undefined)),
    });
    const { app, done } = fakeApp({ tree });
    await push(app, engine, image, access, false);
    expect(credentials).toEqual([{ kind: 'basic', username: 'alice', secret: 'pw' }]);
    expect([done, shown]).toEqual([[`Pushed ${printReference(image)}`], [[node, []]]]);
  });

  it.each([
    [{ platform: { os: 'linux', architecture: 'arm64' } }, 'for linux/arm64 only'],
    [{}, 'for one platform only'],
  ])('of one platform in place of the index says so: %j', async (alone, words) => {
    const engine = fakeEngine({ push: () => Promise.resolve(alone) });
    const { app, done, told } = fakeApp({ connected: [node] });
    await push(app, engine, image, access, false);
    expect([done, told]).toEqual([[], [expect.stringContaining(words)]]);
  });

  it('that was cancelled is not called done, and says what is left behind', async () => {
    const engine = fakeEngine({ push: () => Promise.reject(cancelled) });
    const { app, done, told } = fakeApp({ connected: [node] });
    await push(app, engine, image, access, true);
    expect(done).toEqual([]);
    expect(told.join()).toMatch(/before the registry had confirmed.*Layers that were sent stay.*keeps its new name/);
  });

  it('that was refused is an error in the registry’s words, and names the connection', async () => {
    const engine = fakeEngine({ push: () => Promise.reject(refused('unauthorized', 'authentication required')) });
    const { app, done } = fakeApp({ connected: [node] });
    const error = await push(app, engine, image, access, false).catch((reason: unknown) => reason);
    expect(report(error, 'push')?.message).toBe('Could not push: the registry says “authentication required”.');
    expect([error instanceof Failure && error.detail.connection, done]).toEqual(['c1', []]);
  });

  it('is done even if its tag cannot be shown', async () => {
    const tree = { show: () => Promise.reject(new Error('no such row')) };
    const { app, done, log } = fakeApp({ tree });
    await push(app, fakeEngine({ push: () => Promise.resolve(undefined) }), image, access, false);
    expect([done.length, log.join()]).toEqual([1, expect.stringContaining('no such row')]);
  });
});

describe('a pull', () => {
  const lacking: ContainerEngine['pull'] = (_image, _credential, platform) =>
    platform === undefined
      ? Promise.reject(refused('notFound', 'no matching manifest for linux/amd64', 'NO_PLATFORM'))
      : Promise.resolve();

  it('of an image without the engine’s platform offers those that it has', async () => {
    const pulled: (Platform | undefined)[] = [];
    const engine = fakeEngine({ pull: (...call) => (pulled.push(call[2]), lacking(...call)) });
    const { ask, offered } = user('linux/s390x');
    const { app, done } = fakeApp({ ask });
    expect(await pull(app, engine, image, access)).toBe(true);
    expect(offered()).toEqual(['linux/arm64', 'linux/s390x']);
    expect(pulled).toEqual([undefined, { os: 'linux', architecture: 's390x' }]);
    expect(done).toEqual([`Pulled ${printReference(image)}`]);
  });

  it('is none when no other platform is wanted', async () => {
    const { app, done } = fakeApp({ ask: user(undefined).ask });
    expect(await pull(app, fakeEngine({ pull: lacking }), image, access)).toBe(false);
    expect(done).toEqual([]);
  });

  it('that was cancelled says that nothing has changed', async () => {
    const { app, told, done } = fakeApp();
    expect(await pull(app, fakeEngine({ pull: () => Promise.reject(cancelled) }), image, access)).toBe(false);
    expect([told.join(), done]).toEqual([expect.stringContaining('Nothing under that name has changed'), []]);
  });
});

describe('a credential helper that fails', () => {
  const problem = new Failure('rejected', 'Invalid argument', {
    subject: 'docker-credential-desktop.exe',
    speaker: 'program',
    namedBy: '/c.json',
    code: helperProblem.failed,
  });

  it('stops neither a pull nor a push, which go on without a login', async () => {
    const used: unknown[] = [];
    const engine = fakeEngine({
      pull: (_image, credential) => (used.push(credential), Promise.resolve()),
      push: (_image, credential) => (used.push(credential), Promise.resolve(undefined)),
    });
    const { app, told, done } = fakeApp({
      engines: enginesOf(engine),
      docker: { read: () => Promise.reject(problem) },
    });
    const access = await accessTo(app, image, 'Pull');
    if (access === undefined) throw new Error('no access');
    await pull(app, engine, image, access);
    await push(app, engine, image, access, false);
    await pullEach(app, image, [image, image], access);
    expect(used).toEqual(Array.from({ length: 4 }, () => ({ kind: 'anonymous' })));
    expect([told.length, done.length]).toEqual([3, 3]);
    for (const words of told)
      expect(words).toMatch(/^Continuing without .*docker-credential-desktop\.exe.*Invalid argument/);
  });
});

describe('a pull of a whole repository', () => {
  const images = ['1.0', '1.1', '1.2'].map((tag) => reference(`registry.example.com/team/app:${tag}`));
  const pulling = (answers: Readonly<Record<string, Error>>) => {
    const asked: (string | undefined)[] = [];
    const engine = fakeEngine({
      pull: ({ tag = '' }) => {
        asked.push(tag);
        const error = answers[tag];
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
    });
    const parts = fakeApp({ engines: enginesOf(engine) });
    return { ...parts, asked, run: () => pullEach(parts.app, image, images, access) };
  };

  it('brings all its tags', async () => {
    const { run, asked, done } = pulling({});
    await run();
    expect([asked, done]).toEqual([['1.0', '1.1', '1.2'], ['Pulled 3 tags of registry.example.com/team/app:1.0']]);
  });

  it('goes on after a tag that fails, and then names it', async () => {
    const { run, asked, done } = pulling({ '1.1': refused('notFound', 'manifest unknown') });
    const error = await run().catch((reason: unknown) => reason);
    expect(asked).toEqual(['1.0', '1.1', '1.2']);
    expect(report(error, 'pull')?.message).toBe(
      'Could not pull: 1 of 3 tags failed: 1.1 (The registry says “manifest unknown”).',
    );
    expect(done).toEqual([]);
  });

  it('does not ask on when every tag would meet the same', async () => {
    const { run, asked } = pulling({ '1.0': refused('unauthorized', 'authentication required') });
    await expect(run()).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(asked).toEqual(['1.0']);
  });

  it('names those that were not asked for any more', async () => {
    const { run, asked } = pulling({ '1.1': refused('unauthorized', 'token expired') });
    await expect(run()).rejects.toMatchObject({
      detail: { explanation: expect.stringMatching(/^2 of 3 .*1\.1.*1\.2/) as unknown },
    });
    expect(asked).toEqual(['1.0', '1.1']);
  });

  it('that was cancelled says how far it came', async () => {
    const { run, told, done } = pulling({ '1.1': cancelled });
    await run();
    expect([told.join(), done]).toEqual([expect.stringContaining('1 of 3 tags were pulled'), []]);
  });
});
