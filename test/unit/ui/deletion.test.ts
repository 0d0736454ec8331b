import { describe, expect, it } from 'vitest';
import type { DeletionPreview } from '../../../src/images/deletionGraph';
import { Failure } from '../../../src/core/failure';
import type { Tag } from '../../../src/core/model';
import type { Deletion, ImageDeletion, Lock, Locks, TagDeletion, TagPreview } from '../../../src/providers/provider';
import type { App } from '../../../src/ui/app';
import type { Ask } from '../../../src/ui/ask';
import type { NodeCommand } from '../../../src/ui/commands/command';
import { deleteImage } from '../../../src/ui/commands/deleteImage';
import { deleteRepository } from '../../../src/ui/commands/deleteRepository';
import { untagImage } from '../../../src/ui/commands/untagImage';
import { report } from '../../../src/ui/report';
import { rowBelow } from '../../../src/ui/tree/node';
import type { Node } from '../../../src/ui/tree/node';
import { notExpected } from '../stub';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { userWho } from './scriptedUser';

const digest = `sha256:${'a'.repeat(64)}`;
const moved = `sha256:${'b'.repeat(64)}`;
const tag: Tag = { kind: 'tag', label: '1', image: reference('registry.example.com/team/app:1') };
const repository = {
  kind: 'repository' as const,
  label: 'team/app',
  image: reference('registry.example.com/team/app'),
};
const armv7 = { os: 'linux', architecture: 'arm', variant: 'v7' };
const amd64 = { os: 'linux', architecture: 'amd64' };
const plain: DeletionPreview = {
  images: [{ digest, tags: ['1'] }],
  platforms: [],
  loses: [],
  stays: [],
  referrers: 0,
  unknown: [],
};
const gone = () => new Failure('notFound', 'manifest unknown', { subject: 'registry.example.com', status: 404 });

function rowOf(deletion: Deletion, entry: Tag | typeof repository = tag, locks?: Locks) {
  const root = connectionNode({}, { deletion, ...(locks === undefined ? {} : { locks }) });
  return { ...root, id: 'c1/row', entry, parent: root };
}

/** Answers one after the other; the last goes on. A Failure is thrown. */
function inTurn<T>(...answers: readonly (T | Failure)[]): () => Promise<T> {
  let asked = 0;
  return () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer === undefined) throw new Error('There is no answer.');
    return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
  };
}

