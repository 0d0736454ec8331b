import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildStep } from '../../../src/images/imageFacts';
import { compareSteps, mostSteps } from '../../../src/images/stepChanges';

const signs = { kept: ' ', removed: '-', added: '+' } as const;
const steps = (texts: string): readonly BuildStep[] =>
  texts.split(' ').flatMap((text) => (text === '' ? [] : [{ keyword: 'RUN', text }]));
const printed = (before: readonly BuildStep[], after: readonly BuildStep[]) =>
  compareSteps(before, after).changes.map((change) => {
    const { text } = change.kind === 'added' ? change.after : change.before;
    return `${signs[change.kind]}${text}`;
  });

describe('the steps of two images', () => {
  it.each([
    ['', '', []],
    ['a b', 'a b', [' a', ' b']],
    ['', 'a b', ['+a', '+b']],
    ['a b', '', ['-a', '-b']],
    ['a b c', 'a x y c', [' a', '-b', '+x', '+y', ' c']],
    ['a b c d', 'b c d e', ['-a', ' b', ' c', ' d', '+e']],
    ['a b', 'b c a b', ['+b', '+c', ' a', ' b']],
  ])('%j, %j', (before, after, expected) => {
    expect(printed(steps(before), steps(after))).toEqual(expected);
  });

  it('are told apart by keyword, text and comment', () => {
    const copy = { keyword: 'COPY', text: 'a' };
    expect(printed([copy], steps('a'))).toEqual(['-a', '+a']);
    const jib = (comment: string) => ({ text: 'jib', comment });
    expect(printed([jib('classes')], [jib('resources')])).toEqual(['-jib', '+jib']);
  });

  it('have the step of both sides where it was kept', () => {
    const [before, after] = [
      { text: 'a', created: new Date(0) },
      { text: 'a', created: new Date(1) },
    ];
    expect(compareSteps([before], [after]).changes).toEqual([{ kind: 'kept', before, after }]);
  });

  it('are those of their layers when they have no words', () => {
    const of = (diffId: string) => ({ text: '', layer: { diffId } });
    expect(compareSteps([of('x')], [of('x')]).changes.map(({ kind }) => kind)).toEqual(['kept']);
    expect(compareSteps([of('x')], [of('y')]).changes.map(({ kind }) => kind)).toEqual(['removed', 'added']);
  });

  it('are compared up to a bound, which is told', () => {
    const many = Array.from({ length: mostSteps }, (_each, at): BuildStep => ({ text: String(at) }));
    const whole = compareSteps(many, many);
    expect([whole.isCut, whole.changes.length]).toEqual([false, mostSteps]);
    const more = [...many, { text: 'more' }];
    expect(compareSteps(more, many)).toEqual({ changes: whole.changes, isCut: true });
    expect(compareSteps(many, more).isCut).toBe(true);
  });

  it('can be long and alike', () => {
    const long = 'x'.repeat(20_000);
    const of = (end: string) => Array.from({ length: 100 }, (_each, at): BuildStep => ({ text: `${long}${at}${end}` }));
    expect(compareSteps(of('a'), of('b')).changes).toHaveLength(200);
    expect(compareSteps(of('a'), of('a')).changes).toHaveLength(100);
  });

  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 });

  it('give both images back, in their order, and keep as many as can be', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const { changes } = compareSteps(steps(one.join(' ')), steps(other.join(' ')));
        const before = changes.flatMap((change) => (change.kind === 'added' ? [] : change.before.text));
        const after = changes.flatMap((change) => (change.kind === 'removed' ? [] : change.after.text));
        expect([before, after]).toEqual([one, other]);
        expect(changes.filter(({ kind }) => kind === 'kept')).toHaveLength(longest(one, other));
      }),
      { numRuns: 500 },
    );
  });
});

function longest([first, ...rest]: readonly string[], other: readonly string[]): number {
  if (first === undefined || other.length === 0) return 0;
  const at = other.indexOf(first);
  const without = longest(rest, other);
  return at === -1 ? without : Math.max(without, 1 + longest(rest, other.slice(at + 1)));
}
