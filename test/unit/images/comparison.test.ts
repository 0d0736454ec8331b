import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareImages, isEmptyComparison } from '../../../src/images/comparison';
import type { ImageComparison } from '../../../src/images/comparison';
import type { BuildStep, ImageFacts, Layer, RunSettings } from '../../../src/images/imageFacts';

const nothing: RunSettings = { entrypoint: [], command: [], ports: [], volumes: [], environment: [], shell: [] };
const image = (facts: Partial<ImageFacts> = {}): ImageFacts => ({
  run: nothing,
  labels: {},
  annotations: {},
  steps: [],
  layers: [],
  faults: [],
  ...facts,
});
const running = (run: Partial<RunSettings>) => image({ run: { ...nothing, ...run } });

/** `a b`: layers in a registry, of these contents, 100 bytes each; `a:gz` and `a:zstd` have one content. */
const remote = (names: string): readonly Layer[] =>
  names.split(' ').map((name) => ({ digest: `sha256:${name}`, diffId: `diff:${name.split(':')[0] ?? ''}`, size: 100 }));
/** The same in an engine. */
const local = (names: string): readonly Layer[] => remote(names).map(({ diffId = '' }) => ({ diffId, size: 250 }));
/** Of a manifest whose config could not be read. */
const digests = (names: string): readonly Layer[] => remote(names).map(({ digest = '' }) => ({ digest }));
const compareLayers = (before: readonly Layer[], after: readonly Layer[]) =>
  compareImages(image({ layers: before }), image({ layers: after }));
const answers = (before: readonly Layer[], after: readonly Layer[]) => compareLayers(before, after).answer;

describe('the first sentence about two images', () => {
  it('says that it is one manifest, before anything else', () => {
    const one = { digest: 'sha256:1', configDigest: 'sha256:2', layers: remote('a') };
    expect(compareImages(image(one), image(one)).answer).toBe('sameManifest');
    expect(compareImages(image({ digest: 'sha256:1' }), image({ digest: 'sha256:1' })).answer).toBe('sameManifest');
  });

  it('does not take two platforms of one index for one, of which an engine may tell the same digest', () => {
    const pulled = (architecture: string, layers: readonly Layer[]) =>
      image({ digest: 'sha256:1', platform: { os: 'linux', architecture }, layers });
    expect(compareImages(pulled('amd64', local('a')), pulled('arm64', local('b'))).answer).toBe('nothingShared');
  });

  it('says that it is one image in two packings', () => {
    const before = image({ digest: 'sha256:1', configDigest: 'sha256:2', layers: remote('a:gz b:gz') });
    const after = image({ digest: 'sha256:3', configDigest: 'sha256:2', layers: remote('a:zstd b:zstd') });
    const comparison = compareImages(before, after);
    expect(comparison.answer).toBe('sameImage');
    expect(comparison.layers.shared).toHaveLength(2);
    expect(isEmptyComparison(comparison)).toBe(true);
    expect(compareImages(before, image({ configDigest: 'sha256:2', layers: local('a b') })).answer).toBe('sameImage');
  });

  it.each([
    ['sameLayers', remote('a b'), remote('a b')],
    ['sameLayers', remote('a:gz b:gz'), remote('a:zstd b:zstd')],
    ['sameLayers', local('a b'), remote('a b')],
    ['sameBase', remote('a b'), remote('a b c')],
    ['sameBase', remote('a b c'), remote('a x c')],
    ['sameBase', local('a b'), remote('a c')],
    ['someLayers', remote('a b'), remote('b a')],
    ['someLayers', remote('x b'), remote('y b')],
    ['nothingShared', remote('a b'), remote('c d')],
    ['nothingShared', local('a b'), remote('c d')],
    ['nothingShared', digests('a b'), remote('c d')],
    ['unknown', digests('a b'), local('c d')],
    ['unknown', [{}, {}], remote('c d')],
    ['unknown', [...remote('a'), {}], remote('c d')],
    ['unknown', [], remote('c d')],
    ['unknown', [], []],
  ] as const)('says %s', (answer, before, after) => {
    expect(answers(before, after)).toBe(answer);
    expect(answers(after, before)).toBe(answer);
  });
});

