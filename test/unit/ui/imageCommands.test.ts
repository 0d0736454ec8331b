import { describe, expect, it } from 'vitest';
import { mostBarrenPages, rowsLeftOut } from '../../../src/core/bounds';
import { Failure } from '../../../src/core/failure';
import type { Connection } from '../../../src/core/model';
import { printReference, type ImageReference } from '../../../src/core/reference';
import type { ContainerEngine, LocalImage, LocalName } from '../../../src/engine/engine';
import { generic } from '../../../src/providers/generic/genericType';
import type { ConnectAsk, ProviderType, RegistryProvider } from '../../../src/providers/provider';
import type { OpenRegistry } from '../../../src/registries/registries';
import type { App } from '../../../src/ui/app';
import type { Ask } from '../../../src/ui/ask';
import type { NodeCommand } from '../../../src/ui/commands/command';
import { logInDocker, logOutDocker } from '../../../src/ui/commands/dockerLogin';
import { pullImage } from '../../../src/ui/commands/pullImage';
import { pullRepository } from '../../../src/ui/commands/pullRepository';
import { pushImage } from '../../../src/ui/commands/pushImage';
import { removeImage } from '../../../src/ui/commands/removeImage';
import { tagImage } from '../../../src/ui/commands/tagImage';
import { groupImages, everyRow } from '../../../src/ui/images/localNode';
import { report } from '../../../src/ui/report';
import { rowBelow } from '../../../src/ui/tree/node';
import { connectionNode, enginesOf, fakeApp, fakeEngine, fakeProvider, localImage, reference } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user, userWho } from './scriptedUser';

const webapp = localImage('a', ['webapp6:latest', 'registry.example.com/webapp6:1']);
const other = localImage('b', ['registry.example.com/other:1']);
const untagged = localImage('c', []);
const images = [webapp, other, untagged];
const print = (name: LocalName) => ('id' in name ? name.id.slice(0, 10) : printReference(name));

/** An app over an engine that notes what it is told to do. */
function engineApp(parts: FakeParts, abilities: Parameters<typeof fakeEngine>[0] = {}) {
  const did: string[] = [];
  const engine = fakeEngine({
    tag: (image, as) => (did.push(`tag ${print(image)} ${printReference(as)}`), Promise.resolve()),
    push: (image) => (did.push(`push ${printReference(image)}`), Promise.resolve(undefined)),
    pull: (image) => (did.push(`pull ${printReference(image)}`), Promise.resolve()),
    remove: (image) => (did.push(`remove ${print(image)}`), Promise.resolve()),
    ...abilities,
  });
  const list = () => Promise.resolve<readonly LocalImage[]>(images);
  const app = fakeApp({
    engines: enginesOf(engine),
    images: { list, refresh: () => Promise.resolve(), show: () => Promise.resolve() },
    ...parts,
  });
  return { ...app, did };
}

function run(command: NodeCommand, app: App, ...labels: readonly string[]): Promise<void> {
  return runOn(images, command, app, ...labels);
}

function runOn(
  images: readonly LocalImage[],
  command: NodeCommand,
  app: App,
  ...labels: readonly string[]
): Promise<void> {
  const rows = everyRow(groupImages(images));
  const nodes = labels.map((label) => {
    const found = rows.find(({ id }) => id === label);
    if (found === undefined) throw new Error(`There is no row ${label}.`);
    return found;
  });
  return command.run(app, nodes);
}

const registry = (host: string) =>
  connectionNode(
    { id: host, label: host },
    {
      locate: (image: ImageReference) => (image.host === host ? [] : undefined),
      pushTargets: () => Promise.resolve([{ host }]),
      hostOf: () => host,
      engineCredential: () => Promise.resolve({ kind: 'anonymous' }),
    },
  );