async function run(
  command: NodeCommand,
  deletion: Deletion,
  ask: Ask,
  entry: Tag | typeof repository = tag,
  locks?: Locks,
) {
  const refreshed: unknown[] = [];
  const tree = { refresh: (node: unknown) => refreshed.push(node) };
  const { app, ...told } = fakeApp({ ask, tree });
  const error: unknown = await command.run(app, [rowOf(deletion, entry, locks)]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { ...told, error, refreshed: refreshed.length };
}

describe('Delete Image…', () => {
  const imagesOf = (previews: readonly (DeletionPreview | Failure)[], parts: Partial<ImageDeletion> = {}) => {
    const deleted: string[] = [];
    const image: ImageDeletion = {
      preview: inTurn(...previews),
      delete: (_image, its) => (deleted.push(its), Promise.resolve()),
      tagsLeft: () => Promise.resolve([]),
      ...parts,
    };
    return { deleted, deletion: { image } };
  };
  const questionFor = async (preview: Partial<DeletionPreview>) => {
    const { ask, questions } = userWho(false, []);
    await run(deleteImage, imagesOf([{ ...plain, ...preview }]).deletion, ask);
    return questions[0]?.detail ?? '';
  };

  it('is offered only where images are deleted', () => {
    expect(deleteImage.applies(rowOf(imagesOf([plain]).deletion))).toBe(true);
    expect(
      deleteImage.applies(rowOf({ untag: { preview: () => Promise.resolve({}), delete: () => Promise.resolve() } })),
    ).toBe(false);
  });

  it('says what goes, and deletes the digest that was shown', async () => {
    const { ask, questions } = userWho(true, []);
    const { deletion, deleted } = imagesOf([plain]);
    const { done, told, refreshed } = await run(deleteImage, deletion, ask);
    expect(questions).toMatchObject([{ message: 'Delete registry.example.com/team/app:1?', button: 'Delete Image' }]);
    expect(questions[0]?.detail).toBe(
      `No other tag points to this image.\n\nThe image is ${digest}.\n\nOther images stay, and so do the layers that they share. This cannot be undone.`,
    );
    expect([deleted, done, told, refreshed]).toEqual([[digest], ['Deleted registry.example.com/team/app:1'], [], 1]);
  });

  it('does nothing when the answer is no', async () => {
    const { deletion, deleted } = imagesOf([plain]);
    const { done, refreshed } = await run(deleteImage, deletion, userWho(false, []).ask);
    expect([deleted, done, refreshed]).toEqual([[], [], 0]);
  });

  it('names every tag that loses a platform', async () => {
    expect(await questionFor({ loses: [{ tags: ['1'], platforms: [armv7] }] })).toContain(
      'Tag 1 loses its platform linux/arm/v7, which can no longer be pulled there.',
    );
    expect(await questionFor({ loses: [{ tags: ['1', 'latest'], platforms: [amd64, armv7] }] })).toContain(
      'The tags 1, latest lose linux/amd64, linux/arm/v7, which can no longer be pulled there.',
    );
    expect(await questionFor({ loses: [{ tags: ['1'], platforms: [] }] })).toContain('Tag 1 loses a part of its image');
    const many = Array.from({ length: 8 }, (_, at) => ({ tags: [`t${at}`], platforms: [armv7] }));
    const text = await questionFor({ loses: many });
    expect(text).toMatch(/Tag t4 loses[^\n]*pulled there\. and 3 more/);
    expect(text).not.toContain('t5');
  });

  it('names what goes, what stays, how much describes it, and what is not known', async () => {
    const text = await questionFor({
      images: [{ digest, tags: ['1', 'latest'] }],
      platforms: [amd64],
      stays: [{ platform: armv7, tags: ['armv7'] }],
      referrers: 3,
      unknown: ['old', 'older'],
    });
    expect(text).toContain('Deletes 2 tags that point to this image: 1, latest.');
    expect(text).toContain('Also deletes its platform: amd64.');
    expect(text).toContain('linux/arm/v7 stays under armv7.');
    expect(text).toContain(
      '3 attachments (signatures, SBOMs and others) describe this image and are of no use without it.',
    );
    expect(text).toContain('The registry does not say what is behind old, older. It is not known what is lost there.');
  });

  it('claims nothing that is not known', async () => {
    const text = await questionFor({ unknown: ['old'] });
    expect(text).toContain('No other tag is known to point to this image.');
    expect(text).not.toContain('No other tag points');
    const { images } = plain;
    const unread: DeletionPreview = { images, platforms: [], loses: [], stays: [], unknown: [] };
    const { ask, questions } = userWho(false, []);
    await run(deleteImage, imagesOf([unread]).deletion, ask);
    expect(questions[0]?.detail).toContain('It is not known whether signatures or SBOMs are deleted too.');
  });

  it.each<[string, Partial<DeletionPreview>]>([
    ['the digest', { images: [{ digest: moved, tags: ['1'] }] }],
    ['a tag', { images: [{ digest, tags: ['1', 'latest'] }] }],
    ['an index', { loses: [{ tags: ['2'], platforms: [armv7] }] }],
  ])('asks anew when %s has moved since the user agreed, and deletes what was shown last', async (_what, now) => {
    const { ask, questions } = userWho(true, []);
    const after = { ...plain, ...now };
    const { deletion, deleted } = imagesOf([plain, after]);
    await run(deleteImage, deletion, ask);
    expect(questions).toHaveLength(2);
    expect(questions[0]?.detail).not.toContain('has changed');
    expect(questions[1]?.detail).toMatch(/^This has changed since you agreed\. Nothing has been deleted yet\./);
    expect(deleted).toEqual([after.images[0]?.digest]);
  });

  it('warns of tags that the registry keeps or deletes later, and calls nothing done', async () => {
    const { deletion } = imagesOf([plain], { tagsLeft: () => Promise.resolve(['1']) });
    const { done, told, refreshed } = await run(deleteImage, deletion, userWho(true, []).ask);
    expect(told).toEqual([
      'registry.example.com accepted the deletion of registry.example.com/team/app:1, but these are still there: 1. Some registries delete later, and some keep tags. Refresh to see.',
    ]);
    expect([done, refreshed]).toEqual([[], 1]);
  });

  it('says so when it cannot be seen whether the tags are gone', async () => {
    const refused = new Failure('forbidden', 'denied', { subject: 'registry.example.com', status: 403 });
    const { deletion } = imagesOf([plain], { tagsLeft: () => Promise.reject(refused) });
    const { done, told, error } = await run(deleteImage, deletion, userWho(true, []).ask);
    expect(told[0]).toMatch(/accepted the deletion of .*Could not check whether it is gone: .*denied/);
    expect([done, error]).toEqual([[], undefined]);
  });

  it('passes on a refusal as the registry said it, and shows what is left', async () => {
    const refusal = new Failure('unsupported', 'read-only', { subject: 'registry.example.com', status: 405 });
    const { deletion } = imagesOf([plain], { delete: () => Promise.reject(refusal) });
    const { error, refreshed } = await run(deleteImage, deletion, userWho(true, []).ask);
    expect([error, refreshed]).toEqual([refusal, 1]);
  });
});

describe('Untag…', () => {
  const tagsOf = (previews: readonly (TagPreview | Failure)[], parts: Partial<TagDeletion> = {}) => {
    const deleted: string[] = [];
    const untag: TagDeletion = {
      preview: inTurn(...previews),
      delete: ({ label }) => (deleted.push(label), Promise.resolve()),
      ...parts,
    };
    return { deleted, deletion: { untag } };
  };

  it('says what the tag points to, and is done when the tag is gone', async () => {
    const { ask, questions } = userWho(true, []);
    const { deletion, deleted } = tagsOf([{ digest, others: ['latest'] }, { digest, others: ['latest'] }, gone()]);
    const { done, told } = await run(untagImage, deletion, ask);
    expect(questions[0]).toMatchObject({ message: 'Untag registry.example.com/team/app:1?', button: 'Untag' });
    expect(questions[0]?.detail).toContain('Deletes only this tag. The image stays under latest.');
    expect(questions[0]?.detail).toContain(`The tag points to ${digest}.`);
    expect([deleted, done, told]).toEqual([['1'], ['Untagged registry.example.com/team/app:1'], []]);
  });

  it('does not claim that the image stays where that is not known', async () => {
    for (const [preview, keepsImage, expected] of [
      [{ digest }, false, 'The registry may delete the image too if no other tag points to it.'],
      [{ digest, others: [] }, true, 'Deletes only this tag. The image stays under its digest.'],
      [{}, false, 'The image that the tag points to is not known.'],
    ] as const) {
      const { ask, questions } = userWho(false, []);
      await run(untagImage, tagsOf([preview], { keepsImage }).deletion, ask);
      expect(questions[0]?.detail).toContain(expected);
    }
  });

  it('asks anew when the tag has moved since', async () => {
    const { ask, questions } = userWho(true, []);
    const { deletion, deleted } = tagsOf([{ digest }, { digest: moved }, { digest: moved }, gone()]);
    await run(untagImage, deletion, ask);
    expect(questions.map(({ detail }) => detail.includes(moved))).toEqual([false, true]);
    expect(deleted).toEqual(['1']);
  });

  it('warns of a tag that is still there', async () => {
    const { deletion } = tagsOf([{ digest }]);
    const { done, told } = await run(untagImage, deletion, userWho(true, []).ask);
    expect(told[0]).toContain('these are still there: 1.');
    expect(done).toEqual([]);
  });
});

describe('Delete Repository…', () => {
  const counts = (...answers: readonly ({ readonly tags: number } | Failure)[]) => inTurn(...answers);
  const deleting = (its: () => Promise<{ readonly tags: number }>, isDeferred = false) => {
    let deleted = 0;
    const remove = () => (deleted++, Promise.resolve());
    return { deletion: { repository: { counts: its, delete: remove, isDeferred } }, deleted: () => deleted };
  };

  it('counts again after the user has agreed, and asks anew when there are more tags', async () => {
    const { ask, questions } = userWho(true, []);
    const { deletion, deleted } = deleting(counts({ tags: 1 }, { tags: 2 }, { tags: 2 }, gone()));
    const { done } = await run(deleteRepository, deletion, ask, repository);
    expect(questions.map(({ detail }) => /deletes \d+ tags?/.exec(detail)?.[0])).toEqual([
      'deletes 1 tag',
      'deletes 2 tags',
    ]);
    expect([deleted(), done]).toEqual([1, ['Deleted registry.example.com/team/app']]);
  });

  it('warns where it is still there, and says so where the registry deletes later', async () => {
    const now = await run(deleteRepository, deleting(counts({ tags: 1 })).deletion, userWho(true, []).ask, repository);
    expect(now.told[0]).toContain('these are still there: team/app.');
    expect(now.done).toEqual([]);
    const later = deleting(counts({ tags: 1 }), true).deletion;
    const { done, told } = await run(deleteRepository, later, userWho(true, []).ask, repository);
    expect([done, told]).toEqual([['registry.example.com/team/app is being deleted'], []]);
  });
});

/** Repositories with images, which can be deleted: all of it answers at once. */
class FakeRegistry {
  /** Requests that change something, in their order. */
  readonly did: string[] = [];
  /** What is refused, by the tag or digest. */
  readonly refuses = new Map<string, Failure>();
  previews = 0;
  locked: readonly Lock[] = [];
  facts: Partial<DeletionPreview> = {};
  keepsTags = false;

  /** `tags`: the digests of each. */
  constructor(
    readonly id: string,
    private readonly host: string,
    readonly tags: Map<string, string>,
    private readonly canUnlock = false,
  ) {}

  /** The rows of tags, each `path:tag`. */
  rows(...names: readonly string[]) {
    const deletion: Deletion = { image: this.images, untag: this.untag };
    const root = connectionNode({ id: this.id }, { deletion, ...(this.canUnlock ? { locks: this.locks } : {}) });
    return names.map((name) => {
      const image = reference(`${this.host}/${name}`);
      const { host, path } = image;
      const parent = rowBelow(root, { kind: 'repository', label: path, image: { host, path } });
      return rowBelow(parent, { kind: 'tag', label: image.tag ?? '', image });
    });
  }

  private readonly images: ImageDeletion = {
    preview: ({ path }, names) => {
      this.previews++;
      const digests = [...new Set(names.flatMap((name) => this.tags.get(`${path}:${name}`) ?? []))];
      if (digests.length === 0) return Promise.reject(gone());
      const images = digests.map((its) => ({ digest: its, tags: this.tagsOn(path, its) }));
      const locks = this.locked;
      return Promise.resolve({ ...plain, images, ...this.facts, ...(locks.length > 0 ? { locks } : {}) });
    },
    delete: ({ path }, its) => {
      this.did.push(`delete ${its}`);
      const refusal = this.refuses.get(its);
      if (refusal !== undefined) return Promise.reject(refusal);
      if (!this.keepsTags) for (const tag of this.tagsOn(path, its)) this.tags.delete(`${path}:${tag}`);
      return Promise.resolve();
    },
    tagsLeft: ({ path }, its, names) =>
      Promise.resolve(names.filter((name) => this.tags.get(`${path}:${name}`) === its)),
  };

  private readonly untag: TagDeletion = {
    preview: ({ image: { path }, label }) => {
      this.previews++;
      const its = this.tags.get(`${path}:${label}`);
      if (its === undefined) return Promise.reject(gone());
      const others = this.tagsOn(path, its).filter((name) => name !== label);
      const locks = this.locked.filter((lock) => lock.kind === 'tag' && lock.name === label);
      return Promise.resolve({ digest: its, others, ...(locks.length > 0 ? { locks } : {}) });
    },
    delete: ({ image: { path }, label }) => {
      this.did.push(`untag ${path}:${label}`);
      const refusal = this.refuses.get(label);
      if (refusal !== undefined) return Promise.reject(refusal);
      this.tags.delete(`${path}:${label}`);
      return Promise.resolve();
    },
  };

  private readonly locks: Locks = {
    set: () => Promise.reject(notExpected('set')),
    lift: (_image, held) => {
      this.did.push(`unlock ${held.map((lock) => (lock.kind === 'tag' ? lock.name : lock.kind)).join(', ')}`);
      return Promise.resolve(() => Promise.resolve());
    },
  };

  private tagsOn(path: string, digest: string): readonly string[] {
    return [...this.tags]
      .filter(([name, its]) => name.startsWith(`${path}:`) && its === digest)
      .map(([name]) => name.slice(path.length + 1));
  }
}

describe('several at once', () => {
  const web = () =>
    new FakeRegistry(
      'c1',
      'registry.example.com',
      new Map([
        ...[['web:1', 'A'] as const, ['web:latest', 'A'] as const, ['web:2', 'B'] as const, ['web:3', 'C'] as const],
        ...[['api:1', 'D'] as const],
      ]),
    );
  const deleting = async (
    command: NodeCommand,
    rows: readonly Node[],
    ask: Ask,
    parts: { readonly working?: App['working'] } = {},
  ) => {
    const refreshed: unknown[] = [];
    const titles: string[] = [];
    const { app, ...told } = fakeApp({ ask, tree: { refresh: (node) => refreshed.push(node?.id) }, ...parts });
    const working: App['working'] = (title, task) => {
      titles.push(title);
      return app.working(title, task);
    };
    expect(rows.every(command.applies)).toBe(true);
    const error: unknown = await command.run({ ...app, working }, rows).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const message = error === undefined ? undefined : report(error, command.doing(rows))?.message;
    return { ...told, message, refreshed, titles };
  };

  it('is one question, which names the tags, those that go with them, and what stays', async () => {
    const registry = web();
    registry.facts = { loses: [{ tags: ['multi'], platforms: [armv7] }], referrers: 3 };
    const { ask, questions } = userWho(false, []);
    const { refreshed } = await deleting(deleteImage, registry.rows('web:1', 'web:2'), ask);
    expect(questions).toEqual([
      {
        message: 'Delete 2 images of registry.example.com/web?',
        detail: [
          'Deletes 2 tags: 1, 2.',
          'Also deletes 1 tag that points to one of these images: latest.',
          'Tag multi loses its platform linux/arm/v7, which can no longer be pulled there.',
          '3 attachments (signatures, SBOMs and others) describe these images and are of no use without them.',
          'Other images stay, and so do the layers that they share. This cannot be undone.',
        ].join('\n\n'),
        button: 'Delete 2 Images',
      },
    ]);
    expect([registry.previews, registry.did, refreshed]).toEqual([1, [], []]);
  });

  it('deletes one after the other, in one progress, and lists each repository again once', async () => {
    const registry = web();
    const { ask, questions } = userWho(true, []);
    const rows = registry.rows('web:1', 'web:2', 'web:latest', 'api:1');
    const { done, told, shown, titles, refreshed } = await deleting(deleteImage, rows, ask);
    expect(questions[0]).toMatchObject({ message: 'Delete 3 images?', button: 'Delete 3 Images' });
    expect(questions[0]?.detail).toContain(
      'Deletes 4 tags: registry.example.com/web:1, registry.example.com/web:2, registry.example.com/web:latest, registry.example.com/api:1.',
    );
    expect(registry.did).toEqual(['delete A', 'delete B', 'delete D']);
    expect(titles).toEqual([...Array<string>(2).fill('Checking what is deleted with 4 tags'), 'Deleting 3 images']);
    expect(shown.slice(-3)).toEqual([
      ...['1 of 3 · registry.example.com/web:1', '2 of 3 · registry.example.com/web:2'],
      '3 of 3 · registry.example.com/api:1',
    ]);
    expect([done, told]).toEqual([['Deleted 3 images'], []]);
    expect(refreshed).toEqual(['c1/repository:web', 'c1/repository:api']);
  });

  it('is the question for one image where all tags point to it', async () => {
    const { ask, questions } = userWho(true, []);
    const { done } = await deleting(deleteImage, web().rows('web:latest', 'web:1'), ask);
    expect(questions[0]).toMatchObject({
      message: 'Delete registry.example.com/web:latest?',
      button: 'Delete 2 Tags',
      detail: expect.stringContaining('Deletes 2 tags that point to this image: 1, latest.') as unknown,
    });
    expect(done).toEqual(['Deleted registry.example.com/web:latest']);
  });

  it('takes tags of several registries', async () => {
    const [one, other] = [web(), new FakeRegistry('c2', 'other.example.com', new Map([['web:1', 'A']]))];
    const rows = [...one.rows('web:2'), ...other.rows('web:1')];
    const { refreshed } = await deleting(deleteImage, rows, userWho(true, []).ask);
    expect([one.did, other.did]).toEqual([['delete B'], ['delete A']]);
    expect(refreshed).toEqual(['c1/repository:web', 'c2/repository:web']);
  });

  it('goes on after what fails, which is listed with the words of the registry and stays', async () => {
    const registry = web();
    registry.refuses.set('B', new Failure('rejected', 'held back', { subject: 'registry.example.com', status: 409 }));
    const rows = registry.rows('web:1', 'web:2', 'web:3');
    const { message, done, refreshed, log } = await deleting(deleteImage, rows, userWho(true, []).ask);
    expect(registry.did).toEqual(['delete A', 'delete B', 'delete C']);
    expect(message).toBe(
      'Could not delete the images of 3 tags: 1 of 3 stayed: registry.example.com/web:2 (The registry says “held back” (409)).',
    );
    expect([done, refreshed]).toEqual([['Deleted 2 images'], ['c1/repository:web']]);
    expect(log.join('\n')).toContain('Could not delete registry.example.com/web:2');
  });

  it('does not ask a server again that does not answer, and asks the others', async () => {
    const [one, other] = [web(), new FakeRegistry('c2', 'other.example.com', new Map([['web:1', 'A']]))];
    one.refuses.set('A', new Failure('unauthorized', 'denied', { subject: 'registry.example.com', status: 401 }));
    const rows = [...one.rows('web:1', 'web:2'), ...other.rows('web:1')];
    const { message } = await deleting(deleteImage, rows, userWho(true, []).ask);
    expect([one.did, other.did]).toEqual([['delete A'], ['delete A']]);
    expect(message).toMatch(/2 of 3 stayed: registry\.example\.com\/web:1 \(.*denied.*web:2 \(.*denied/);
  });

  it('passes on the reason where all of them fail for the same', async () => {
    const registry = web();
    registry.refuses.set('A', new Failure('unauthorized', 'denied', { subject: 'registry.example.com', status: 401 }));
    const { message, done } = await deleting(deleteImage, registry.rows('web:1', 'web:2'), userWho(true, []).ask);
    expect([message, done]).toEqual(['Could not delete the images of 2 tags: the registry says “denied” (401).', []]);
  });

  it('is cancelled between two, and says how far it came', async () => {
    const registry = web();
    const controller = new AbortController();
    const shown: string[] = [];
    const working: App['working'] = (_title, task) =>
      task((text) => {
        shown.push(text);
        if (text.startsWith('2 of 3')) controller.abort();
      }, controller.signal);
    const rows = registry.rows('web:1', 'web:2', 'web:3');
    const { told, message, refreshed } = await deleting(deleteImage, rows, userWho(true, []).ask, { working });
    expect(registry.did).toEqual(['delete A', 'delete B']);
    expect(told).toContain('Cancelled: 2 of 3 deleted. The others stay.');
    expect([message, refreshed]).toEqual([undefined, ['c1/repository:web']]);
  });

  it('asks anew when something has moved since', async () => {
    const registry = web();
    const { ask, questions } = userWho(true, []);
    const choose: Ask['choose'] = (...question) => {
      if (questions.length === 0) registry.tags.set('web:new', 'B');
      return ask.choose(...question);
    };
    await deleting(deleteImage, registry.rows('web:1', 'web:2'), { ...ask, choose });
    expect(questions.map(({ detail }) => detail.includes('latest, new'))).toEqual([false, true]);
    expect(questions[1]?.detail).toMatch(/^This has changed since you agreed\. Nothing has been deleted yet\./);
    expect(registry.did).toEqual(['delete A', 'delete B']);
  });

  it('leaves out what is not there any more, and says so', async () => {
    const registry = web();
    registry.tags.delete('web:2');
    registry.tags.delete('api:1');
    const { ask, questions } = userWho(true, []);
    await deleting(deleteImage, registry.rows('web:1', 'web:2', 'web:3', 'api:1'), ask);
    expect(questions[0]?.detail).toContain(
      'Not there any more: registry.example.com/web:2, registry.example.com/api:1.',
    );
    expect(registry.did).toEqual(['delete A', 'delete C']);
    registry.tags.clear();
    const { message } = await deleting(deleteImage, registry.rows('web:1', 'api:1'), ask);
    expect(message).toMatch(/^Could not delete the images of 2 tags: .*manifest unknown/);
  });

  it('warns once of all that is still there', async () => {
    const registry = web();
    registry.keepsTags = true;
    const { told, done } = await deleting(deleteImage, registry.rows('web:1', 'web:2'), userWho(true, []).ask);
    expect([told, done]).toEqual([
      [
        'The deletion was accepted, but these are still there: 1, latest, 2. Some registries delete later, and some keep tags. Refresh to see.',
      ],
      [],
    ]);
  });

  it('leaves what is locked, or unlocks it, as the user chooses', async () => {
    const lockedRegistry = () => {
      const registry = new FakeRegistry('c1', 'registry.example.com', web().tags, true);
      registry.locked = [{ kind: 'tag', name: 'latest' }];
      return registry;
    };
    const buttons = 'Delete 1 Image / Unlock and Delete 2 Images';
    for (const [choice, did] of [
      ['Delete 1 Image', ['delete B']],
      ['Unlock and Delete 2 Images', ['unlock latest', 'delete A', 'delete B']],
    ] as const) {
      const registry = lockedRegistry();
      const { ask, questions } = userWho(choice, []);
      await deleting(deleteImage, registry.rows('web:1', 'web:2'), ask);
      expect(questions[0]).toMatchObject({
        button: buttons,
        detail: expect.stringMatching(
          /^The tag latest is locked\. What is locked is left out, or unlocked first if you choose so/,
        ) as unknown,
      });
      expect(registry.did).toEqual(did);
    }
  });

  it('has a question of bounded length, however many there are', async () => {
    const names = Array.from(
      { length: 60 },
      (_, at) => `team/a-rather-long-name-of-a-repository/web:${'x'.repeat(60)}${at}`,
    );
    const registry = new FakeRegistry('c1', 'registry.example.com', new Map(names.map((name, at) => [name, `D${at}`])));
    const { ask, questions } = userWho(false, []);
    await deleting(deleteImage, registry.rows(...names), ask);
    const { message = '', detail = '' } = questions[0] ?? {};
    expect(message).toBe('Delete 60 images of registry.example.com/team/a-rather-long-name-of-a-repository/web?');
    expect(detail).toMatch(/ and 51 more\./);
    expect(detail.length).toBeLessThan(1000);
  });

  it('untags several: what keeps an image is a tag that stays', async () => {
    const registry = web();
    const { ask, questions } = userWho(true, []);
    const rows = registry.rows('web:1', 'web:2');
    const { done, titles, refreshed } = await deleting(untagImage, rows, ask);
    expect(questions).toEqual([
      {
        message: 'Untag 2 tags of registry.example.com/web?',
        detail: [
          'Deletes 2 tags: 1, 2.',
          'The registry may delete these images too if no other tag points to them: 2.',
          'This cannot be undone.',
        ].join('\n\n'),
        button: 'Untag 2 Tags',
      },
    ]);
    expect([registry.did, done, refreshed]).toEqual([
      ['untag web:1', 'untag web:2'],
      ['Untagged 2 tags'],
      ['c1/repository:web'],
    ]);
    expect(titles.at(-1)).toBe('Untagging 2 tags');
    const all = userWho(false, []);
    await deleting(untagImage, web().rows('web:1', 'web:latest'), all.ask);
    expect(all.questions[0]?.detail).toContain(
      'The registry may delete their images too if no other tag points to them.',
    );
  });

  it('untags what is not locked, where the user leaves the rest', async () => {
    const registry = new FakeRegistry('c1', 'registry.example.com', web().tags, true);
    registry.locked = [{ kind: 'tag', name: '2' }];
    const { ask, questions } = userWho('Untag 1 Tag', []);
    const { done } = await deleting(untagImage, registry.rows('web:1', 'web:2'), ask);
    expect(questions[0]?.button).toBe('Untag 1 Tag / Unlock and Untag 2 Tags');
    expect([registry.did, done]).toEqual([['untag web:1'], ['Untagged registry.example.com/web:1']]);
  });
});

describe('what is locked', () => {
  const everyLock: readonly Lock[] = [{ kind: 'repository' }, { kind: 'tag', name: '1' }, { kind: 'image', digest }];
  /** Locks, and all that is done, in its order. */
  const locking = (fails: { readonly act?: Failure; readonly again?: Failure } = {}) => {
    const did: string[] = [];
    const locks: Locks = {
      set: () => Promise.reject(notExpected('set')),
      lift: (_image, lifted) => {
        did.push(`unlock ${lifted.map(({ kind }) => kind).join(', ')}`);
        return Promise.resolve((isDeleted) => {
          did.push(isDeleted ? 'lock the rest' : 'lock all');
          return fails.again === undefined ? Promise.resolve() : Promise.reject(fails.again);
        });
      },
    };
    const act = () => {
      did.push('delete');
      return fails.act === undefined ? Promise.resolve() : Promise.reject(fails.act);
    };
    return { did, locks, act };
  };

  it('is said before a deletion, unlocked for it, and locked again where it stays', async () => {
    const { did, locks, act } = locking();
    const { ask, questions } = userWho(true, []);
    const preview = () => Promise.resolve({ ...plain, locks: everyLock, lockedPlatforms: [armv7] });
    const image: ImageDeletion = { preview, delete: act, tagsLeft: () => Promise.resolve([]) };
    const { done } = await run(deleteImage, { image }, ask, tag, locks);
    expect(questions[0]?.button).toBe('Unlock and Delete');
    expect(questions[0]?.detail.split('\n\n').slice(0, 2)).toEqual([
      'The tag 1 is locked. The image is locked. The repository is locked, and so is all that is in it. What is locked is unlocked first, and locked again if the deletion fails. The repository is locked again afterwards.',
      'Its platform arm/v7 is locked itself: it stays in the registry without a tag.',
    ]);
    expect([did, done]).toEqual([
      ['unlock repository, tag, image', 'delete', 'lock the rest'],
      ['Deleted registry.example.com/team/app:1'],
    ]);
  });

  it('is counted where there are several, and left alone when the answer is no', async () => {
    const { did, locks, act } = locking();
    const { ask, questions } = userWho(false, []);
    const held: readonly Lock[] = ['1', 'latest'].map((name) => ({ kind: 'tag', name }));
    const preview = () => Promise.resolve({ ...plain, images: [{ digest, tags: ['1', 'latest'] }], locks: held });
    const image: ImageDeletion = { preview, delete: act, tagsLeft: () => Promise.resolve([]) };
    await run(deleteImage, { image }, ask, tag, locks);
    expect(questions[0]).toMatchObject({
      button: 'Unlock and Delete 2 Tags',
      detail: expect.stringMatching(/^2 tags are locked: 1, latest\. What is locked is unlocked first/) as unknown,
    });
    expect(did).toEqual([]);
  });

  it('is locked again, all of it, when the deletion fails', async () => {
    const refusal = new Failure('rejected', 'no', { subject: 'registry.example.com', status: 500 });
    const { did, locks, act } = locking({ act: refusal });
    const { ask, questions } = userWho(true, []);
    const untag: TagDeletion = {
      preview: () => Promise.resolve({ digest, locks: [{ kind: 'tag', name: '1' }] }),
      delete: act,
    };
    const { error } = await run(untagImage, { untag }, ask, tag, locks);
    expect(questions[0]?.button).toBe('Unlock and Untag');
    expect([did, error]).toEqual([['unlock tag', 'delete', 'lock all'], refusal]);
  });

  it('is told where it could not be locked again, and the deletion counts all the same', async () => {
    const again = new Failure('forbidden', 'denied', { subject: 'registry.example.com', status: 403 });
    const { locks, act } = locking({ again });
    const counts = inTurn<{ tags: number; locks?: readonly Lock[] }>(
      { tags: 1, locks: [{ kind: 'repository' }] },
      { tags: 1, locks: [{ kind: 'repository' }] },
      gone(),
    );
    const { ask, questions } = userWho(true, []);
    const deletion = { repository: { counts, delete: act } };
    const { told, done, error } = await run(deleteRepository, deletion, ask, repository, locks);
    expect(questions[0]?.button).toBe('Unlock and Delete Repository');
    expect(told).toEqual([
      'registry.example.com/team/app was unlocked for the deletion and could not be locked again: The registry says “denied” (403).',
    ]);
    expect([done, error]).toEqual([['Deleted registry.example.com/team/app'], undefined]);
  });

  it('is said also where the connection has no way to unlock, and what the registry never deletes', async () => {
    const { act } = locking();
    const { ask, questions } = userWho(false, []);
    const preview = () => Promise.resolve({ digest, locks: everyLock.slice(1), rules: ['Never v1.'] });
    await run(untagImage, { untag: { preview, delete: act } }, ask);
    expect(questions[0]).toMatchObject({
      button: 'Untag',
      detail: expect.stringMatching(/^The tag 1 is locked\. The image is locked\.\n\nNever v1\./) as unknown,
    });
  });
});
