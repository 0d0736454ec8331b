import * as vscode from 'vscode';
import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { LocalImage } from '../../engine/engine';
import { plural } from '../../core/locale';
import { report } from '../report';
import { Tooltip } from '../tree/tooltip';
import { age, count, localFacts, moment, size } from '../words';
import type { LocalNode } from './localNode';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** The tree item of a row of the Images view. `commands`: ids of the commands that apply to it. */
export function imageItem(node: LocalNode, commands: string, clean: (text: string) => string): vscode.TreeItem {
  const item = rowItem(node, clean);
  item.id = node.id;
  item.contextValue = commands;
  return item;
}

export function problemItem(failure: unknown): vscode.TreeItem {
  const reported = report(failure, t('list the local images'));
  const message = reported?.message ?? t('Cancelled.');
  const item = new vscode.TreeItem(reported?.headline ?? message, None);
  if (reported !== undefined) item.description = reported.reason;
  item.id = 'problem';
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.tooltip = message;
  item.contextValue = 'engineProblem';
  // A click, or Enter, does what helps most.
  const helps = reported?.remedies[0] === 'useEngine' ? 'useEngine' : 'refreshImages';
  item.command = { command: `registryExplorer.${helps}`, title: '' };
  item.accessibilityInformation = { label: message };
  return item;
}

function rowItem({ entry, label, children }: LocalNode, clean: (text: string) => string): vscode.TreeItem {
  switch (entry.kind) {
    case 'registry':
      return row(label, 'server', undefined, t('Images of {0}', label), Expanded);
    case 'repository': {
      const tags = plural(children.length, t('{0} tag | {0} tags'));
      const item = row(label, 'repo', tags, t('Repository {0}, {1}', label, tags), Collapsed);
      item.tooltip = printReference(entry.name);
      return item;
    }
    case 'untagged': {
      const total = entry.images.length;
      const spoken = plural(total, t('{0} untagged image | {0} untagged images'));
      return row(label, 'archive', count(total), spoken, Collapsed);
    }
    case 'image':
      return imageRow(label, entry.image, clean);
    case 'untaggedImage':
      return imageRow(label, entry.image, clean);
  }
}

function imageRow(label: string, image: LocalImage, clean: (text: string) => string): vscode.TreeItem {
  const spoken = [t('Image {0}', label), ...localFacts(image, age)].join(', ');
  const item = row(label, 'package', localFacts(image).join(' · '), spoken, None);
  item.tooltip = tooltip(image, clean);
  return item;
}

function row(
  label: string,
  icon: string,
  description: string | undefined,
  spoken: string,
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  if (description !== undefined) item.description = description;
  item.accessibilityInformation = { label: spoken };
  return item;
}

const mostNames = 10;

function tooltip(
  { id, names, digests, created, size: bytes }: LocalImage,
  clean: (text: string) => string,
): vscode.MarkdownString {
  const text = new Tooltip(clean);
  for (const name of names.slice(0, mostNames)) text.paragraph(printReference(name));
  if (names.length > mostNames) text.paragraph(t('and {0} more', count(names.length - mostNames)));
  text.fact(t('Id'), id);
  for (const digest of digests.slice(0, mostNames)) text.fact(t('Digest'), printReference(digest));
  if (created !== undefined) text.fact(t('Created'), moment(created));
  return text.fact(t('Size'), t('{0} (unpacked, on disk)', size(bytes))).value;
}