describe('the layers of two images', () => {
  it('are told once, with the words of their steps', () => {
    const [base = {}, old = {}, empty = {}] = remote('base old empty');
    const [, now = {}] = remote('base now');
    const steps: readonly BuildStep[] = [
      { keyword: 'ADD', text: 'rootfs /', layer: base },
      { keyword: 'ENV', text: 'A=b' },
      { keyword: 'RUN', text: 'make old', layer: old },
      { text: '', layer: empty },
    ];
    const before = image({ layers: [base, old, empty], steps });
    const after = image({ layers: [base, now, empty, empty] });
    const { layers } = compareImages(before, after);
    expect(layers.removed).toEqual([{ ...old, step: { keyword: 'RUN', text: 'make old' } }]);
    expect(layers.added).toEqual([now, empty]);
    expect(layers.shared).toEqual([
      { before: { ...base, step: { keyword: 'ADD', text: 'rootfs /' } }, after: base },
      { before: empty, after: empty },
    ]);
    expect(layers.base).toBe(1);
  });

  it('have the words and sizes of their steps in an engine, where each of them has a step', () => {
    const steps: readonly BuildStep[] = [
      { keyword: 'ADD', text: 'rootfs /', layer: { size: 70 } },
      { keyword: 'RUN', text: 'make', layer: { size: 30 } },
    ];
    const engine = (names: string) => image({ layers: local(names).map(({ diffId = '' }) => ({ diffId })), steps });
    const removed = (names: string) => compareImages(engine(names), image({ layers: remote('x') })).layers.removed;
    expect(removed('a b')).toEqual([
      { diffId: 'diff:a', size: 70, step: { keyword: 'ADD', text: 'rootfs /' } },
      { diffId: 'diff:b', size: 30, step: { keyword: 'RUN', text: 'make' } },
    ]);
    // A step that made an empty layer is not told from one that made none.
    expect(removed('a empty b')).toEqual([{ diffId: 'diff:a' }, { diffId: 'diff:empty' }, { diffId: 'diff:b' }]);
  });

  it.each([
    ['each once', remote('a'), remote('a b c b'), 200],
    ['none that is there under another digest', remote('a:gz'), remote('a:zstd'), 0],
    ['none that an engine has unpacked', local('a b'), remote('a b c'), 100],
    ['none that is there more seldom', remote('a'), remote('a a'), 0],
  ])('are loaded: %s', (_what, before, after, bytes) => {
    expect(compareLayers(before, after).layers.download).toBe(bytes);
  });

  it.each([
    ['the other image is in an engine', remote('a'), local('b')],
    ['they cannot be compared', local('a'), digests('b')],
    ['a size is not known', remote('a'), digests('b')],
  ])('are loaded in nobody knows how many bytes when %s', (_why, before, after) => {
    expect(compareLayers(before, after).layers).not.toHaveProperty('download');
  });
});

describe('the sizes of two images', () => {
  it('are subtracted when they are of one kind', () => {
    const sized = (bytes: number, isUnpacked: boolean) => image({ size: { bytes, isUnpacked } });
    expect(compareImages(sized(300, false), sized(100, false)).size).toEqual({
      before: { bytes: 300, isUnpacked: false },
      after: { bytes: 100, isUnpacked: false },
      difference: -200,
    });
    expect(compareImages(sized(1, true), sized(3, true)).size.difference).toBe(2);
    expect(compareImages(sized(1, true), sized(3, false)).size).not.toHaveProperty('difference');
    expect(compareImages(sized(1, true), image()).size).toEqual({ before: { bytes: 1, isUnpacked: true } });
  });
});

