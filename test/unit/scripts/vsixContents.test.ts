import { describe, expect, it } from 'vitest';
import { checkContents, checkPlaces } from '../../../scripts/vsixContents';

const containing = (text: string) => [{ name: 'extension/dist/extension.js', content: Buffer.from(text) }];

describe('checkPlaces', () => {
  const places = ['/home/ann/project', '/home/ann'];
  const check =
    (text: string, folders: readonly string[] = places) =>
    () => {
      checkPlaces(containing(text), folders);
    };

  it.each([
    ['a path', 'require("/home/ann/project/src/a.js")'],
    ['a URL', '"file:///home/ann/project/node_modules/open/index.js"'],
    ['what else is in the home', '# made by /home/ann/.npm/_cacache'],
    ['the folder alone', "cwd='/home/ann'"],
    ['the end of the file', '// /home/ann'],
    ['bytes that are no text', '\u0000\u0001/home/ann/project/build\u0000'],
  ])('finds the builder in %s', (_where, text) => {
    expect(check(text)).toThrow('extension/dist/extension.js in the package tells where it was built: /home/ann');
  });

  it('finds a folder that is spelt as URLs spell it', () => {
    expect(check('file:///home/ann%20lee/x', ['/home/ann lee'])).toThrow('/home/ann%20lee');
  });

  it('finds a folder of Windows in a string of JavaScript, and with the slashes of modules', () => {
    const folders = ['C:\\Users\\ann'];
    expect(check(String.raw`"C:\\Users\\ann\\project"`, folders)).toThrow(String.raw`C:\\Users\\ann`);
    expect(check('"C:/Users/ann/project"', folders)).toThrow('C:/Users/ann');
  });

  it.each(['/rootfs/a', '/var/root/a', '/root-1/a', '~/root.d'])('takes %s for no part of /root', (text) => {
    expect(check(text, ['/root'])).not.toThrow();
  });

  it('does not look for the root of the file system, which is the home of some', () => {
    expect(check('/usr/bin/ssh', ['/'])).not.toThrow();
  });
});

describe('checkContents', () => {
  it('names what does not run, and what is missing', () => {
    const files = (...names: string[]) => names.map((name) => ({ name, content: Buffer.of() }));
    expect(() => {
      checkContents(files('extension/dist/extension.js.map'));
    }).toThrow('The package holds what does not run:\n  extension/dist/extension.js.map');
    expect(() => {
      checkContents(files('extension/dist/extension.js', 'extension/package.json'));
    }).toThrow('extension/dist/THIRD_PARTY_NOTICES.txt');
    expect(() => {
      checkContents(files('extension/dist/extension.js', 'extension/package.json'));
    }).toThrow('extension/l10n/bundle.l10n.de.json');
    expect(() => {
      checkContents(files('extension/.vscode/launch.json'));
    }).toThrow('The package holds what does not run:\n  extension/.vscode/launch.json');
  });
});
