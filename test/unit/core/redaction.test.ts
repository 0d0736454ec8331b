import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { visible } from '../../../src/core/plainText';
import { Redaction } from '../../../src/core/network/redaction';

describe('a redaction', () => {
  it('removes known secrets, also as they are written in URLs, the longest first', () => {
    const redaction = new Redaction();
    for (const secret of ['pass', 'pass/word+1', 'abc', undefined]) redaction.add(secret);
    expect(redaction.redact('pass/word+1 pass%2Fword%2B1 pass abc')).toBe('*** *** *** abc');
  });

  it.each([
    ['Bearer abcdef123456.x-y_z', 'Bearer ***'],
    ['Basic YWxpY2U6c2VjcmV0', 'Basic ***'],
    ['Basic ywxpyzu6czvjcmv0', 'Basic ***'],
    ['Basic abcdefghijklmnop==', 'Basic ***'],
    ['Basic authentication is off', 'Basic authentication is off'],
    ['Basic Authentication.', 'Basic Authentication.'],
    ['a eyJhbGciOi.eyJzdWIi.c2ln b', 'a *** b'],
    ['ghp_0123456789abcdef', '***'],
    ['dckr_pat_abc-DEF', '***'],
    ['see http://alice:secret@host.example/p?sig=1&n=5`', 'see http://host.example/p?sig=***&n=5`'],
    ['see https://host.example/v2/ (Basic realm)', 'see https://host.example/v2/ (Basic realm)'],
  ])('changes %j', (text, redacted) => {
    expect(new Redaction().redact(text)).toBe(redacted);
  });

  it('removes the beginning of a secret that was cut', () => {
    const redaction = new Redaction();
    redaction.add('wonder-land-7');
    expect(redaction.redact('no entry for wonder-la…, won…')).toBe('no entry for ***…, won…');
    expect(redaction.redact('sent eyJhbGciOi.eyJz…')).toBe('sent ***…');
  });

  it('removes known secrets with every escape that servers use', () => {
    const redaction = new Redaction();
    redaction.add('pä s/w&"<1>');
    const written = [
      ['lower-case percent', 'p%c3%a4%20s%2fw%26%22%3c1%3e'],
      ['percent of a form', 'p%C3%A4+s%2Fw%26%22%3C1%3E'],
      ['percent twice', 'p%25C3%25A4%2520s%252Fw%2526%2522%253C1%253E'],
      ['entities by name', 'p&#228; s/w&amp;&quot;&lt;1&gt;'],
      ['entities by number', '&#112;&#xe4;&#x20;&#115;&#x2F;w&#38;&#034;&#x3c;1&#62;'],
      ['JSON of PHP', 'p\\u00e4 s\\/w&\\"<1>'],
      ['JSON of Go', 'pä s/w\\u0026\\"\\u003c1\\u003E'],
      ['JSON in JSON', 'p\\\\u00e4 s\\\\/w&\\\\\\"<1>'],
      ['a string of a program', 'p\\xE4 s/w&\\"<1>'],
      ['several ways at once', 'p%C3%A4 s\\/w&amp;%22\\u003c1&gt;'],
    ];
    expect(written.map(([how, text = '']) => [how, redaction.redact(`it says [${text}]`)])).toEqual(
      written.map(([how]) => [how, 'it says [***]']),
    );
  });

  it.each(['   *', '\u200b\u200b\u200b\u200b', '** *', '****', '%%%%', '\\\\\\\\'])(
    'ends if the secret is %j',
    (secret) => {
      const redaction = new Redaction();
      redaction.add(secret);
      const text = `a * b % c \\ ${'*%\\'.repeat(50)}`;
      expect(redaction.redact(text).length).toBeLessThanOrEqual(text.length);
    },
  );

  it('remembers a limited number of secrets, those that were used last', () => {
    const redaction = new Redaction();
    for (let index = 0; index < 1000; index++) {
      redaction.add('the password');
      redaction.add(`token number ${index}`);
    }
    expect(redaction.redact('the password, token number 999, token number 1')).toBe('***, ***, token number 1');
  });

  it.each([
    ['41b/cd', 'x%41b%2Fcd y', 'x%*** y'],
    ['pa/ss%', 'pa%2Fss%41', '***41'],
    ['Z1/Q', '&#x05a;1&#047;&#x0000051;', '***'],
    ['a%2541/b', 'a%252541%2Fb', '***'],
    ['u0041/cd', '\\u0041%2Fcd', '\\***'],
    ['a\\b"c&', 'a\\\\b\\"c&amp;', '***'],
  ])('finds %s where its beginning or end looks like a part of an escape', (secret, text, redacted) => {
    const redaction = new Redaction();
    redaction.add(secret);
    expect(redaction.redact(text)).toBe(redacted);
  });

  it('needs little memory for hundreds of tokens', () => {
    const redaction = new Redaction();
    const text = (token: string): string => `GET /a%20b & more \\ ${token}`;
    const tokens = Array.from({ length: 300 }, (_none, at) => randomBytes(150).toString('base64url') + String(at));
    const before = process.memoryUsage().heapUsed;
    for (const token of tokens) {
      redaction.add(token);
      expect(redaction.redact(text(token))).toBe(text('***'));
    }
    // A pattern for each took 500 MB in all, and more than VS Code has for code.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });

  it('looks in a text for no secret that is longer: names of rows are cleaned by the thousand', () => {
    const redaction = new Redaction();
    for (let index = 0; index < 300; index++) redaction.add(`${index} ${'token'.repeat(100)}`);
    const looking = vi.spyOn(String.prototype, 'replaceAll');
    expect(redaction.redact('registry.example.com/team/app')).toBe('registry.example.com/team/app');
    expect(looking).not.toHaveBeenCalled();
    expect(redaction.redact(`is 299 ${'token'.repeat(100)}.`)).toBe('is ***.');
    expect(looking).toHaveBeenCalled();
    looking.mockRestore();
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
          expect(redaction.redact(`${before}${written}${after}`)).not.toContain(written);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