describe('the settings of two images', () => {
  it('are told where they differ', () => {
    const before = running({
      entrypoint: ['/a'],
      command: ['x', 'y'],
      user: 'root',
      workingDirectory: '/',
      ports: ['80/tcp'],
      volumes: ['/data'],
      healthCheck: { command: ['/check'], retries: 3 },
      shell: ['/bin/sh', '-c'],
    });
    const after = running({
      entrypoint: ['/a'],
      command: ['y', 'x'],
      workingDirectory: '/',
      stopSignal: 'SIGQUIT',
      ports: ['443/tcp', '80/tcp'],
      healthCheck: { command: ['/check'], retries: 5 },
      shell: ['/bin/sh', '-c'],
    });
    expect(compareImages(before, after).settings).toEqual({
      command: { before: ['x', 'y'], after: ['y', 'x'] },
      user: { before: 'root' },
      stopSignal: { after: 'SIGQUIT' },
      ports: { before: ['80/tcp'], after: ['443/tcp', '80/tcp'] },
      volumes: { before: ['/data'], after: [] },
      healthCheck: { before: { command: ['/check'], retries: 3 }, after: { command: ['/check'], retries: 5 } },
    });
  });

  it('are the same in another order, where order means nothing', () => {
    const before = running({
      ports: ['80/tcp', '443/tcp'],
      volumes: ['/a', '/b'],
      environment: [
        ['A', '1'],
        ['B', '2'],
      ],
    });
    const after = running({
      ports: ['443/tcp', '80/tcp'],
      volumes: ['/b', '/a'],
      environment: [
        ['B', '2'],
        ['A', '1'],
      ],
    });
    expect(isEmptyComparison(compareImages(before, after))).toBe(true);
  });

  it('have variables by name, each with its last value', () => {
    const before = running({
      environment: [
        ['PATH', '/bin:/usr/bin'],
        ['Z', '1'],
        ['B', '1'],
        ['B', '2'],
        ['__proto__', 'x'],
        ['constructor', 'x'],
      ],
    });
    const after = running({
      environment: [
        ['PATH', '/usr/bin:/bin'],
        ['B', '2'],
        ['A', ''],
        ['constructor', 'x'],
      ],
    });
    expect(compareImages(before, after).environment).toEqual({
      added: [{ name: 'A', value: '' }],
      removed: [
        { name: 'Z', value: '1' },
        { name: '__proto__', value: 'x' },
      ],
      changed: [{ name: 'PATH', before: '/bin:/usr/bin', after: '/usr/bin:/bin' }],
    });
  });

  it('have labels', () => {
    const { labels } = compareImages(
      image({ labels: { d: '1', b: '1', a: '1' } }),
      image({ labels: { f: '4', a: '2', c: '3' } }),
    );
    expect(labels).toEqual({
      added: [
        { name: 'c', value: '3' },
        { name: 'f', value: '4' },
      ],
      removed: [
        { name: 'b', value: '1' },
        { name: 'd', value: '1' },
      ],
      changed: [{ name: 'a', before: '1', after: '2' }],
    });
  });
});

describe('the base, the platform and the date of two images', () => {
  it('are told where they differ', () => {
    const [day, next] = [new Date('2026-01-01'), new Date('2026-01-02')];
    const arm = { os: 'linux', architecture: 'arm64' };
    const before = image({ created: day, platform: arm, base: { name: 'debian:12', digest: 'sha256:1' } });
    const after = image({ created: next, platform: { ...arm, architecture: 'amd64' }, base: { name: 'debian:12' } });
    expect(compareImages(before, after)).toMatchObject({
      created: { before: day, after: next },
      platform: { before: arm, after: { os: 'linux', architecture: 'amd64' } },
      base: { before: { name: 'debian:12', digest: 'sha256:1' }, after: { name: 'debian:12' } },
    });
    expect(compareImages(before, image()).created).toEqual({ before: day });
    const windows = (osVersion: string) => image({ platform: { os: 'windows', architecture: 'amd64', osVersion } });
    expect(compareImages(windows('10.0.20348.2700'), windows('10.0.20348.3807'))).toHaveProperty('platform');
    const same = image({ ...before, created: new Date(day), platform: { ...arm, variant: 'v8' } });
    expect(isEmptyComparison(compareImages(before, same))).toBe(true);
  });

  it.each<Partial<ImageFacts>>([
    { layers: remote('a') },
    { labels: { a: '1' } },
    { run: { ...nothing, user: 'x' } },
    { run: { ...nothing, environment: [['A', '1']] } },
    { base: { name: 'x' } },
    { created: new Date(0) },
    { steps: [{ text: 'x' }] },
  ])('a difference is a difference: %j', (facts) => {
    expect(isEmptyComparison(compareImages(image(facts), image()))).toBe(false);
    expect(isEmptyComparison(compareImages(image(), image(facts)))).toBe(false);
  });
});

