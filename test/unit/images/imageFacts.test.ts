import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InspectedImage } from '../../../src/core/model';
import { imageConfigAnswer } from '../../../src/core/schemas';
import { factsOfConfig, factsOfImage, splitVariable } from '../../../src/images/imageFacts';
import { httpdConfig } from '../core/fixture';

type Config = InspectedImage['config'];

const layer = (name: string, size?: number) => ({ digest: `sha256:${name}`, ...(size === undefined ? {} : { size }) });
const inspected = (config: Config, layers: InspectedImage['layers'] = []): InspectedImage => ({
  image: { host: 'r.test', path: 'app', tag: '1' },
  digest: 'sha256:manifest',
  config,
  layers,
  faults: [],
});
const stepsOf = (history: Config['history'], layers: InspectedImage['layers']) =>
  factsOfImage(inspected({ history }, layers)).steps.map(({ keyword, text, layer: own }) => [
    keyword,
    text,
    own?.digest,
  ]);

describe('the facts of an image in a registry', () => {
  it('are those of a real one', () => {
    const config = imageConfigAnswer.parse(JSON.parse(httpdConfig().bytes.toString()));
    const sizes = [51_354_364, 150, 10_739_507, 8_841_833, 291];
    const facts = factsOfImage(
      inspected(
        config,
        sizes.map((size, at) => layer(String(at), size)),
      ),
      { configDigest: 'sha256:config', configSize: 5940 },
    );
    expect(facts.size).toEqual({ bytes: sizes.reduce((sum, size) => sum + size, 5940), isUnpacked: false });
    expect(facts.configDigest).toBe('sha256:config');
    expect(facts.run).toEqual({
      entrypoint: [],
      command: ['httpd-foreground'],
      workingDirectory: '/usr/local/apache2',
      ports: ['80/tcp'],
      volumes: [],
      environment: [
        ['PATH', '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ['HTTPD_PREFIX', '/usr/local/apache2'],
        ['HTTPD_VERSION', '2.4.23'],
        ['HTTPD_SHA1', '5101be34ac4a509b245adb70a56690a84fcc4e7f'],
        ['HTTPD_BZ2_URL', 'https://www.apache.org/dyn/closer.cgi?action=download&filename=httpd/httpd-2.4.23.tar.bz2'],
        ['HTTPD_ASC_URL', 'https://www.apache.org/dist/httpd/httpd-2.4.23.tar.bz2.asc'],
      ],
      shell: [],
    });
    expect(facts.steps.map(({ keyword }) => keyword)).toEqual(
      'ADD CMD ENV ENV RUN WORKDIR RUN ENV ENV ENV ENV RUN COPY EXPOSE CMD'.split(' '),
    );
    expect(facts.steps.flatMap(({ layer: own }) => own?.digest ?? [])).toEqual(
      ['0', '1', '2', '3', '4'].map((name) => `sha256:${name}`),
    );
    expect(facts.layers.map(({ diffId }) => diffId)).toEqual(config.rootfs?.diff_ids);
  });

  it('have the layers of the steps that made one', () => {
    const history = [
      { created_by: 'ADD a /' },
      { created_by: 'ENV A=b', empty_layer: true },
      null,
      { created_by: 'RUN make' },
    ];
    expect(stepsOf(history, [layer('a'), layer('b'), layer('c')])).toEqual([
      ['ADD', 'a /', 'sha256:a'],
      ['ENV', 'A=b', undefined],
      [undefined, '', 'sha256:b'],
      ['RUN', 'make', 'sha256:c'],
    ]);
  });

  it('have a step without words for each layer that the history does not mention', () => {
    const without = [
      [undefined, '', 'sha256:a'],
      [undefined, '', 'sha256:b'],
    ];
    expect(stepsOf([], [layer('a'), layer('b')])).toEqual(without);
    expect(stepsOf(undefined, [layer('a'), layer('b')])).toEqual(without);
    expect(stepsOf([{ created_by: 'ADD a /' }], [layer('a'), layer('b')])).toEqual([
      ['ADD', 'a /', 'sha256:a'],
      [undefined, '', 'sha256:b'],
    ]);
  });

  it('have no layer for steps beyond the last layer', () => {
    expect(stepsOf([{ created_by: 'ADD a /' }, { created_by: 'RUN make' }], [layer('a')])).toEqual([
      ['ADD', 'a /', 'sha256:a'],
      ['RUN', 'make', undefined],
    ]);
  });

  it('have unpacked digests only when there is one for each layer', () => {
    const withIds = (diff_ids: string[]) =>
      factsOfImage(inspected({ rootfs: { diff_ids } }, [layer('a'), layer('b')])).layers.map(({ diffId }) => diffId);
    expect(withIds(['x', 'y'])).toEqual(['x', 'y']);
    expect(withIds(['x'])).toEqual([undefined, undefined]);
  });

  it('have no size when the size of a layer is not known', () => {
    expect(factsOfImage(inspected({}, [layer('a', 1), layer('b')]))).not.toHaveProperty('size');
  });
});

describe('the facts of a config', () => {
  it.each([
    [
      { Test: ['CMD-SHELL', 'curl -f localhost'], Interval: 30e9, Retries: 3 },
      { command: ['curl -f localhost'], intervalSeconds: 30, retries: 3 },
    ],
    [
      { Test: ['CMD', '/check', '-q'], Timeout: 5e8, StartPeriod: 0, Retries: 0 },
      { command: ['/check', '-q'], timeoutSeconds: 0.5 },
    ],
    [{ Test: ['NONE'] }, { command: [] }],
    [{ Test: [] }, undefined],
    [null, undefined],
  ])('have the health check %j', (Healthcheck, expected) => {
    expect(factsOfConfig({ config: { Healthcheck } }, {}).run.healthCheck).toEqual(expected);
  });

  it('name the base as annotations do, and otherwise as labels do', () => {
    const name = 'org.opencontainers.image.base.name';
    const digest = 'org.opencontainers.image.base.digest';
    const config = { config: { Labels: { [name]: 'debian:12', [digest]: 'sha256:label' } } };
    expect(factsOfConfig(config, {}).base).toEqual({ name: 'debian:12', digest: 'sha256:label' });
    expect(factsOfConfig(config, { [name]: 'debian:13' }).base).toEqual({ name: 'debian:13', digest: 'sha256:label' });
    expect(factsOfConfig({}, {})).not.toHaveProperty('base');
  });

  it('say nothing where the config has an empty text', () => {
    const { run, author } = factsOfConfig({ author: '', config: { User: '', WorkingDir: '', StopSignal: '' } }, {});
    expect({ run, author }).toEqual({
      run: { entrypoint: [], command: [], ports: [], volumes: [], environment: [], shell: [] },
      author: undefined,
    });
  });

  it('have no date of a reproducible build', () => {
    expect(factsOfConfig({ created: '1970-01-01T00:00:00Z' }, {})).not.toHaveProperty('created');
    expect(factsOfConfig({ created: '2026-03-04T05:06:07Z' }, {}).created).toEqual(new Date('2026-03-04T05:06:07Z'));
  });
});

describe('a variable', () => {
  it('is split at the first sign', () => {
    expect(splitVariable('A=b=c')).toEqual(['A', 'b=c']);
    expect(splitVariable('A=')).toEqual(['A', '']);
    expect(splitVariable('A')).toEqual(['A', '']);
  });
});

it('every layer has one step, whatever the history says', () => {
  const entry = fc.option(
    fc.record({ created_by: fc.string(), comment: fc.string(), empty_layer: fc.boolean() }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), fc.nat({ max: 12 }), (history, count) => {
      const layers = Array.from({ length: count }, (_each, at) => layer(String(at)));
      const { steps } = factsOfImage(inspected({ history }, layers));
      expect(steps.flatMap(({ layer: own }) => own?.digest ?? [])).toEqual(layers.map(({ digest }) => digest));
    }),
  );
});
