import * as vscode from 'vscode';
import { t } from '@vscode/l10n';
import { isCut } from '../../core/bounds';
import { Failure } from '../../core/failure';
import type {
  Attachment,
  Entry,
  Group,
  ImageDetails,
  PlatformImage,
  Registry,
  Tag,
  SignIn,
  TlsOptions,
} from '../../core/model';
import { plainText } from '../../core/plainText';
import { printReference } from '../../core/reference';
import { plural } from '../../core/locale';
import { needsNoRow, report } from '../report';
import { age, artifactName, count, moment, orderName, platforms, signedInAs, size, summary } from '../words';
import { holdingOf, labelOf, listingPhrase, trailOf } from './node';
import { cleanItem } from './cleanItem';
import type { Favourites, Folder, InvalidName, Loading, More, Node, Problem, Row } from './node';
import { Tooltip } from './tooltip';
import { TreeNode } from './treeNode';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** The setting `registryExplorer.tags.details`. */
export type DetailsSetting = 'always' | 'onHover' | 'never';

/** What the tree knows about the appearance of a row. */
export interface RowLook {
  /** Ids of the commands that apply to the row, for its menu entries; for a problem row, those of the rows above it. */
  readonly commands: string;
  readonly details: DetailsSetting;
  /** Codicon of the kind of registry. */
  readonly icon: string;
  /** What a connection of that kind is called. */
  readonly called: string;
  /** The path of the folder that it is drawn in. */
  readonly folder: string | undefined;
  /** It stands right below Favourites, so it has to say where it is. */
  readonly isAmongFavourites: boolean;
  readonly isExpanded: boolean;
  /** Makes a text safe to show. */
  readonly clean: (text: string) => string;
}

/** The tree item of a row. */
export function treeItem(row: Row, look: RowLook): vscode.TreeItem {
  return cleanItem(rowItem(row, look), look.clean);
}

function rowItem(row: Row, look: RowLook): vscode.TreeItem {
  switch (row.kind) {
    case 'more':
      return moreItem(row);
    case 'problem':
      return problemItem(row, look.commands.split(' '));
    case 'invalid':
      return invalidItem(row);
    case 'loading':
      return loadingItem(row);
    case 'favourites':
      return opened(favouritesItem(row), look);
    case 'folder':
      return opened(folderItem(row), look);
    case 'node': {
      const item = placed(nodeItem(row, look), row, look);
      item.id = row.id;
      item.contextValue = look.commands;
      return opened(item, look);
    }
  }
}

/** Open, if the user has opened it. */
function opened(item: vscode.TreeItem, { isExpanded }: RowLook): vscode.TreeItem {
  if (isExpanded && item.collapsibleState === Collapsed) item.collapsibleState = Expanded;
  return item;
}

/** A favourite says where it is; in a folder, a repository need not say again what the folder says. */
function placed(item: vscode.TreeItem, node: Node, { folder, isAmongFavourites }: RowLook): vscode.TreeItem {
  const { entry } = node;
  if (folder !== undefined) item.label = plainText(entry?.label ?? '').slice(folder.length);
  if (!isAmongFavourites || entry === undefined || !('image' in entry)) return item;
  const name = entry.image.path.slice(entry.image.path.lastIndexOf('/') + 1);
  item.label = plainText(entry.kind === 'tag' ? `${name}:${entry.label}` : entry.label);
  const above = node.parent === undefined ? [] : trailOf(node.parent);
  const where = [node.connection.label, ...above.flatMap((one) => (one.kind === 'repository' ? [] : one.label))];
  item.description = [plainText(where.join(' / ')), item.description].filter(Boolean).join(' · ');
  const spoken = item.accessibilityInformation?.label;
  if (spoken !== undefined) item.accessibilityInformation = { label: `${spoken}, ${where.join(', ')}` };
  return item;
}

function favouritesItem({ id }: Favourites): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Favourites'), Collapsed);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon('star-full');
  item.contextValue = 'favourites';
  item.accessibilityInformation = { label: t('Favourites, repositories and tags of all registries') };
  return item;
}

function folderItem({ id, label, path, of, count: repositories }: Folder): vscode.TreeItem {
  const item = new vscode.TreeItem(label, Collapsed);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon('folder');
  item.description = count(repositories);
  item.tooltip = `${of.entry?.label ?? of.connection.label}/${path}`;
  item.contextValue = 'folder';
  item.accessibilityInformation = {
    label: plural(repositories, t('Folder {1}, {0} repository | Folder {1}, {0} repositories'), label),
  };
  return item;
}

