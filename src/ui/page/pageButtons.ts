import { t } from '@vscode/l10n';
import type { App } from '../app';
import type { AnyNode, NodeCommand } from '../commands/command';
import { compareImages } from '../commands/compareImages';
import { copyAs } from '../commands/copyAs';
import { deployToAppService, deployToContainerApps } from '../commands/deploy';
import { inspectImageManifest } from '../commands/inspectImageManifest';
import { pullImage } from '../commands/pullImage';
import { pushImage } from '../commands/pushImage';
import { tagImage } from '../commands/tagImage';
import type { Action } from './pageModel';

/** The commands that have a button of their own, in this order. */
const buttons: readonly { readonly command: NodeCommand; readonly label: () => string; readonly icon: string }[] = [
  { command: pushImage, label: () => t('Push…'), icon: 'cloud-upload' },
  { command: tagImage, label: () => t('Tag…'), icon: 'tag' },
  { command: pullImage, label: () => t('Pull'), icon: 'cloud-download' },
  { command: copyAs, label: () => t('Copy As…'), icon: 'copy' },
  { command: compareImages, label: () => t('Compare…'), icon: 'diff' },
  { command: inspectImageManifest, label: () => t('Inspect Manifest'), icon: 'json' },
];
const deploying = [deployToAppService, deployToContainerApps];

/** The buttons of an image's page: the commands that apply to its row. */
export function buttonsFor(app: Pick<App, 'offersDeploying'>, row: AnyNode): readonly Action[] {
  const own = buttons
    .filter(({ command }) => command.applies(row))
    .map(({ command: { id }, label, icon }, at): Action => ({ id, label: label(), icon, isPrimary: at === 0 }));
  const deploys = app.offersDeploying() && deploying.some((command) => command.applies(row));
  const deploy = deploys ? [{ id: 'deploy', label: t('Deploy…'), icon: 'azure' }] : [];
  return [...own, ...deploy];
}

/** Does what a button says. `shown`: the row of the platform on display, of which the manifest is told. */
export async function runButton(app: App, id: string, row: AnyNode, shown: AnyNode = row): Promise<void> {
  if (id === 'deploy') {
    const command = await chooseService(app, row);
    if (command !== undefined) app.runOn(command.id, row);
  } else if (buttons.some(({ command }) => command.id === id))
    app.runOn(id, id === inspectImageManifest.id ? shown : row);
}

async function chooseService(app: App, row: AnyNode): Promise<NodeCommand | undefined> {
  const items = deploying
    .filter((command) => command.applies(row))
    .map((value) => ({ label: value.title(), icon: 'azure', value }));
  const answer = await app.ask.pick({ title: t('Deploy Image'), placeholder: t('Where to'), items });
  return answer === undefined || answer === 'back' ? undefined : answer.value;
}
