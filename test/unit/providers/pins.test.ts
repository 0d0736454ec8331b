import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import { pinnedRepositories, withPins } from '../../../src/providers/pins';

const pins = pinnedRepositories('r.test', { repositories: ['r.test/team/app', 'other.test/team/app', 'not a name'] });
const labels = (page: { readonly items: readonly { readonly label: string }[] }) =>
  page.items.map(({ label }) => label);
const [pin] = pins;

describe('repositories added by name', () => {
  it('are those of the host', () => {
    expect(pins).toEqual([{ kind: 'repository', label: 'team/app', image: { host: 'r.test', path: 'team/app' } }]);
  });

  it('come first, and only once', async () => {
    if (pin === undefined) throw new Error('There is no pin.');
    const listed = { items: [{ ...pin, label: 'a' }, pin], next: 'more' };
    const page = await withPins(pins, undefined, () => Promise.resolve(listed));
    expect([labels(page), page.next]).toEqual([['team/app', 'a'], 'more']);
    expect(labels(await withPins(pins, 'more', () => Promise.resolve(listed)))).toEqual(['a']);
  });

  it('stay if nothing can be listed, with the reason', async () => {
    const failure = new Failure('forbidden', 'no catalog', { subject: 'r.test' });
    const page = await withPins(pins, undefined, () => Promise.reject(failure));
    expect([labels(page), page.failure]).toEqual([['team/app'], failure]);
  });

  it('do not hide a cancellation', async () => {
    const aborted = new DOMException('Aborted', 'AbortError');
    await expect(withPins(pins, undefined, () => Promise.reject(aborted))).rejects.toBe(aborted);
  });
});
