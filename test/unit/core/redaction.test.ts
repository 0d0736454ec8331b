import { describe, expect, it } from 'vitest';
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
});