describe('Push…', () => {
  it('goes straight to the connected registry that the image is tagged for', async () => {
    const { app, did } = engineApp({ connected: [registry('registry.example.com')], ask: user().ask });
    await run(pushImage, app, 'registry.example.com/webapp6:1');
    expect(did).toEqual(['push registry.example.com/webapp6:1']);
  });

  it('tags an image that is tagged for none on the registry chosen, then pushes it', async () => {
    const { ask, offered, selected } = user('registry.example.com', 'registry.example.com/team/webapp6:2');
    const { app, did } = engineApp({ connected: [registry('registry.example.com')], ask });
    await run(pushImage, app, 'webapp6:latest');
    expect([offered(), selected()]).toEqual([
      ['Another name…', 'Connect Registry…', 'registry.example.com'],
      'registry.example.com',
    ]);
    expect(did).toEqual([
      'tag webapp6:latest registry.example.com/team/webapp6:2',
      'push registry.example.com/team/webapp6:2',
    ]);
  });

  describe('where two accounts of one host are connected', () => {
    const host = 'registry.example.com';
    const account = (id: string) =>
      connectionNode(
        { id, label: `${id} at ${host}`, signIn: { kind: 'basic', account: id } },
        {
          locate: (image) => (image.host === host ? [] : undefined),
          pushTargets: () => Promise.resolve([{ host, namespace: `of-${id}` }, { host }]),
          hostOf: () => host,
          engineCredential: () => Promise.resolve({ kind: 'basic', username: id, secret: 's' }),
        },
      );
    /** With whose credential each name was pushed, and below whose connection it was shown. */
    const twoAccounts = (ask: Ask) => {
      const pushed: string[] = [];
      const roots = [account('alice'), account('carol')];
      const show = ({ connection }: OpenRegistry) => Promise.resolve(void pushed.push(`shown below ${connection.id}`));
      const { app } = engineApp(
        { tree: { show }, connected: roots, ask },
        {
          push: (image, credential) => {
            const who = credential.kind === 'basic' ? credential.username : credential.kind;
            return Promise.resolve(void pushed.push(`${printReference(image)} by ${who}`));
          },
        },
      );
      return { app, pushed };
    };

    it.each(['alice', 'carol'])('keeps the one whose place was chosen, and does not ask again: %s', async (id) => {
      const { ask, placeholders } = user(`${id} at ${host}`, `${host}/of-${id}/…`, 'ok');
      const { app, pushed } = twoAccounts(ask);
      await run(pushImage, app, 'webapp6:latest');
      expect(pushed).toEqual([`${host}/of-${id}/webapp6:latest by ${id}`, `shown below ${id}`]);
      expect(placeholders).toEqual([
        'Choose a registry, or type a full name such as registry.example.com/team/app:1.0',
        `Choose a place in ${id} at ${host}; you can change the full name in the next step`,
      ]);
    });

    it('keeps it for another name of that host, and proposes its place first the next time', async () => {
      const { ask, selected } = user(`carol at ${host}`, `${host}/of-carol/…`, `${host}/elsewhere:2`, undefined);
      const { app, pushed } = twoAccounts(ask);
      await run(pushImage, app, 'webapp6:latest');
      expect(pushed).toEqual([`${host}/elsewhere:2 by carol`, 'shown below carol']);
      await run(pushImage, app, 'webapp6:latest');
      expect(selected()).toBe(`carol at ${host}`);
    });

    it('asks which is meant where the image is tagged for the host already, once', async () => {
      const asked: unknown[] = [];
      const pick: Ask['pick'] = async ({ placeholder, items }) => {
        asked.push(placeholder);
        const choice = (await items).find(({ description }) => description === 'carol');
        return choice && { value: choice.value };
      };
      const { app, pushed } = twoAccounts({ ...user().ask, pick });
      await run(pushImage, app, `${host}/webapp6:1`);
      expect([asked, pushed[0]]).toEqual([[`${host} is connected several times`], `${host}/webapp6:1 by carol`]);
    });

    it('takes the account that the user connects for it', async () => {
      const roots = ['alice', 'carol'].map(account).map((node) => ({ ...node, provider: { ...node.provider } }));
      const known = new Set<string>();
      for (const { id, provider } of roots)
        Object.assign(provider, {
          locate: () => (known.has(id) ? [] : undefined),
          pushTargets: () => Promise.resolve([]),
        });
      const pushed: string[] = [];
      const connection: Omit<Connection, 'id'> = {
        provider: 'x',
        label: host,
        url: `https://${host}`,
        signIn: { kind: 'basic', account: 'carol' },
      };
      const type: ProviderType = {
        ...generic,
        ...{ id: 'x', label: 'X', detail: '', icon: '' },
        connect: async (ask: ConnectAsk) => {
          await ask.input({ prompt: 'Address' });
          return { connection, credential: { kind: 'anonymous' } };
        },
      };
      const connections = {
        all: () => [],
        unhide: () => Promise.resolve(undefined),
        add: () => {
          // Its host has images of both from now on.
          for (const { id } of roots) known.add(id);
          return Promise.resolve({ ...connection, id: 'carol' });
        },
      };
      const { app } = engineApp(
        {
          connected: [...roots],
          ask: user('Connect Registry…', 'X', connection.url).ask,
          providerTypes: [type],
          connections,
          setting: () => '',
          open: () => fakeProvider({ list: () => Promise.resolve({ items: [] }) }),
        },
        {
          push: (image, credential) => {
            pushed.push(`${printReference(image)} by ${credential.kind === 'basic' ? credential.username : '-'}`);
            return Promise.resolve(undefined);
          },
        },
      );
      await run(pushImage, app, `${host}/webapp6:1`);
      expect(pushed).toEqual([`${host}/webapp6:1 by carol`]);
    });

    it('goes by the name where the user types one of another registry', async () => {
      const { ask } = user(`carol at ${host}`, `${host}/of-carol/…`, 'elsewhere.example/app:1');
      const { app, pushed } = twoAccounts(ask);
      await run(pushImage, app, 'webapp6:latest');
      expect(pushed).toEqual(['elsewhere.example/app:1 by anonymous']);
    });
  });

  it('lets an image go as it is tagged, with docker’s own login, where its registry is not connected', async () => {
    const { ask, offered, selected } = user('registry.example.com/other:1');
    const { app, did } = engineApp({ ask });
    await run(pushImage, app, 'registry.example.com/other:1');
    expect([offered(), selected()]).toEqual([
      ['registry.example.com/other:1', 'Another name…', 'Connect Registry…'],
      'registry.example.com/other:1',
    ]);
    expect(did).toEqual(['push registry.example.com/other:1']);
  });

  it('pushes nothing when the name would be taken from another image and the user does not want that', async () => {
    const { ask, questions } = userWho(false, ['registry.example.com', 'registry.example.com/other:1']);
    const { app, did } = engineApp({ connected: [registry('registry.example.com')], ask });
    await run(pushImage, app, 'webapp6:latest');
    expect(questions[0]?.message).toBe('Move the name registry.example.com/other:1 to this image?');
    expect(questions[0]?.detail).toContain('It becomes untagged');
    expect(did).toEqual([]);
  });
});

