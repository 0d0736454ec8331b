import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { report } from '../report';
import { ownSetting } from '../settings';
import { keychain, keychainElsewhere } from './keychain';
import type { State } from '../../registries/connectionStore';
import { keyById, keyByRegistry, Secrets } from '../../registries/secrets';
import type { SecretOwner, SecretPlace } from '../../registries/secrets';

const setting = 'registryExplorer.credentialStore';
/** Where the secrets are now. The setting says where they should be, but a move may fail. */
const memento = 'credentialStore';

/** Stores secrets where `registryExplorer.credentialStore` says. */
export class CredentialStore {
  readonly secrets: Secrets;
  private readonly places: { readonly vscode: SecretPlace; readonly osKeychain: SecretPlace };

  constructor(
    secrets: vscode.SecretStorage,
    private readonly state: State,
    private readonly app: Pick<App, 'log' | 'showLog' | 'message'>,
  ) {
    const isWindowOntoOther = vscode.env.remoteName !== undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
    this.places = {
      vscode: { store: secrets, keyOf: keyById },
      osKeychain: { store: isWindowOntoOther ? keychainElsewhere : keychain, keyOf: keyByRegistry },
    };
    this.secrets = new Secrets(this.placeNamed(state.get(memento)));
  }

  /** Moves the secrets of `owners` to the place in the setting, now and whenever the setting changes. */
  follow(owners: () => Promise<readonly SecretOwner[]>): vscode.Disposable {
    void this.move(owners);
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(setting)) void this.move(owners);
    });
  }

  private placeNamed(name: unknown): SecretPlace {
    return name === 'osKeychain' ? this.places.osKeychain : this.places.vscode;
  }

  private async move(owners: () => Promise<readonly SecretOwner[]>): Promise<void> {
    const wanted = ownSetting('credentialStore', 'vscode');
    try {
      await this.secrets.moveTo(this.placeNamed(wanted), owners, () => this.state.update(memento, wanted));
    } catch (error) {
      const reported = report(error, t('move the secrets to where {0} says', setting));
      if (reported === undefined) return;
      this.app.log.error(`${reported.message}\n  ${causes(error)}`);
      void this.offer(reported.message, owners);
    }
  }

  private async offer(message: string, owners: () => Promise<readonly SecretOwner[]>): Promise<void> {
    const [retry, change, showLog] = [t('Retry'), t('Change Setting'), t('Show Log')];
    const chosen = await this.app.message('error', message, retry, change, showLog);
    if (chosen === retry) await this.move(owners);
    else if (chosen === change) await vscode.commands.executeCommand('workbench.action.openSettings', setting);
    else if (chosen === showLog) this.app.showLog();
  }
}
