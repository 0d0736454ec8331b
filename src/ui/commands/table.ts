import type { Node } from '../tree/node';
import type { Command } from './command';
import { disconnect, renameConnection, updateCredential } from './connection';
import { connectRegistry } from './connectRegistry';
import { copyFullTag } from './copyFullTag';
import { copyImageDigest } from './copyImageDigest';
import { deleteImage } from './deleteImage';
import { inspectImage } from './inspectImage';
import { inspectImageManifest } from './inspectImageManifest';
import { openAttachment } from './openAttachment';
import { openInBrowser } from './openInBrowser';
import { refresh, refreshAll } from './refresh';
import { loadMore, retry } from './rows';
import { showLog } from './showLog';
import { untagImage } from './untagImage';

/** Every command there is. package.json contributes the same, which test/unit/manifest.test.ts keeps true. */
export const commands: readonly Command[] = [
  connectRegistry,
  refreshAll,
  showLog,
  copyFullTag,
  copyImageDigest,
  inspectImageManifest,
  inspectImage,
  openAttachment,
  openInBrowser,
  renameConnection,
  updateCredential,
  refresh,
  untagImage,
  deleteImage,
  disconnect,
  loadMore,
  retry,
];

/** The row's context value: ids of the commands that apply, for which its menu entries look. */
export function commandsOf(node: Node): string {
  return commands
    .flatMap((command) => (command.kind === 'node' && command.applies(node) ? [command.id] : []))
    .join(' ');
}