describe('Push… of a name typed in full', () => {
  it('goes to the registry of that name, with the credential of its connection', async () => {
    const { ask } = user('registry.example.com/team/typed:3');
    const { app, did } = engineApp({ connected: [registry('registry.example.com')], ask });
    await run(pushImage, app, 'webapp6:latest');
    expect(did).toEqual([
      'tag webapp6:latest registry.example.com/team/typed:3',
      'push registry.example.com/team/typed:3',
    ]);
  });

  it.each([[[]], [['Another name…']]])('is not taken without a registry: %j', async (before) => {
    const { app, did } = engineApp({ ask: user(...before, 'webapp7:1').ask });
    await expect(run(pushImage, app, 'webapp6:latest')).rejects.toThrow(
      'Put a registry in front, or a user name of Docker Hub: user/webapp7:1',
    );
    expect(did).toEqual([]);
  });
});

describe('Tag…', () => {
  it('takes a name typed in full, and shows it in the Images view', async () => {
    const shown: string[] = [];
    const show = (name: ImageReference) => (shown.push(printReference(name)), Promise.resolve());
    const list = () => Promise.resolve<readonly LocalImage[]>(images);
    const { app, did, done } = engineApp({
      ...{ connected: [registry('registry.example.com')], ask: user('127.0.0.1:5100/team/webapp6:v1').ask },
      images: { list, show },
    });
    await run(tagImage, app, 'webapp6:latest');
    expect([did, done, shown]).toEqual([
      ['tag webapp6:latest 127.0.0.1:5100/team/webapp6:v1'],
      ['Tagged 127.0.0.1:5100/team/webapp6:v1'],
      ['127.0.0.1:5100/team/webapp6:v1'],
    ]);
  });

  it('is done even if its row cannot be shown', async () => {
    const list = () => Promise.resolve<readonly LocalImage[]>(images);
    const show = () => Promise.reject(new Error('no such row'));
    const { app, done, log } = engineApp({ ask: user('me/app:1').ask, images: { list, show } });
    await run(tagImage, app, 'webapp6:latest');
    expect([done.length, log.join()]).toEqual([1, expect.stringContaining('no such row')]);
  });

  it('asks for the name alone when nothing is connected, and names an untagged image by its id', async () => {
    const { ask, proposed } = user('me/app:1');
    const { app, did, done } = engineApp({ ask });
    await run(tagImage, app, untagged.id);
    expect([proposed, did, done]).toEqual([[''], ['tag sha256:ccc me/app:1'], ['Tagged me/app:1']]);
  });

  it('does nothing when the image has the name already', async () => {
    const { app, did } = engineApp({ ask: user('webapp6:latest').ask });
    await run(tagImage, app, 'registry.example.com/webapp6:1');
    expect(did).toEqual([]);
  });
});

