import { beforeEach, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { stub } from '../stub';
import { Reports } from '../../../src/ui/reports';

const vs = vi.hoisted(() => ({
  label: '',
  ran: [] as unknown[],
  hasPreview: true,
  changed: [] as (() => void)[],
}));
vi.mock('vscode', () => ({
  Disposable: { from: () => ({ dispose: () => undefined }) },
  commands: {
    executeCommand: (...args: unknown[]) =>
      args[0] === 'markdown.showPreview' && !vs.hasPreview
        ? Promise.reject(new Error('command not found'))
        : Promise.resolve(void vs.ran.push(args)),
  },
  window: {
    tabGroups: {
      get activeTabGroup() {
        return { activeTab: vs.label === '' ? undefined : { label: vs.label } };
      },
      onDidChangeTabs: (listener: () => void) => vs.changed.push(listener),
      onDidChangeTabGroups: () => undefined,
    },
  },
}));
beforeEach(() => {
  Object.assign(vs, { label: '', hasPreview: true });
  vs.ran.length = 0;
});

const uri = stub<Uri>('uri', { path: '/id/Acme diagnosis.md' });
const document = { name: 'Acme diagnosis.md', id: 'id', text: '# Diagnosis' };

it('a report is shown in the preview, and is the one in front as long as its tab is', async () => {
  const reports = new Reports({ keep: () => Promise.resolve(uri), show: () => Promise.reject(new Error('shown')) });
  await reports.show(document);
  expect(vs.ran).toEqual([['markdown.showPreview', uri]]);
  expect(reports.shown()).toBeUndefined();
  vs.label = 'Preview Acme diagnosis.md';
  expect(reports.shown()).toBe('# Diagnosis');
  vs.changed.at(-1)?.();
  vs.label = 'README.md';
  vs.changed.at(-1)?.();
  expect(vs.ran.slice(1)).toEqual([
    ['setContext', 'registryExplorer.report', true],
    ['setContext', 'registryExplorer.report', false],
  ]);
});

it('a report is shown as text where there is no preview', async () => {
  vs.hasPreview = false;
  const shown: unknown[] = [];
  const reports = new Reports({
    keep: () => Promise.resolve(uri),
    show: (each) => Promise.resolve(void shown.push(each)),
  });
  await reports.show(document);
  expect(shown).toEqual([document]);
});
