import { afterEach, describe, expect, it, vi } from 'vitest';
import { browse } from '../../../src/ui/browse';
import { failing } from '../failing';

const opened = vi.hoisted((): string[] => []);
vi.mock('vscode', () => ({
  Uri: { parse: (text: string) => text },
  env: { openExternal: (uri: string) => Promise.resolve(opened.push(uri) > 0) },
}));
afterEach(() => {
  opened.length = 0;
});

describe('a page that a registry names', () => {
  it('is opened where it is one of the web', async () => {
    await browse(new URL('https://github.com/orgs/acme/packages'));
    expect(opened).toEqual(['https://github.com/orgs/acme/packages']);
  });

  it.each([
    'command:workbench.action.terminal.new',
    'vscode://evil.ext/run',
    'file:///etc/passwd',
    'ms-msdt:/id',
    'javascript:0',
  ])('is refused where it is %s', async (url) => {
    expect((await failing(browse(new URL(url)))).detail.explanation).toBe(
      'the address of its page is not a web address',
    );
    expect(opened).toEqual([]);
  });
});