describe('Remove Image…', () => {
  const asked = async (images: readonly LocalImage[], ...labels: readonly string[]) => {
    const { ask, questions } = user();
    const { app, did, done } = engineApp({ ask });
    await runOn(images, removeImage, app, ...labels);
    return { question: questions[0], did, done };
  };

  it('says that only a name goes, and under which the image stays', async () => {
    const { question, did, done } = await asked(images, 'webapp6:latest');
    expect(question).toEqual({
      message: 'Remove the name webapp6:latest?',
      detail:
        'Removes the name webapp6:latest; the image stays under registry.example.com/webapp6:1.\n\nNothing in any registry changes.',
      button: 'Remove Name',
    });
    expect([did, done]).toEqual([['remove webapp6:latest'], ['Removed webapp6:latest']]);
  });

  it('says that the image goes with its only name', async () => {
    const { question } = await asked(images, 'registry.example.com/other:1');
    expect(question).toEqual({
      message: 'Remove registry.example.com/other:1?',
      detail:
        'Removes 1 image from this machine and frees up to 1 MB. Layers that other images use stay.\n\nNothing in any registry changes. An image that a container uses is not removed.',
      button: 'Remove Image',
    });
  });

  it('says that an image goes with all its names, if all are selected', async () => {
    const { question } = await asked(images, 'webapp6:latest', 'registry.example.com/webapp6:1');
    expect(question).toMatchObject({ message: 'Remove webapp6:latest?', button: 'Remove Image' });
    expect(question?.detail).toContain('All its names go with it: webapp6:latest, registry.example.com/webapp6:1.');
  });

  it('counts images and names that go, each once', async () => {
    const { question, did, done } = await asked(
      [...images, localImage('d', ['a:1', 'a:2', 'a:3'])],
      ...['webapp6:latest', 'registry.example.com/webapp6:1', 'untagged', untagged.id, 'a:1', 'a:2'],
    );
    expect(question).toMatchObject({ message: 'Remove 2 images and 2 names?', button: 'Remove Images and Names' });
    expect(question?.detail.split('\n\n')).toEqual([
      expect.stringMatching(/^Removes 2 images from this machine and frees up to 2 MB/),
      'All their names go with them: webapp6:latest, registry.example.com/webapp6:1.',
      'Removes the names a:1, a:2; what they name stays under a:3.',
      expect.stringMatching(/^Nothing in any registry changes\./),
    ]);
    expect(did.length).toBe(5);
    expect(done).toEqual(['Removed 2 images and 2 names']);
  });

  it('knows that names with a digest keep an image, but not those of the repository of its last tag', async () => {
    const digest = (repository: string) => reference(`${repository}@sha256:${'e'.repeat(64)}`);
    const gone = localImage('d', ['a.example/app:1'], { digests: [digest('a.example/app')] });
    expect((await asked([gone], 'a.example/app:1')).question?.button).toBe('Remove Image');
    const kept = localImage('d', ['a.example/app:1'], { digests: [digest('b.example/app')] });
    expect((await asked([kept], 'a.example/app:1')).question).toMatchObject({
      button: 'Remove Name',
      detail: expect.stringContaining('stays under b.example/app@sha256:eee') as unknown,
    });
    const twice = localImage('d', [], { digests: [digest('a.example/app'), digest('b.example/app')] });
    const [row] = twice.digests.map(printReference);
    expect((await asked([twice], row ?? '')).question?.button).toBe('Remove Name');
  });

  it('removes nothing when the answer is no', async () => {
    const { app, did } = engineApp({ ask: userWho(false, []).ask });
    await run(removeImage, app, 'webapp6:latest');
    expect(did).toEqual([]);
  });

  it('goes on after an image that is in use, and says why it stayed', async () => {
    const inUse = new Failure('rejected', 'conflict: container 1a2b is using it', { subject: 'e', speaker: 'engine' });
    const remove = (image: LocalName) => ('id' in image ? Promise.resolve() : Promise.reject(inUse));
    const { app, done } = engineApp({ ask: user().ask }, { remove });
    const error = await run(removeImage, app, 'registry.example.com/other:1', untagged.id).catch((one: unknown) => one);
    expect(report(error, 'remove 2 images')?.message).toMatch(
      /^Could not remove 2 images: 1 of 2 stayed: registry\.example\.com\/other:1 \(.*conflict: container 1a2b is using it.*\)\.$/,
    );
    expect(done).toEqual([]);
  });
});

