import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { Documents } from '../../../src/ui/documents';

const opened = vi.hoisted((): Uri[] => []);
vi.mock('vscode', () => ({
  Uri: { from: ({ scheme, path }: Uri) => ({ scheme, path, toString: () => `${scheme}:${path}` }) },
  workspace: {
    registerTextDocumentContentProvider: () => ({ dispose: () => undefined }),
    onDidCloseTextDocument: () => ({ dispose: () => undefined }),
    openTextDocument: (uri: Uri) => Promise.resolve(opened.push(uri)),
  },
  window: { showTextDocument: () => Promise.resolve() },
}));
afterEach(() => {
  opened.length = 0;
});

async function shown(document: { readonly name: string; readonly id?: string; readonly text: string }) {
  const documents = new Documents();
  await documents.show({ id: 'id', ...document });
  const [uri] = opened;
  return { path: uri?.path, text: uri && documents.provideTextDocumentContent(uri) };
}

describe('a document', () => {
  it('shows what nobody sees', async () => {
    const { text } = await shown({ name: 'a.json', text: '{"a\u202eb": "\u200b"}\n' });
    expect(text).toBe('{"a\\u202eb": "\\u200b"}\n');
  });

  it('of many parts is whole, also where a part ends between the halves of a character', async () => {
    const text = `${'a'.repeat(256 * 1024 - 1)}${'😀\u202e'.repeat(300_000)}`;
    expect((await shown({ name: 'a.txt', text })).text).toBe(text.replaceAll('\u202e', '\\u202e'));
  });

  it('has a title of one line, and is no other document', async () => {
    const { path } = await shown({ name: '../../etc/passwd\n\u202egnp.exe', text: '' });
    expect(path).toBe('/id/..-..-etc-passwd gnp.exe');
  });
});
