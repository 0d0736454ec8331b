import { describe, expect, it } from 'vitest';
import {
  hasTooManyParts,
  isCut,
  isEndOfList,
  mostBarrenPages,
  mostJsonParts,
  mostPages,
  mostRows,
  PageTrail,
} from '../../../src/core/bounds';
import { decodeJson, tagsAnswer } from '../../../src/core/schemas';
import { z } from 'zod/mini';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const response = (text: string) => ({ url: 'https://registry.example.com/v2/', headers: {}, body: bytesOf(text) });

/** Follows pages that always name another next one; how many were read. */
function followed(rowsOfPage: (page: number) => number, trail = new PageTrail('registry.example.com')) {
  let pages = 1;
  while (trail.after({ next: String(pages) }, rowsOfPage(pages)) !== undefined) pages++;
  return { pages, trail };
}

describe('a list that does not end', () => {
  it('ends after as many rows as any list may have', () => {
    const { pages, trail } = followed(() => 1000);
    expect([pages, isCut(trail.failure), isEndOfList(trail.failure)]).toEqual([mostRows / 1000, true, true]);
    expect(report(trail.failure, 'list')?.reason).toBe(
      'Only the first 100,000 are shown; the registry lists more. Use Pull by Reference… to pull any image by its name.',
    );
  });

  it('ends after as many pages as any list may have', () => {
    const { pages, trail } = followed(() => 1);
    expect([pages, isCut(trail.failure)]).toEqual([mostPages, true]);
  });

  it('ends after pages in a row without a new row, and may go on', () => {
    const { pages, trail } = followed(() => 0);
    expect([pages, isCut(trail.failure), isEndOfList(trail.failure)]).toEqual([mostBarrenPages, false, true]);
    const told = report(trail.failure, 'list');
    expect(told?.reason).toBe(
      '20 pages in a row had nothing new, and the registry points to yet another. The list may have no end.',
    );
    expect(told?.remedies).toContain('retry');
    trail.goOn();
    expect(trail.failure).toBeUndefined();
    expect(trail.after({ next: 'further' }, 0)).toBe('further');
  });

  it('goes on where a new row comes in between', () => {
    const { pages } = followed((page) => (page % mostBarrenPages === 0 ? 1 : 0));
    expect(pages).toBe(mostPages);
  });

  it('ends where it leads back, over however many pages, without a word', () => {
    const trail = new PageTrail('registry.example.com');
    expect(['a', 'b', 'c', 'a'].map((next) => trail.after({ next }, 5))).toEqual(['a', 'b', 'c', undefined]);
    expect(trail.failure).toBeUndefined();
  });

  it('ends with its last page, without a word', () => {
    const trail = new PageTrail('registry.example.com');
    expect([trail.after({}, 0), trail.failure]).toEqual([undefined, undefined]);
  });
});

describe('an answer of JSON', () => {
  const rows = (count: number) => `{"tags":[${'"a",'.repeat(count - 1)}"a"]}`;

  it('may have as many parts as 100,000 tags have, and no more than can be parsed in a moment', () => {
    expect(hasTooManyParts(bytesOf(rows(mostRows)))).toBe(false);
    expect(hasTooManyParts(bytesOf(rows(mostJsonParts)))).toBe(true);
  });

  it.each([
    ['rows', `[${'1,'.repeat(mostJsonParts)}1]`],
    ['empty objects', '[' + '{},'.repeat(mostJsonParts)],
    ['keys', '{' + '"":"",'.repeat(mostJsonParts / 2 + 1)],
    ['brackets', '['.repeat(mostJsonParts + 1)],
    ['what is no JSON', ','.repeat(mostJsonParts + 1)],
    ['rows behind an escaped quote', `["\\"",${'1,'.repeat(mostJsonParts)}1]`],
  ])('has too many parts where it has as many %s', async (_what, text) => {
    expect(hasTooManyParts(bytesOf(text))).toBe(true);
    const failure = await failing(Promise.resolve().then(() => decodeJson(z.unknown(), response(text))));
    expect(report(failure, 'do it')?.message).toBe(
      'Could not do it: registry.example.com does not answer as a registry does: its answer has too many parts. Check its address, and any proxy on the way.',
    );
  });

  it('is not counted within strings', () => {
    const text = JSON.stringify([',:[{\\"'.repeat(mostJsonParts)]);
    expect(hasTooManyParts(bytesOf(text))).toBe(false);
    expect(hasTooManyParts(bytesOf('"'))).toBe(false);
    expect(hasTooManyParts(bytesOf('"\\'))).toBe(false);
  });

  it('is refused in words where more of it is wrong than fits on the stack', async () => {
    const text = `{"tags":[${'1,'.repeat(mostJsonParts - 10)}1]}`;
    const failure = await failing(Promise.resolve().then(() => decodeJson(tagsAnswer, response(text))));
    expect(failure).toMatchObject({ kind: 'malformed', message: 'it answered JSON of another kind' });
  });
});
