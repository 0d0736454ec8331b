import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { ImageDetails, Tag } from '../../../src/core/model';
import { TagDetails } from '../../../src/ui/tree/details';
import { TreeNode } from '../../../src/ui/tree/treeNode';
import { connectionNode, reference } from './fakeApp';

const digest = `sha256:${'a'.repeat(64)}`;
const part: ImageDetails = { digest, mediaType: 'm', type: 'image', platforms: [], labels: {} };
const whole: ImageDetails = { ...part, size: 5 };
const tag = (details?: ImageDetails): Tag => ({
  ...{ kind: 'tag', label: '1.0', image: reference('registry.example.com/app:1.0') },
  ...(details === undefined ? {} : { details }),
});

describe('details of a tag', () => {
  const drawing = async (entry: Tag) => {
    const asked: Tag[] = [];
    const provider = { details: (one: Tag) => (asked.push(one), Promise.resolve(whole)) };
    const { connection, provider: given } = connectionNode({}, provider);
    const node = new TreeNode('c1/app/1.0', connection, given, entry, undefined);
    const draw = vi.fn();
    new TagDetails(draw).want('c1/app', [node]);
    await new Promise(setImmediate);
    return { asked, node, draws: draw.mock.calls.length };
  };

  it('are read where the listing told none', async () => {
    const { asked, node, draws } = await drawing(tag());
    expect([asked.length, node.entry, draws]).toEqual([1, tag(whole), 1]);
  });

  it('are read on where the listing told a part, which is drawn until then', async () => {
    const listed = tag({ ...part, isPartial: true });
    const { asked, node, draws } = await drawing(listed);
    expect([asked, node.entry, draws]).toEqual([[listed], tag(whole), 1]);
  });

  it('are not read where the listing told all of them', async () => {
    const { asked, node, draws } = await drawing(tag(whole));
    expect([asked, node.entry, draws]).toEqual([[], tag(whole), 0]);
  });

  it('are drawn also where a click or a hover has read them while the row waited for its turn', async () => {
    const held: (() => void)[] = [];
    const provider = {
      details: () =>
        new Promise<ImageDetails>((resolve) =>
          held.push(() => {
            resolve(whole);
          }),
        ),
    };
    const { connection, provider: given } = connectionNode({}, provider);
    const nodes = Array.from({ length: 7 }, (_, at) => new TreeNode(`c1/${at}`, connection, given, tag(), undefined));
    const drawn: string[] = [];
    const details = new TagDetails(({ id }) => drawn.push(id));
    details.want('c1/app', nodes);
    while (held.length < 6) await new Promise(setImmediate);
    const last = nodes.at(-1);
    if (last !== undefined) void details.fetch(last, new AbortController());
    held.pop()?.();
    await new Promise(setImmediate);
    expect(drawn).toEqual([]);
    held.forEach((answer) => {
      answer();
    });
    await new Promise(setImmediate);
    expect(drawn.toSorted()).toEqual(nodes.map(({ id }) => id));
    // Nobody asked for them a second time.
    expect(held).toHaveLength(6);
  });

  /** What becomes of rows that are wanted twice, of which the first cannot be read. */
  const failing = async (failure: Failure, rows = 20) => {
    let asked = 0;
    const provider = { details: () => (asked++ === 0 ? Promise.reject(failure) : Promise.resolve(whole)) };
    const { connection, provider: given } = connectionNode({}, provider);
    const nodes = Array.from(
      { length: rows },
      (_, at) => new TreeNode(`c1/app/${at}`, connection, given, tag(), undefined),
    );
    const details = new TagDetails(() => undefined);
    details.want('c1/app', nodes);
    details.want('c1/app', nodes);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    return { asked, failed: nodes.map(({ detailsFailure }) => detailsFailure).filter((each) => each !== undefined) };
  };

  it('are each asked for once, and one that cannot be read hides no other', async () => {
    const failure = new Failure('malformed', 'no manifest', { subject: 'registry.example.com' });
    expect(await failing(failure)).toEqual({ asked: 20, failed: [failure] });
    expect(await failing(failure, 3)).toEqual({ asked: 3, failed: [failure] });
  });

  it('are not asked for any more where the next would fail as well', async () => {
    const failure = new Failure('unauthorized', '', { subject: 'registry.example.com' });
    expect(await failing(failure)).toEqual({ asked: 6, failed: [failure] });
  });
});
