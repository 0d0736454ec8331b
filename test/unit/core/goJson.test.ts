import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName, readObject } from '../../../src/core/docker/goJson';

describe('JSON as Go reads it', () => {
  it('has every member in its order, those of one name too', () => {
    const text = '\ufeff {"a": [1, {"b": ":,}"}], "A":"\\"}{", "a":null , "\\u0061":{}}\n';
    expect(readObject(text)).toEqual({
      members: [
        ['a', [1, { b: ':,}' }]],
        ['A', '"}{'],
        ['a', null],
        ['a', {}],
      ],
      rest: '',
    });
  });

  it('ends with its first value', () => {
    expect(readObject('{"a":1} {"b":2}')).toEqual({ members: [['a', 1]], rest: '{"b":2}' });
    expect(readObject('{}}')).toEqual({ members: [], rest: '}' });
  });

  it.each(['', ' ', '\ufeff\n'])('is nothing of an empty text: %j', (text) => {
    expect(readObject(text)).toBeUndefined();
  });

  it.each([
    '{',
    '{"a"',
    '{"a":1',
    '{"a":1,}',
    '{"a" 1}',
    "{'a':1}",
    '[]',
    '1',
    '"a"',
    'null',
    '{"a":"\n"}',
    '}',
    '{]',
    '[}',
  ])('is no object: %s', (text) => {
    expect(() => readObject(text)).toThrow(SyntaxError);
  });

  it('is what JSON.parse makes of any object', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(object, fc.string(), fc.nat(4), (value, rest, space) => {
        const read = readObject(JSON.stringify(value, undefined, space) + rest);
        expect(Object.fromEntries(read?.members ?? [])).toEqual(JSON.parse(JSON.stringify(value)));
        expect(read?.rest).toBe(rest.trim());
      }),
    );
  });

  it('takes time by the length of a text alone', () => {
    const deep = `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    expect(readObject(deep)?.members).toHaveLength(1);
    expect(() => readObject(`{"a":"${'\\"'.repeat(500_000)}`)).toThrow(SyntaxError);
  });
});

describe('a name of a field', () => {
  it.each([
    ['credHelpers', 'credhelpers'],
    ['AUTHS', 'auths'],
    ['AUTH\u017f', 'auths'],
  ])('%s is %s', (name, same) => {
    expect(foldName(name)).toBe(same);
  });
});
