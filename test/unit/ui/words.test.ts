import { describe, expect, it } from 'vitest';
import { describeImage } from '../../../src/ui/inspection';
import { age, artifactName, platforms, referenceProblem, size, summary, describeTransfer } from '../../../src/ui/words';

const now = new Date('2026-06-15T12:00:00Z');
const digest = `sha256:${'a'.repeat(64)}`;

describe('words', () => {
  it.each([
    ['2026-06-15T11:59:30Z', 'just now'],
    ['2026-06-15T12:05:00Z', 'just now'],
    ['2026-06-15T11:59:00Z', '1 minute ago'],
    ['2026-06-15T09:00:00Z', '3 hours ago'],
    ['2026-06-13T11:00:00Z', '2 days ago'],
    ['2026-06-01T11:00:00Z', '2 weeks ago'],
    ['2026-04-01T12:00:00Z', '2 months ago'],
    ['2024-01-01T12:00:00Z', '2 years ago'],
  ])('%s was %s', (date, expected) => {
    expect(age(new Date(date), now)).toBe(expected);
  });

  it('shortens ages beside other facts as VS Code does', () => {
    const ages = ['2026-06-15T11:57:00Z', '2026-06-13T11:00:00Z', '2026-04-01T12:00:00Z', '2024-01-01T12:00:00Z'];
    expect(ages.map((date) => age(new Date(date), now, 'short'))).toEqual([
      ...['3 min. ago', '2 days ago', '2 mo. ago', '2 yr. ago'],
    ]);
  });

  it.each([
    [0, '0 B'],
    [971, '971 B'],
    [203_800, '203 kB'],
    [6_480_000, '6.4 MB'],
    [6_000_000, '6 MB'],
    [45_200_000, '45 MB'],
    [1_240_000_000, '1.2 GB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(size(bytes)).toBe(expected);
  });

  it('tells of a transfer what is known, and no more', () => {
    const state = { layers: 7, layersDone: 3, bytes: 120_000_000, bytesDone: 45_000_000 };
    expect(describeTransfer(state, 12_000_000)).toBe('3 of 7 layers · 45 MB of 120 MB · 12 MB/s');
    expect(describeTransfer({ ...state, bytes: 0 }, 0)).toBe('3 of 7 layers');
    expect(describeTransfer({ layers: 0, layersDone: 0, bytes: 0, bytesDone: 0 }, 0)).toBe('');
  });

  it.each([
    ['Registry.example.com/Team/App:V1', 'did you mean “Registry.example.com/team/app:V1”?'],
    ['Team/App', 'did you mean “team/app”?'],
    ['localhost:5000/App', 'did you mean “localhost:5000/app”?'],
  ])('proposes %s in lower case where it must be', (text, expected) => {
    expect(referenceProblem('upperCase', text)).toContain(expected);
  });

  it('names the system only where it is not linux, each platform once', () => {
    const list = [
      { os: 'linux', architecture: 'arm', variant: 'v7' },
      { os: 'linux', architecture: 'amd64' },
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' },
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.2' },
    ];
    expect(platforms(list)).toBe('arm/v7, amd64, windows/amd64');
  });

  it('sums up what is known, and what an artifact is', () => {
    const common = { digest, mediaType: 'm', labels: {}, platforms: [] } as const;
    expect(summary({ ...common, type: 'image' })).toBe('');
    expect(
      summary({ ...common, type: 'artifact', size: 900, artifactType: 'application/vnd.cncf.helm.config.v1+json' }),
    ).toBe('900 B · Helm chart');
    expect(artifactName('application/vnd.acme.policy')).toBe('application/vnd.acme.policy');
  });
});

describe('an inspected image', () => {
  const image = { host: 'localhost:5000', path: 'team/api' };
  const inspected = {
    image: { ...image, digest },
    digest,
    platform: { os: 'linux', architecture: 'amd64' },
    config: {
      created: '2026-06-13T11:00:00Z',
      config: { Env: ['A=b=c', 'EMPTY'], Labels: { 'a: b': 'line\nbreak' }, Cmd: ['sh', '-c', 'echo "hi"'] },
      history: [{ created_by: 'COPY . .' }, { created_by: 'CMD ["sh"]', empty_layer: true }],
    },
    layers: [
      { digest: 'sha256:1', mediaType: 'm', size: 1_000_000 },
      { digest: 'sha256:2', mediaType: 'm', size: 500 },
    ],
    faults: [],
  };

  it('is told as YAML in which nothing can break out of its value', () => {
    const text = describeImage(inspected, { ...image, tag: '1.0' });
    expect(text).toContain('# localhost:5000/team/api:1.0\n');
    expect(text).toContain('size: 1 MB # compressed, 2 layers\n');
    expect(text).toContain('cmd:\n  - "sh"\n  - "-c"\n  - "echo \\"hi\\""\n');
    expect(text).toContain('environment:\n  "A": "b=c"\n  "EMPTY": ""\n');
    expect(text).toContain('labels:\n  "a: b": "line\\nbreak"\n');
  });

  it('has no line that a name of others begins', () => {
    const text = describeImage(inspected, { ...image, tag: '1.0\nentrypoint: ["evil"]\u2028\u0085x' });
    expect(text.split(/[\n\u2028\u0085]/)[0]).toBe('# localhost:5000/team/api:1.0 entrypoint: ["evil"] x');
    expect(text).not.toMatch(/^entrypoint: \["evil/m);
  });

  it('gives each layer its step, and keeps layers that have none', () => {
    const text = describeImage(inspected, image);
    expect(text.slice(text.indexOf('layers:'))).toBe(
      [
        'layers: # from the base up',
        '  - layer: sha256:1',
        '    size: 1 MB',
        '    step: "COPY . ."',
        '  - step: "CMD [\\"sh\\"]"',
        '  - layer: sha256:2',
        '    size: 500 B',
        '',
      ].join('\n'),
    );
  });
});
