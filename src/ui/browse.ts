import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { Failure } from '../core/failure';

/**
 * Opens a page in the user's browser, after VS Code has asked. A registry may name any address, so only web addresses are opened:
 * no other program is started.
 */
export async function browse(url: URL): Promise<void> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    const explanation = t('the address of its page is not a web address');
    throw new Failure('malformed', url.href, { subject: url.host, speaker: 'program', explanation });
  }
  await vscode.env.openExternal(vscode.Uri.parse(url.href));
}
