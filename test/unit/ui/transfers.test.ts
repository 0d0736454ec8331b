import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Manifest } from '../../../src/core/manifest';
import type { NamedImage } from '../../../src/images/imageReader';
import type { Platform } from '../../../src/core/model';
import { printReference } from '../../../src/core/reference';
import type { ImageReference } from '../../../src/core/reference';
import type { ContainerEngine } from '../../../src/engine/engine';
import type { ImageContent } from '../../../src/providers/provider';
import type { App } from '../../../src/ui/app';
import { accessTo, connectionAccess } from '../../../src/ui/images/engineAccess';
import { pull, push } from '../../../src/ui/images/transfers';
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
/** Images to pull, called by the name of `shown`. */
const batch = (shown: ImageReference, all: readonly ImageReference[], its = access) => {
  const name = printReference(shown);
  return {
    name,
    shown,
    wanted: all.map((each) => ({ image: each, access: its })),
    pulled: `Pulled ${all.length} tags of ${name}`,
  };
};

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

/** A user who presses a button of a message later, on a clock that goes on by so much at each look. */
function userAway(ms: number) {
  const messages: unknown[] = [];
  let at = 0;
  const { promise: pressed, resolve: press } = withResolvers<string>();
  const { promise: acted, resolve: act } = withResolvers<undefined>();
  return {
    messages,
    /** Resolves when what the button starts has called `act`. */
    press: (button: string) => {
      press(button);
      return acted;
    },
    act: () => {
      act(undefined);
      return Promise.resolve();
    },
    parts: { now: () => (at += ms), message: (...message: unknown[]) => (messages.push(message), pressed) },
  };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('a push that took long', () => {
  const engine = fakeEngine({ push: () => Promise.resolve(undefined) });
  const buttons = ['Show in Registries', 'Copy Image Digest'];

  it('ends with a message that leads to the tag, and does not jump there by itself', async () => {
    const { messages, press, act, parts } = userAway(10_000);
    const did: unknown[] = [];
    const refresh = (row?: { readonly id: string }) => void did.push(['refresh', row?.id]);
    const show = (...what: unknown[]) => (did.push(what), act());
    const { app, done } = fakeApp({ ...parts, tree: { refresh, show } });
    await push(app, engine, image, access, false);
    expect([done, did]).toEqual([[], [['refresh', 'c1']]]);
    expect(messages).toEqual([['information', 'Pushed registry.example.com/team/app:1.0.', ...buttons]]);
    await press('Show in Registries');
    expect(did.at(-1)).toEqual([node, []]);
  });

  it('is quiet where it took less', async () => {
    const { messages, parts } = userAway(9999);
    const { app, done } = fakeApp(parts);
    await push(app, engine, image, access, false);
    expect([done.length, messages]).toEqual([1, []]);
  });

  it('copies the digest that the registry has now', async () => {
    const { press, act, parts } = userAway(10_000);
    const manifest = () => Promise.resolve(stub<Manifest>('manifest', { digest: 'sha256:1' }));
    const provider = { ...node.provider, content: stub<ImageContent>('content', { manifest }) };
    const copied: string[] = [];
    const copy = (text: string) => (copied.push(text), act());
    const { app } = fakeApp({ ...parts, copy, tree: { refresh: () => undefined } });
    await push(app, engine, image, connectionAccess({ ...node, provider }, image), false);
    await press('Copy Image Digest');
    expect(copied).toEqual(['sha256:1']);
  });

  it('says why a button could not do what it says', async () => {
    const { press, act, parts } = userAway(10_000);
    const show = () => Promise.reject(refused('notFound', 'gone'));
    const failed: unknown[] = [];
    const fail = (error: unknown, doing: string) => void (failed.push(error, doing), act());
    const { app } = fakeApp({ ...parts, fail, tree: { refresh: () => undefined, show } });
    await push(app, engine, image, access, false);
    await press('Show in Registries');
    expect(failed).toMatchObject([{ kind: 'notFound' }, 'show registry.example.com/team/app:1.0']);
  });

  it('of one platform alone is a warning with the same buttons', async () => {
    const { messages, parts } = userAway(10_000);
    const alone = fakeEngine({ push: () => Promise.resolve({}) });
    const { app } = fakeApp({ ...parts, tree: { refresh: () => undefined } });
    await push(app, alone, image, access, false);
    expect(messages).toEqual([['warning', expect.stringContaining('for one platform only'), ...buttons]]);
  });

  it('has no button where the registry is not connected', async () => {
    const { messages, parts } = userAway(10_000);
    const { app } = fakeApp(parts);
    const access = await accessTo(app, image, 'Push');
    if (access === undefined) throw new Error('no access');
    await push(app, engine, image, access, false);
    expect(messages).toEqual([['information', 'Pushed registry.example.com/team/app:1.0.']]);
  });
});

describe('a pull that took long', () => {
  const engine = fakeEngine({ pull: () => Promise.resolve() });
  const tags = ['1.0', '1.1'].map((tag) => reference(`registry.example.com/team/app:${tag}`));
  const repository = reference('registry.example.com/team/app');

  it.each([
    ['Pulled registry.example.com/team/app:1.0.', image, (app: App) => pull(app, engine, image, access)],
    [
      'Pulled 2 tags of registry.example.com/team/app.',
      repository,
      (app: App) => pullEach(app, batch(repository, tags)),
    ],
  ])('ends with a message that leads to it: %s', async (words, name, run) => {
    const { messages, press, act, parts } = userAway(10_000);
    const shown: unknown[] = [];
    const show = (...what: unknown[]) => (shown.push(what), act());
    const { app, done } = fakeApp({ ...parts, engines: enginesOf(engine), images: { show } });
    await run(app);
    expect([done, messages]).toEqual([[], [['information', words, 'Show in Images']]]);
    await press('Show in Images');
    expect(shown).toEqual([[name]]);
  });

  it.each([
    [image, (app: App) => pull(app, engine, image, access)],
    [repository, (app: App) => pullEach(app, batch(repository, tags))],
  ])('is quiet where it took less, and is shown if the view is on screen: %j', async (name, run) => {
    const { messages, parts } = userAway(9999);
    const shown: unknown[] = [];
    const show = (...what: unknown[]) => Promise.resolve(void shown.push(what));
    const { app, done } = fakeApp({ ...parts, engines: enginesOf(engine), images: { show } });
    await run(app);
    expect([done.length, messages, shown]).toEqual([1, [], [[name, 'ifVisible']]]);
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
    await pullEach(app, batch(image, [image, image], access));
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
    return { ...parts, asked, run: () => pullEach(parts.app, batch(image, images)) };
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