const few = fc.constantFrom('a', 'b', 'c');
const words = fc.array(few, { maxLength: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
const layers: fc.Arbitrary<readonly Layer[]> = fc.array(
  fc.record({ digest: few, diffId: few, size: fc.nat({ max: 9 }) }, { requiredKeys: [] }),
  { maxLength: 6 },
);
const facts: fc.Arbitrary<ImageFacts> = fc
  .record({
    digest: maybe(fc.constantFrom('m', 'n', 'o')),
    configDigest: maybe(fc.constantFrom('c', 'd', 'e')),
    size: maybe(fc.record({ bytes: fc.nat({ max: 9 }), isUnpacked: fc.boolean() })),
    created: maybe(fc.date({ noInvalidDate: true })),
    base: maybe(fc.record({ name: few }, { requiredKeys: [] })),
    platform: maybe(
      fc.record(
        { os: few, architecture: fc.constantFrom('arm64', 'amd64'), variant: fc.constant('v8') },
        { requiredKeys: ['os', 'architecture'] },
      ),
    ),
    run: fc
      .record({
        entrypoint: words,
        command: words,
        user: maybe(few),
        ports: words,
        volumes: words,
        shell: words,
        environment: fc.array(fc.tuple(few, few), { maxLength: 4 }),
      })
      .map(without),
    labels: fc.dictionary(few, few),
    annotations: fc.constant({}),
    steps: fc.array(fc.record({ keyword: fc.constantFrom('RUN', 'COPY'), text: few }, { requiredKeys: ['text'] }), {
      maxLength: 8,
    }),
    layers,
    faults: fc.constant([]),
  })
  .map((all) => without(all) as ImageFacts);

describe('any two images', () => {
  it('are the same when they are one', () => {
    fc.assert(
      fc.property(facts, (any) => {
        const one = { ...any, layers: any.layers.filter(isNamed) };
        const comparison = compareImages(one, one);
        expect(isEmptyComparison(comparison)).toBe(true);
        expect(comparison.layers.shared).toHaveLength(one.layers.length);
      }),
    );
  });

  it('have the same differences the other way round', () => {
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const { layers: there, ...rest } = mirrored(compareImages(one, other));
        const { layers: back, ...others } = compareImages(other, one);
        expect(others).toEqual(rest);
        expect(new Set(back.shared)).toEqual(new Set(there.shared));
        expect([back.removed, back.added, back.base]).toEqual([there.removed, there.added, there.base]);
      }),
      { numRuns: 500 },
    );
  });

  it('have each of their layers once', () => {
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const { shared, removed, added, base } = compareImages(one, other).layers;
        const bare = (all: readonly Layer[]) =>
          all.map(({ digest, diffId, size }) => JSON.stringify([digest, diffId, size])).sort();
        expect(bare([...shared.map(({ before }) => before), ...removed])).toEqual(bare(one.layers));
        expect(bare([...shared.map(({ after }) => after), ...added])).toEqual(bare(other.layers));
        expect(base).toBeLessThanOrEqual(shared.length);
        for (const { before, after } of shared)
          expect(
            (before.digest !== undefined && before.digest === after.digest) ||
              (before.diffId !== undefined && before.diffId === after.diffId),
          ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function isNamed({ digest, diffId }: Layer): boolean {
  return digest !== undefined || diffId !== undefined;
}

interface Sides {
  readonly before?: unknown;
  readonly after?: unknown;
}

function swapped({ before, after, ...rest }: Sides): unknown {
  return without({ ...rest, before: after, after: before });
}

/** The same comparison, told from the other image. */
function mirrored(comparison: ImageComparison) {
  const { answer, size, layers: all, settings, environment, labels, steps, base, platform, created } = comparison;
  const named = ({ added, removed, changed }: ImageComparison['labels']) => ({
    added: removed,
    removed: added,
    changed: changed.map(swapped),
  });
  const opposite = { kept: 'kept', removed: 'added', added: 'removed' } as const;
  const hunk: ImageComparison['steps']['changes'][number][][] = [[]];
  for (const change of steps.changes) {
    if (change.kind === 'kept') hunk.push([change], []);
    else hunk.at(-1)?.push(change);
  }
  const reordered = hunk.flatMap((part) => [
    ...part.filter(({ kind }) => kind !== 'removed'),
    ...part.filter(({ kind }) => kind === 'removed'),
  ]);
  return without({
    answer,
    size: swapped(size.difference === undefined ? size : { ...size, difference: 0 - size.difference }),
    layers: {
      shared: all.shared.map(({ before, after }) => ({ before: after, after: before })),
      removed: all.added,
      added: all.removed,
      base: all.base,
    },
    settings: Object.fromEntries(Object.entries(settings).map(([name, change]) => [name, swapped(change)])),
    environment: named(environment),
    labels: named(labels),
    base: base === undefined ? undefined : swapped(base),
    platform: platform === undefined ? undefined : swapped(platform),
    created: created === undefined ? undefined : swapped(created),
    steps: {
      isCut: steps.isCut,
      changes: reordered.map((change) => ({ ...(swapped(change) as object), kind: opposite[change.kind] })),
    },
  });
}
