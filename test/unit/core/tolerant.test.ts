import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { tolerate } from '../../../src/core/tolerant';

const schema = z.object({
  name: z.nullish(z.string()),
  sizes: z.nullish(z.array(z.number())),
  steps: z.nullish(z.array(z.nullish(z.object({ by: z.string() })))),
  inside: z.nullish(z.object({ id: z.string(), labels: z.nullish(z.record(z.string(), z.string())) })),
});

describe('tolerate', () => {
  it.each([
    [{ name: 'a', sizes: [1, 2] }, { name: 'a', sizes: [1, 2] }, []],
    [{ name: 1, sizes: [1] }, { sizes: [1] }, ['name']],
    // An item of a list that takes no gap goes; where it may be absent, it keeps its place.
    [{ sizes: [1, 'x', 2, null, 3] }, { sizes: [1, 2, 3] }, ['sizes.1', 'sizes.3']],
    [{ steps: [{ by: 'a' }, 'x', { by: 'b' }] }, { steps: [{ by: 'a' }, undefined, { by: 'b' }] }, ['steps.1']],
    // What cannot do without it goes along.
    [{ name: 'a', inside: { id: 7, labels: { a: 'b' } } }, { name: 'a' }, ['inside.id']],
    [{ inside: { labels: {} } }, {}, ['inside.id']],
    [
      { inside: { id: 'i', labels: { a: null, b: 'c' } } },
      { inside: { id: 'i', labels: { b: 'c' } } },
      ['inside.labels.a'],
    ],
    [
      { inside: { id: 'i', labels: JSON.parse('{"__proto__":1,"b":"c"}') as object } },
      { inside: { id: 'i', labels: { b: 'c' } } },
      [],
    ],
  ])('reads %j', (value, read, faults) => {
    expect(tolerate(schema, value)).toEqual({ value: read, faults });
  });

  it.each([null, 'text', 7, []])('gives nothing of %j', (value) => {
    expect(tolerate(schema, value)).toBeUndefined();
  });

  it('names twenty faults, and leaves all of them out', () => {
    const sizes = Array.from({ length: 1000 }, (_none, at) => (at % 2 === 0 ? at : 'x'));
    const read = tolerate(schema, { sizes });
    expect(read?.value.sizes).toHaveLength(500);
    expect(read?.faults).toHaveLength(20);
  });

  it.each([1001, 300_000])('gives up what has %i wrong fields', (length) => {
    expect(tolerate(schema, { name: 'a', sizes: Array.from({ length }, () => 'x') })).toBeUndefined();
  });
});