describe('Pull Image', () => {
  const tagRow = (name: string, host = 'registry.example.com') => {
    const image = reference(`${host}/${name}`);
    return rowBelow(registry(host), { kind: 'tag', label: image.tag ?? '', image });
  };
  const several = [tagRow('app:1'), tagRow('app:2'), tagRow('web:1', 'other.example.com')];
  const name = (tag: string) => `registry.example.com/app:${tag}`;

  it('pulls one image', async () => {
    const { app, did, done } = engineApp({});
    await pullImage.run(app, several.slice(0, 1));
    expect([did, done]).toEqual([[`pull ${name('1')}`], [`Pulled ${name('1')}`]]);
  });

  it('pulls several rows in one progress, and sums up once', async () => {
    const titles: string[] = [];
    const working: App['working'] = (title, task) => {
      titles.push(title);
      return task(() => undefined, new AbortController().signal);
    };
    const { app, did, done } = engineApp({ working });
    await pullImage.run(app, several);
    expect(did).toEqual([`pull ${name('1')}`, `pull ${name('2')}`, 'pull other.example.com/web:1']);
    expect([titles, done]).toEqual([['Pulling 3 images'], ['Pulled 3 images']]);
  });

  it('goes on after one that fails, and names it; a registry that refuses the credential is not asked again', async () => {
    const asked: string[] = [];
    const refusal = new Failure('unauthorized', 'denied', { subject: 'registry.example.com', status: 401 });
    const pull: ContainerEngine['pull'] = (image) => {
      asked.push(printReference(image));
      return image.host === 'registry.example.com' ? Promise.reject(refusal) : Promise.resolve();
    };
    const error: unknown = await pullImage.run(engineApp({}, { pull }).app, several).catch((thrown: unknown) => thrown);
    expect(asked).toEqual([name('1'), 'other.example.com/web:1']);
    expect(report(error, pullImage.doing(several))?.message).toMatch(
      /^Could not pull 3 images: 2 of 3 tags failed: registry\.example\.com\/app:1 \(.*denied.*app:2 \(.*denied/,
    );
  });

  it('asks once which of several connections pulls the images of a repository, and pulls nothing without an answer', async () => {
    const accounts = ['alice', 'carol'].map((account) => {
      const node = registry('registry.example.com');
      return { ...node, connection: { ...node.connection, id: account, label: account } };
    });
    const local = [localImage('a', [name('1')]), localImage('b', [name('2')])];
    const answered = user('carol');
    const { app, did } = engineApp({ connected: accounts, ask: answered.ask });
    await runOn(local, pullImage, app, name('1'), name('2'));
    expect([answered.seen, did.length]).toEqual([['Pull Image'], 2]);
    const dismissed = engineApp({ connected: accounts, ask: user(undefined).ask });
    await runOn(local, pullImage, dismissed.app, name('1'), name('2'));
    expect(dismissed.did).toEqual([]);
  });
});

describe('Pull Repository', () => {
  const tag = (name: string, digest: string, size: number, type: 'image' | 'artifact' = 'image') => ({
    kind: 'tag' as const,
    label: name,
    image: reference(`registry.example.com/team/app:${name}`),
    details: { digest, size, type, mediaType: 'm', platforms: [], labels: {} },
  });
  const pages = [
    { items: [tag('1', 'sha256:1', 5_000_000), tag('latest', 'sha256:1', 5_000_000)], next: 'more' },
    { items: [tag('2', 'sha256:2', 7_000_000), tag('chart', 'sha256:3', 1, 'artifact')] },
  ];
  const repository = {
    kind: 'repository' as const,
    label: 'team/app',
    image: reference('registry.example.com/team/app'),
  };
  const root = connectionNode(
    {},
    {
      locate: () => [repository],
      list: (_parent, cursor) => Promise.resolve(pages[cursor === undefined ? 0 : 1] ?? { items: [] }),
      engineCredential: () => Promise.resolve({ kind: 'anonymous' }),
    },
  );
  const row = { ...root, id: 'c1/team/app', entry: repository, parent: root };

  it('counts tags and bytes over all pages, the same image once, and leaves out what is no image', async () => {
    const { ask, questions } = user();
    const { app, did } = engineApp({ ask });
    await pullRepository.run(app, [row]);
    expect(questions).toMatchObject([
      { message: 'Pull all 3 tags of registry.example.com/team/app?', button: 'Pull 3 Tags' },
    ]);
    expect(questions[0]?.detail).toMatch(/2 different images\. Downloads up to 12 MB[^]*1 tag that is not an image/);
    expect(did).toEqual(['1', 'latest', '2'].map((name) => `pull registry.example.com/team/app:${name}`));
  });

  const listing = (list: RegistryProvider['list']) => {
    const provider = { ...root.provider, list };
    return { ...row, provider, parent: { ...root, provider } };
  };

  it('ends with a list that does not end, and says that there are more', async () => {
    let asked = 0;
    const endless: RegistryProvider['list'] = () => {
      const items = Array.from({ length: 3000 }, (_, index) => tag(`${asked}-${index}`, 'sha256:1', 5));
      return Promise.resolve({ items, next: String(++asked) });
    };
    const { ask, questions } = userWho(false, []);
    await pullRepository.run(engineApp({ ask }).app, [listing(endless)]);
    expect(asked).toBe(4);
    expect(questions[0]?.message).toBe('Pull 10,000 tags of registry.example.com/team/app?');
    expect(questions[0]?.detail).toContain(
      'Not all tags are included: the repository has more than can be listed here.',
    );
  });

  it('ends with pages that bring nothing new, or lead back', async () => {
    for (const [next, most] of [
      ['again', 2],
      [undefined, mostBarrenPages + 1],
    ] as const) {
      let asked = 0;
      const circle: RegistryProvider['list'] = () =>
        Promise.resolve({ items: [tag('1', 'sha256:1', 5)], next: next ?? String(++asked) });
      let calls = 0;
      const counted: RegistryProvider['list'] = (...parts) => (calls++, circle(...parts));
      const { ask, questions } = userWho(false, []);
      await pullRepository.run(engineApp({ ask }).app, [listing(counted)]);
      expect(calls).toBe(most);
      expect(questions[0]?.message).toMatch(/^Pull the only tag/);
    }
  });

  it('says so where the list was cut', async () => {
    const cut = { items: [tag('1', 'sha256:1', 5)], failure: rowsLeftOut('registry.example.com', 1) };
    const { ask, questions } = userWho(false, []);
    await pullRepository.run(engineApp({ ask }).app, [listing(() => Promise.resolve(cut))]);
    expect(questions[0]?.detail).toContain('Not all tags are included');
  });

  it('pulls nothing when the answer is no', async () => {
    const { app, did } = engineApp({ ask: userWho(false, []).ask });
    await pullRepository.run(app, [row]);
    expect(did).toEqual([]);
  });
});

describe('docker’s own login', () => {
  const node = connectionNode(
    { id: 'c1', signIn: { kind: 'basic', account: 'alice' } },
    {
      hostOf: () => 'registry.example.com',
      engineCredential: () => Promise.resolve({ kind: 'basic', username: 'alice', secret: 'pw' }),
    },
  );
  const docker = () => {
    const did: unknown[] = [];
    const logIn = (...call: readonly unknown[]) => (did.push(['in', ...call.slice(0, 2)]), Promise.resolve());
    const logOut = (host: string) => (did.push(['out', host]), Promise.resolve());
    const none = () => Promise.resolve(undefined);
    const list = () => Promise.resolve({ logins: [], failures: [] });
    return { did, docker: { read: none, helperFor: none, list, logIn, logOut } };
  };

  it('is written with the connection’s credential, and only after asking', async () => {
    const { did, docker: logins } = docker();
    await logInDocker.run(fakeApp({ docker: logins, ask: userWho(false, []).ask }).app, [node]);
    expect(did).toEqual([]);
    await logInDocker.run(fakeApp({ docker: logins, ask: user().ask }).app, [node]);
    expect(did).toEqual([['in', 'registry.example.com', { kind: 'basic', username: 'alice', secret: 'pw' }]]);
  });

  it('is forgotten after asking', async () => {
    const { did, docker: logins } = docker();
    await logOutDocker.run(fakeApp({ docker: logins, ask: user().ask }).app, [node]);
    expect(did).toEqual([['out', 'registry.example.com']]);
  });

  it('is not offered where nobody has signed in', () => {
    expect(logInDocker.applies(node)).toBe(true);
    expect(logInDocker.applies(connectionNode({}, { hostOf: () => 'registry.example.com' }))).toBe(false);
  });
});