function loadingItem({ of }: Loading): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Loading…'), None);
  item.id = `${of.id}/loading`;
  item.iconPath = new vscode.ThemeIcon('loading~spin');
  item.contextValue = 'loading';
  item.accessibilityInformation = { label: t('Loading what is in {0}', labelOf(of)) };
  return item;
}

/** A name that no engine accepts: it is shown, but has no commands. */
function invalidItem({ of, name, at }: InvalidName): vscode.TreeItem {
  const item = new vscode.TreeItem(name, None);
  item.id = `${of.id}/invalid/${at}`;
  item.description = t('not a valid name');
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  item.contextValue = 'invalid';
  item.tooltip = t('The registry lists this, but images cannot have such a name. Nothing can be done with it here.');
  item.accessibilityInformation = { label: `${name}, ${item.description}` };
  return item;
}

function moreItem(row: More): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Load more…'), None);
  item.id = `${row.of.id}/more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  tell(item, t('Load more of {0}', labelOf(row.of)), factsOfMore(row));
  item.command = { command: 'registryExplorer.loadMore', title: t('Load More'), arguments: [row] };
  return item;
}

function factsOfMore({ left, searched }: More): readonly string[] {
  if (left !== undefined) return [t('{0} of {1} left', count(left.rows), count(left.of))];
  return searched === undefined ? [] : [plural(searched, t('{0} row searched | {0} rows searched'))];
}

function problemItem(row: Problem, commands: readonly string[]): vscode.TreeItem {
  const reported = report(row.failure, listingPhrase(row.of));
  const message = reported?.message ?? t('Cancelled.');
  // The row above shows what failed. The label is short, because a narrow view cuts the rest.
  const item = new vscode.TreeItem(reported?.headline ?? message, None);
  if (reported !== undefined) item.description = reported.reason;
  item.id = `${row.of.id}/problem`;
  // These are not errors: the registry does not list repositories, or lists more than are shown (they can be added by name), or
  // the user must first confirm a login.
  const isNoFault =
    isCut(row.failure) ||
    (row.failure instanceof Failure &&
      (row.failure.kind === 'unlisted' || row.failure.detail.nextStep === 'confirmSignIn'));
  item.iconPath = isNoFault
    ? new vscode.ThemeIcon('info')
    : new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.tooltip = message;
  const remedies = reported?.remedies.filter((remedy) => needsNoRow(remedy) || commands.includes(remedy)) ?? [];
  item.contextValue = ['problem', ...remedies].join(' ');
  // A click, or Enter, does what helps most.
  const [first] = remedies;
  if (first !== undefined) item.command = { command: `registryExplorer.${first}`, title: '', arguments: [row] };
  item.accessibilityInformation = { label: message };
  return item;
}

function nodeItem(node: Node, { details, icon, called, clean }: RowLook): vscode.TreeItem {
  const { entry } = node;
  switch (entry?.kind) {
    case undefined:
      return connectionItem(node, icon, called, clean);
    case 'group': {
      const item = entryItem(entry, entry.icon ?? 'organization', groupFacts(node, entry), Collapsed);
      item.tooltip = `${kindOf(entry)} ${entry.label}`;
      return item;
    }
    case 'registry': {
      const item = entryItem(entry, 'server', groupFacts(node, entry), Collapsed);
      item.tooltip = entry.host;
      return item;
    }
    case 'repository': {
      const facts = [...(isEmpty(node) ? [t('no tags')] : []), ...lookFacts(node)];
      const item = entryItem(entry, 'repo', facts, Collapsed);
      item.tooltip = printReference(entry.image);
      return item;
    }
    case 'tag':
      return tagItem(node, entry, details, clean);
    case 'platform': {
      const item = entryItem(entry, iconUnless(entry, 'chip'), sizeUnless(entry), opensTo(entry));
      item.tooltip = ownTooltip(entry, entry.image.digest ?? '', clean);
      return item;
    }
    case 'attachment':
      return attachmentItem(entry, node, details, clean);
  }
}

function connectionItem(node: Node, icon: string, called: string, clean: RowLook['clean']): vscode.TreeItem {
  const { connection } = node;
  const item = new vscode.TreeItem(connection.label, Collapsed);
  item.iconPath = new vscode.ThemeIcon(icon);
  const unverified = connection.tls?.verify === false ? t('not verified') : '';
  const question =
    connection.unconfirmed && t('Sign in with {0}?', signedInAs({ signIn: connection.unconfirmed }) ?? '');
  // A workspace can choose any name, so the host is shown too.
  const { host } = new URL(connection.url);
  const where = connection.isOfWorkspace === true && connection.label !== host ? host : '';
  const who = question === undefined ? [stateOf(node), signedInAs(connection) ?? ''] : [question];
  const facts = [...who, where, unverified, ...lookFacts(node)].filter((part) => part !== '');
  tell(item, `${called} ${connection.label}`, facts);
  const tooltip = new Tooltip(clean)
    .paragraph(connection.label)
    .paragraph(connection.url)
    .paragraph(signInLine(connection.signIn));
  for (const line of trustLines(connection.tls)) tooltip.paragraph(line);
  if (connection.shared) tooltip.paragraph(t('Listed in the setting registryExplorer.connections'));
  item.tooltip = tooltip.value;
  return item;
}

function signInLine(signIn: SignIn): string {
  const name = signedInAs({ signIn });
  if (name === undefined) return t('Anonymous');
  return 'account' in signIn ? t('Signed in as {0}', name) : t('Signed in with: {0}', name);
}

function trustLines(tls: TlsOptions = {}): readonly string[] {
  return [
    ...(tls.caFile === undefined ? [] : [t('CA file: {0}', tls.caFile)]),
    ...(tls.certFile === undefined ? [] : [t('Client certificate: {0}', tls.certFile)]),
    ...(tls.dockerCerts === true ? [t('Certificates of docker’s certs.d')] : []),
    ...(tls.verify === false ? [t('Its server is not verified')] : []),
  ];
}

function isEmpty(node: Node): boolean {
  return node instanceof TreeNode && node.state === 'empty';
}

/** How the rows below one are shown, if not as everywhere. */
function lookFacts(node: Node): readonly string[] {
  if (!(node instanceof TreeNode)) return [];
  const { filter, findsNothing, order, sorted } = node;
  return [
    ...(filter === undefined ? [] : [t('filtered: “{0}”', plainText(filter))]),
    ...(findsNothing ? [t('nothing found')] : []),
    ...(order === undefined ? [] : [orderName(order)]),
    ...(sorted === undefined ? [] : [t('{0} of {1} looked at', count(sorted.known), count(sorted.of))]),
  ];
}

function groupFacts(node: Node, { detail = '' }: Group | Registry): readonly string[] {
  // A detail may be several facts.
  return [isEmpty(node) ? holdingOf(node).none : '', ...detail.split(' · '), ...lookFacts(node)].filter(Boolean);
}

function stateOf(node: Node): string {
  switch (node instanceof TreeNode ? node.state : undefined) {
    case 'empty':
      return holdingOf(node).none;
    case 'signedOut':
      return t('signed out');
    case 'offline':
      return t('offline');
    case undefined:
      return '';
  }
}

function tagItem(node: Node, tag: Tag, setting: DetailsSetting, clean: RowLook['clean']): vscode.TreeItem {
  const { details } = tag;
  const item = entryItem(
    tag,
    iconOf(details),
    details === undefined ? [] : [summary(details)],
    // An artifact may have attachments, such as a signature. They are known only after it is expanded.
    details?.type === 'artifact' && isEmpty(node) ? None : Collapsed,
  );
  if (details !== undefined) item.accessibilityInformation = { label: spokenTag(tag, details) };
  if (details !== undefined && (details.isPartial !== true || setting === 'never')) {
    item.tooltip = tagTooltip(tag, details, clean);
  } else if (node instanceof TreeNode && node.detailsFailure !== undefined) {
    item.tooltip = report(node.detailsFailure, t('read the details of {0}', printReference(tag.image)))?.message;
  } else if (setting === 'never') item.tooltip = printReference(tag.image);
  // Otherwise there is no tooltip yet: VS Code requests it on hover.
  return item;
}

function iconOf(details: ImageDetails | undefined): string {
  if (details?.isLocked === true) return 'lock';
  switch (details?.type) {
    case 'index':
      return 'layers';
    case 'artifact':
      return 'package';
    case 'image':
    case undefined:
      return 'tag';
  }
}

const attachmentIcons: Readonly<Partial<Record<Attachment['type'], string>>> = {
  artifact: 'package',
  signature: 'verified',
};

type Described = PlatformImage | Attachment;

/** Expandable unless it is known that there are no attachments. */
function opensTo({ attachments, attachmentsFailure }: Described): vscode.TreeItemCollapsibleState {
  return attachments?.length === 0 && attachmentsFailure === undefined ? None : Collapsed;
}

function iconUnless({ failure }: Described, icon: string): string {
  return failure === undefined ? icon : 'warning';
}

/** The size, or a text that it could not be read. */
function sizeUnless({ failure, size: bytes }: Described): readonly string[] {
  if (failure !== undefined) return [failure.kind === 'notFound' ? t('missing') : t('cannot be read')];
  return bytes === undefined ? [] : [size(bytes)];
}

function ownTooltip({ label, failure }: Described, digest: string, clean: RowLook['clean']): vscode.MarkdownString {
  const tooltip = new Tooltip(clean).paragraph(label).paragraph(digest);
  if (failure === undefined) return tooltip.value;
  const why =
    failure.kind === 'notFound'
      ? t('The index lists it, but the registry does not have it (any more).')
      : report(failure, t('read {0}', label))?.message;
  return tooltip.paragraph(why ?? '').value;
}

/** `lines`: what is known once it was read. */
export function attachmentTooltip(
  entry: Attachment,
  clean: RowLook['clean'],
  lines: readonly string[] = [],
): vscode.MarkdownString {
  const tooltip = ownTooltip(entry, entry.blob?.digest ?? entry.image.digest ?? '', clean);
  for (const line of lines) tooltip.appendMarkdown('- ').appendText(clean(line)).appendMarkdown('\n');
  return tooltip;
}

function attachmentItem(
  entry: Attachment,
  node: Node,
  setting: DetailsSetting,
  clean: RowLook['clean'],
): vscode.TreeItem {
  const icon = iconUnless(entry, attachmentIcons[entry.type] ?? 'shield');
  const item = entryItem(entry, icon, sizeUnless(entry), opensTo(entry));
  // Otherwise there is no tooltip yet: VS Code requests it on hover.
  if (entry.failure !== undefined || setting === 'never') item.tooltip = attachmentTooltip(entry, clean);
  item.command = { command: 'registryExplorer.openAttachment', title: t('Open'), arguments: [node] };
  return item;
}

function entryItem(
  entry: Entry,
  icon: string,
  facts: readonly string[],
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const label = plainText(entry.label);
  const item = new vscode.TreeItem(label, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  tell(item, `${kindOf(entry)} ${label}`, facts);
  return item;
}

/** What stands right of the label, and what a screen reader says: it would read the dots between the facts. */
function tell(item: vscode.TreeItem, name: string, facts: readonly string[]): void {
  if (facts.length > 0) item.description = facts.join(' · ');
  item.accessibilityInformation = { label: [name, ...facts].join(', ') };
}

/** What an entry is called, in front of its label. */
function kindOf(entry: Entry): string {
  return entry.kind === 'group' ? (entry.called ?? t('Namespace')) : kindNames[entry.kind]();
}

const kindNames: Readonly<Record<Exclude<Entry['kind'], 'group'>, () => string>> = {
  registry: () => t('Registry'),
  repository: () => t('Repository'),
  tag: () => t('Tag'),
  platform: () => t('Platform'),
  attachment: () => t('Attachment'),
};

const mostLabels = 10;

function tagTooltip({ image }: Tag, details: ImageDetails, clean: RowLook['clean']): vscode.MarkdownString {
  const tooltip = new Tooltip(clean).paragraph(printReference(image));
  if (details.digest !== '') tooltip.fact(t('Digest'), details.digest);
  if (details.mediaType !== '') tooltip.fact(t('Media type'), details.mediaType);
  if (details.artifactType !== undefined) tooltip.fact(t('Artifact type'), details.artifactType);
  if (details.created !== undefined) tooltip.fact(t('Created'), moment(details.created));
  if (details.updated !== undefined) tooltip.fact(t('Updated'), moment(details.updated));
  if (details.size !== undefined) {
    const whose = details.platforms.length > 1 ? t('compressed, of one platform') : t('compressed');
    tooltip.fact(t('Size'), `${size(details.size)} (${whose})`);
  }
  if (details.platforms.length > 0) tooltip.fact(t('Platforms'), platforms(details.platforms));
  if (details.faults !== undefined) tooltip.fact(t('Not readable'), plainText(details.faults.join(', ').slice(0, 500)));
  const labels = Object.entries(details.labels);
  if (labels.length > 0) tooltip.heading(t('Labels'));
  for (const [name, value] of labels.slice(0, mostLabels)) tooltip.item(plainText(`${name} = ${value.slice(0, 200)}`));
  if (labels.length > mostLabels) tooltip.item(t('and {0} more', count(labels.length - mostLabels)));
  return tooltip.value;
}

/** `Tag 1.4, 2 days ago, 45 MB, 2 platforms` */
function spokenTag(
  { label }: Tag,
  { created, updated = created, size: bytes, platforms: list, artifactType, isLocked }: ImageDetails,
): string {
  return [
    t('Tag {0}', plainText(label)),
    ...(isLocked === true ? [t('locked')] : []),
    ...(artifactType === undefined ? [] : [artifactName(artifactType)]),
    ...(updated === undefined ? [] : [age(updated)]),
    ...(bytes === undefined ? [] : [size(bytes)]),
    ...(list.length === 0 ? [] : [plural(list.length, t('{0} platform | {0} platforms'))]),
  ].join(', ');
}
