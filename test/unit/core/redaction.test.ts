import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../../src/core/plainText';
import { Redaction } from '../../../src/core/redaction';

describe('a redaction', () => {
  it('leaves out what it knows, written as in URLs too, and the longest first', () => {
    const redaction = new Redaction();
    for (const secret of ['pass', 'pass/word+1', 'abc', undefined]) redaction.add(secret);
    expect(redaction.of('pass/word+1 pass%2Fword%2B1 pass abc')).toBe('*** *** *** abc');
  });

  it.each([
    ['Bearer abcdef123456.x-y_z', 'Bearer ***'],
    ['Basic YWxpY2U6c2VjcmV0', 'Basic ***'],
    ['a eyJhbGciOi.eyJzdWIi.c2ln b', 'a *** b'],
    ['ghp_0123456789abcdef', '***'],
    ['dckr_pat_abc-DEF', '***'],
    ['see http://alice:secret@host.example/p?sig=1&n=5`', 'see http://host.example/p?sig=***&n=5`'],
    ['see https://host.example/v2/ (Basic realm)', 'see https://host.example/v2/ (Basic realm)'],
  ])('makes of %j', (text, redacted) => {
    expect(new Redaction().of(text)).toBe(redacted);
  });

  it('leaves out what a cut left of a secret', () => {
    const redaction = new Redaction();
    redaction.add('wonder-land-7');
    expect(redaction.of('no entry for wonder-la…, won…')).toBe('no entry for ***…, won…');
    expect(redaction.of('sent eyJhbGciOi.eyJz…')).toBe('sent ***…');
  });

  it('lets no secret through, however it is written and whatever stands around it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('http://', '@', '?sig=', '***', '…'),
    );
    const secret = fc.oneof(
      fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }),
      fc.base64String({ minLength: 4 }),
    );
    fc.assert(
      fc.property(secret, fc.array(secret, { maxLength: 3 }), text, text, (one, others, before, after) => {
        const redaction = new Redaction();
        for (const each of [...others, one]) redaction.add(each);
        const form = new URLSearchParams([['', one]]).toString().slice(1);
        const encoded = [JSON.stringify(one).slice(1, -1), Buffer.from(one).toString('base64').replace(/=+$/, '')];
        for (const written of [one, form, visible(one), ...encoded]) {
          if (written.length < 4) continue;
          expect(redaction.of(`${before}${written}${after}`)).not.toContain(written);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
