import { describe, expect, it } from 'vitest';
import { mostBarrenPages, mostRows } from '../../../src/core/bounds';
import { ManifestListing } from '../../../src/providers/acr/manifestListing';

const { signal } = new AbortController();

describe('a listing of manifests without an end', () => {
  const looking = async (rowsOfPage: number) => {
    let pages = 0;
    const listing = new ManifestListing(() => {
      const items = Array.from({ length: rowsOfPage }, (_none, at) => ({ digest: `sha256:${pages}-${at}` }));
      return Promise.resolve({ items, next: String(++pages) });
    });
    return { found: await listing.find('sha256:none', signal), pages };
  };

  it('is not read further, and the manifest counts as not listed', async () => {
    expect(await looking(0)).toEqual({ found: undefined, pages: mostBarrenPages });
    expect(await looking(1000)).toEqual({ found: undefined, pages: mostRows / 1000 });
  });
});
