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
import { age, artifactName, count, moment, platforms, signedInAs, size, summary } from '../words';
import { holdingOf, listingPhrase } from './node';
import { cleanItem } from './cleanItem';
import type { InvalidName, More, Node, Problem, Row } from './node';
import { Tooltip } from './tooltip';
import { TreeNode } from './treeNode';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

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
    case 'node': {
      const item = nodeItem(row, look);
      item.id = row.id;
      item.contextValue = look.commands;
      return item;
    }
  }
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
  if (row.left !== undefined) item.description = t('{0} of {1} left', count(row.left.rows), count(row.left.of));
  item.command = { command: 'registryExplorer.loadMore', title: t('Load More'), arguments: [row] };
  return item;
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
      const item = entryItem(entry, entry.icon ?? 'organization', describeGroup(node, entry), Collapsed);
      item.tooltip = `${kindOf(entry)} ${entry.label}`;
      return item;
    }
    case 'registry': {
      const item = entryItem(entry, 'server', describeGroup(node, entry), Collapsed);
      item.tooltip = entry.host;
      return item;
    }
    case 'repository': {
      const item = entryItem(entry, 'repo', isEmpty(node) ? t('no tags') : undefined, Collapsed);
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
      return attachmentItem(entry, node, clean);
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
  item.description = [...who, where, unverified].filter((part) => part !== '').join(' · ');
  item.accessibilityInformation = {
    label: [`${called} ${connection.label}`, item.description].filter((part) => part !== '').join(', '),
  };
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

function describeGroup(node: Node, { detail }: Group | Registry): string | undefined {
  const parts = [isEmpty(node) ? holdingOf(node).none : '', detail ?? ''].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
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
    details === undefined ? undefined : summary(details),
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
function sizeUnless({ failure, size: bytes }: Described): string | undefined {
  if (failure !== undefined) return failure.kind === 'notFound' ? t('missing') : t('cannot be read');
  return bytes === undefined ? undefined : size(bytes);
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

function attachmentItem(entry: Attachment, node: Node, clean: RowLook['clean']): vscode.TreeItem {
  const icon = iconUnless(entry, attachmentIcons[entry.type] ?? 'shield');
  const item = entryItem(entry, icon, sizeUnless(entry), opensTo(entry));
  item.tooltip = ownTooltip(entry, entry.blob?.digest ?? entry.image.digest ?? '', clean);
  item.command = { command: 'registryExplorer.openAttachment', title: t('Open'), arguments: [node] };
  return item;
}

function entryItem(
  entry: Entry,
  icon: string,
  description: string | undefined,
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const label = plainText(entry.label);
  const item = new vscode.TreeItem(label, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  if (description !== undefined) item.description = description;
  item.accessibilityInformation = {
    label: `${kindOf(entry)} ${label}${description === undefined ? '' : `, ${description}`}`,
  };
  return item;
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
