import { t } from '@vscode/l10n';
import type { App } from '../app';
import { connect } from '../connections/connect';
import { accountsOf } from './steps';
import type { Account } from './steps';

/** The accounts of Azure that are connected; where none is, offers to connect one. Nothing when declined. */
export async function connectAzure(app: App): Promise<readonly Account[] | undefined> {
  const accounts = accountsOf(app);
  if (accounts.length > 0) return accounts;
  const button = t('Connect Azure…');
  const chosen = await app.message('information', t('No Azure account is connected yet.'), button);
  if (chosen !== button) return undefined;
  await connect(app, 'azure');
  const connected = accountsOf(app);
  return connected.length > 0 ? connected : undefined;
}
