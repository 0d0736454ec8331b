import { t } from '@vscode/l10n';
import type { Azure, AzureRegistry, DeployedImage, Place, PullAccess } from '../../azure/azure';
import { Failure } from '../../core/failure';
import { printFullReference, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from '../commands/deploy';
import { connectionsOf, learn } from '../images/access';
import { flowSignal, widened } from './steps';
import type { Pick, Prompt } from './wizard';

/** How the service is to get at the image: told apart from the secret, which is read when it is used. */
export type AccessChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'identity'; readonly registry: AzureRegistry }
  | { readonly kind: 'admin'; readonly registry: AzureRegistry }
  | { readonly kind: 'connection'; readonly label: string; readonly username: string; readonly secret: string }
  | { readonly kind: 'typed'; readonly username: string; readonly secret: string };

/** The registry of Azure that an image is in, if an account that is connected leads to it. */
export async function registryOf(app: App, image: ImageReference): Promise<AzureRegistry | undefined> {
  await learn(app, image);
  for (const { provider } of app.tree.roots()) {
    const registry = provider.azure?.registryAt(image.host);
    if (registry !== undefined) return registry;
  }
  return undefined;
}

/** Asks how the service is to get at the image, the safest first. */
export function accessPrompts<T extends { readonly access: AccessChoice }>(
  app: App,
  { image }: Deployable,
): readonly Prompt<T>[] {
  // A box of its own step each: a step remembers what its box held.
  const ask: Prompt<{ readonly access: AccessChoice }>[] = [
    {
      ask: async (boxes) => ({
        access: await boxes.pick(t('How may Azure pull {0}?', printReference(image)), accessPicks(app, image)),
      }),
    },
    {
      when: ({ access }) => access?.kind === 'typed',
      ask: async (boxes) => {
        const username = await boxes.input({
          prompt: t('User name at {0}', image.host),
          problem: (text) => (text === '' ? t('Type the user name.') : undefined),
        });
        return { access: { kind: 'typed', username, secret: '' } };
      },
    },
    {
      when: ({ access }) => access?.kind === 'typed',
      ask: async (boxes, { access }) => {
        const username = access?.kind === 'typed' ? access.username : '';
        const secret = await boxes.input({
          prompt: t('Password or token of {0}', username),
          secret: true,
          problem: (text) => (text === '' ? t('Type the password or token.') : undefined),
        });
        return { access: { kind: 'typed', username, secret } };
      },
    },
  ];
  return ask.map((prompt) => widened<T, { readonly access: AccessChoice }>(prompt));
}

async function accessPicks(app: App, image: ImageReference): Promise<readonly Pick<AccessChoice>[]> {
  const picks: Pick<AccessChoice>[] = [];
  const registry = await registryOf(app, image);
  if (registry !== undefined) {
    const role = registry.usesAbac ? 'Container Registry Repository Reader' : 'AcrPull';
    picks.push({
      label: t('Managed identity'),
      detail: t('It gets the role {0} on {1}; no password is kept anywhere', role, registry.name),
      value: { kind: 'identity', registry },
    });
    if (registry.adminUserEnabled)
      picks.push({
        label: t('Admin user of {0}', registry.name),
        detail: t('Its password may push and delete as well, and is kept in the settings of the service'),
        value: { kind: 'admin', registry },
      });
  } else picks.push(...(await connectionPicks(app, image)));
  const isPublic = registry === undefined || registry.anonymousPullEnabled;
  if (isPublic)
    picks.push({ label: t('Nothing: the image is public'), detail: t('Anybody may pull it'), value: { kind: 'none' } });
  picks.push({
    label: t('User name and password or token…'),
    detail: t('They are kept in the secret settings of the service'),
    value: { kind: 'typed', username: '', secret: '' },
  });
  return picks;
}

async function connectionPicks(app: App, image: ImageReference): Promise<readonly Pick<AccessChoice>[]> {
  const picks: Pick<AccessChoice>[] = [];
  for (const { provider, connection } of connectionsOf(app, image)) {
    const credential = await provider.engineCredential(image.host, flowSignal()).catch(() => undefined);
    if (credential?.kind !== 'basic') continue;
    const { username, secret } = credential;
    picks.push({
      label: t('Credential of {0}', connection.label),
      description: username,
      detail: t('Its password or token is kept in the secret settings of the service'),
      value: { kind: 'connection', label: connection.label, username, secret },
    });
  }
  return picks;
}

/** One line for the summary. */
export function accessLine(choice: AccessChoice): string {
  switch (choice.kind) {
    case 'none':
      return t('The image is public: it is pulled without a credential.');
    case 'identity':
      return t('Its managed identity gets the right to pull from {0}.', choice.registry.name);
    case 'admin':
      return t('The password of the admin user of {0} is kept in its settings.', choice.registry.name);
    case 'connection':
    case 'typed':
      return t('The password or token of {0} is kept in its settings.', choice.username);
  }
}

/** With the secret, where one is needed. */
export async function deployedImage(
  azure: Azure,
  { image }: Deployable,
  choice: AccessChoice,
  signal: AbortSignal,
): Promise<DeployedImage> {
  return { reference: referenceFor(image), access: await accessOf(azure, image, choice, signal) };
}

/** Azure knows Docker Hub by no other name than its own. */
export function referenceFor(image: ImageReference): string {
  return printFullReference(image);
}

async function accessOf(
  azure: Azure,
  { host }: ImageReference,
  choice: AccessChoice,
  signal: AbortSignal,
): Promise<PullAccess> {
  const server = host === 'docker.io' ? 'index.docker.io' : host;
  switch (choice.kind) {
    case 'none':
    case 'identity':
      return choice;
    case 'admin':
      return { kind: 'password', server, ...(await azure.access.adminCredential(choice.registry, signal)) };
    case 'connection':
    case 'typed':
      return { kind: 'password', server, username: choice.username, secret: choice.secret };
  }
}

/** Refuses before anything is made, where the account lacks a right that is needed on the way. */
export async function checkRights(
  azure: Azure,
  wanted: {
    readonly place: Place;
    /** The group is new, so its own rights cannot be asked. */
    readonly isNewGroup: boolean;
    readonly types: readonly string[];
    readonly choice: AccessChoice;
  },
  signal: AbortSignal,
): Promise<void> {
  const { place, isNewGroup, types, choice } = wanted;
  const lacks = (explanation: string) =>
    new Failure('forbidden', '', { subject: 'Azure', speaker: 'program', explanation });
  if (!isNewGroup)
    for (const type of types)
      if (!(await azure.access.mayCreate(place, type, signal)))
        throw lacks(t('your account may not make or change {0} in the resource group {1}', type, place.resourceGroup));
  if (choice.kind === 'identity' && !(await azure.access.mayAssign(choice.registry, signal)))
    throw lacks(
      t(
        'your account may not give roles on {0}, which a managed identity needs; ask an Owner or User Access Administrator, or choose a user name and password',
        choice.registry.name,
      ),
    );
}
