import { join } from 'node:path';
import type { DemoAzure } from '../sandbox/azure/demoAzure';
import { dialog } from './dialog';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import type { Workbench } from './launch';
import { useWorkbench } from './workbench';

/** Stands in for VS Code's own Microsoft accounts. */
export const microsoftAccounts = join(import.meta.dirname, 'microsoft');

/**
 * A VS Code whose cloud is the sandbox's, and whose accounts are known there. `env`: what its environment has besides. `helpers`: the
 * extensions beside ours.
 */
export function useAzureWorkbench(
  demo: () => DemoAzure,
  env: () => NodeJS.ProcessEnv = () => ({}),
  helpers: readonly string[] = [microsoftAccounts],
): () => Workbench {
  return useWorkbench(() => ({
    settings: demo().azure.settings,
    env: { ...demo().env, DOCKER_HOST: 'unix:///nowhere/docker.sock', ...env() },
    helpers,
  }));
}

/** Connects Azure as somebody does who has nothing yet. */
export async function connectAzure(workbench: Workbench): Promise<void> {
  const view = registriesView(workbench);
  await view.open();
  await view.welcomeButton('Connect Registry…');
  const input = quickInput(workbench);
  await input.titled('Connect Registry');
  await workbench.screenshot('azure-kinds');
  await input.pick('Azure');
  await input.titled('Connect Registry (2 of 2)');
  await workbench.screenshot('azure-sign-in');
  await input.pick('Microsoft account of VS Code');
  await dialog(workbench).press('Allow');
  await view.row(['Azure', 'Contoso Production']);
}

/** Microsoft's extension is offered once. */
export async function declineResourcesExtension(workbench: Workbench): Promise<void> {
  const offer = notifications(workbench);
  await offer.press('Azure Resources', 'Not Now');
  await offer.gone('Azure Resources');
}
