import { t } from '@vscode/l10n';
import { azureOf, resourceIdOf, pullRole } from '../../azure/azure';
import type {
  Azure,
  AzureRegistry,
  DeployedImage,
  Place,
  PullAccess,
  Status,
  Subscription,
  WebApp,
} from '../../azure/azure';
import { Failure } from '../../core/failure';
import { printFullReference, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import type { OpenRegistry } from '../../registries/registries';
import type { Deployable } from './deployable';
import type { Ask, Pick } from '../flow';
import { nameWithSlot } from './steps';
import type { InSubscription } from './steps';
import { HandedOver } from './work';
import type { Work } from './work';

/** A registry of Azure, and the account that it was found with. */
export interface FoundRegistry {
  readonly registry: AzureRegistry;
  readonly azure: Azure;
}

/** How the service pulls the image. The secret is not part of it: it is read when it is used. */
export type AccessChoice =
  | { readonly kind: 'none' }
  /** `repository`: `team/web`, which it is to pull. */
  | ({ readonly kind: 'identity'; readonly repository: string } & FoundRegistry)
  | ({ readonly kind: 'admin' } & FoundRegistry)
  | { readonly kind: 'connection'; readonly label: string; readonly username: string; readonly secret: string }
  | { readonly kind: 'typed'; readonly username: string; readonly secret: string };

/** The registry of Azure that an image is in, if an account that is connected leads to it. */
async function registryOf(app: App, image: ImageReference, signal: AbortSignal): Promise<FoundRegistry | undefined> {
  const { host } = image;
  const accounts = app.registries.all().filter(({ provider }) => azureOf(provider) !== undefined);
  const found = foundAt(accounts, host);
  if (found !== undefined) return found;
  // Another connection may lead to it as well: what it is in Azure, only an account of Azure tells.
  await app.registries.learn(accounts, image, signal);
  return foundAt(accounts, host);
}

function foundAt(accounts: readonly OpenRegistry[], host: string): FoundRegistry | undefined {
  for (const { provider } of accounts) {
    const resources = azureOf(provider);
    const registry = resources?.registryAt(host);
    if (resources !== undefined && registry !== undefined) return { registry, azure: resources.azure };
  }
  return undefined;
}

/** Which service is to pull the image: App Service shows registries a token of the Resource Manager, as an identity. */
export type Puller = 'appService' | 'containerApps';

/** Asks how the service is to get at the image, the safest first. `subscription`: where the service is. */
export async function askAccess(
  ask: Ask,
  app: App,
  { image }: Deployable,
  subscription: Subscription,
  puller: Puller,
): Promise<AccessChoice> {
  const chosen = await ask.pick(t('How should Azure pull {0}?', printReference(image)), (signal) =>
    accessPicks(app, image, puller, subscription.tenantId, signal),
  );
  return chosen === 'typed' ? askCredential(ask, image) : chosen;
}

async function askCredential(ask: Ask, { host }: ImageReference): Promise<AccessChoice> {
  const username = await ask.input({
    prompt: t('User name at {0}', host),
    problem: (text) => (text === '' ? t('Type the user name.') : undefined),
  });
  const secret = await ask.input({
    prompt: t('Password or token of {0} at {1}', username, host),
    secret: true,
    problem: (text) => (text === '' ? t('Type the password or token.') : undefined),
  });
  return { kind: 'typed', username, secret };
}

/** What may be chosen. `typed`: user name and password are asked for. */
async function accessPicks(
  app: App,
  image: ImageReference,
  puller: Puller,
  tenantId: string,
  signal: AbortSignal,
): Promise<readonly Pick<AccessChoice | 'typed'>[]> {
  const found = await registryOf(app, image, signal);
  const withoutIdentity = found === undefined ? undefined : whyNoIdentity(found.registry, puller, tenantId);
  const known =
    found === undefined
      ? await connectionPicks(app, image, signal)
      : registryPicks(found, image, withoutIdentity === undefined);
  const isPublic: Pick<AccessChoice> = {
    label: t('Nothing: the image is public'),
    detail: t('Anyone can pull it'),
    value: { kind: 'none' },
  };
  return [
    ...known,
    ...((found?.registry.anonymousPullEnabled ?? true) ? [isPublic] : []),
    {
      label: t('User name and password or token…'),
      detail: withoutIdentity ?? t('They are kept in the secret settings of the service'),
      value: 'typed',
    },
  ];
}

/** What a registry of Azure offers. */
function registryPicks(
  found: FoundRegistry,
  { path }: ImageReference,
  takesIdentity: boolean,
): readonly Pick<AccessChoice>[] {
  const { name, usesAbac, adminUserEnabled } = found.registry;
  const role = pullRole(usesAbac);
  const identity: Pick<AccessChoice> = {
    label: t('Managed identity'),
    detail: usesAbac
      ? t('It gets the role {0} on {1}, for {2} alone; no password is kept anywhere', role, name, path)
      : t('It gets the role {0} on {1}; no password is kept anywhere', role, name),
    value: { kind: 'identity', repository: path, ...found },
  };
  const admin: Pick<AccessChoice> = {
    label: t('Admin user of {0}', name),
    detail: t('Its password may push and delete as well, and is kept in the settings of the service'),
    value: { kind: 'admin', ...found },
  };
  return [...(takesIdentity ? [identity] : []), ...(adminUserEnabled ? [admin] : [])];
}

/** Why no managed identity can pull from a registry; nothing where one can. */
function whyNoIdentity(
  { name, subscription, refusesArmTokens }: AzureRegistry,
  puller: Puller,
  tenantId: string,
): string | undefined {
  // The identities of a tenant are known in it alone.
  if (subscription.tenantId !== tenantId) return t('No managed identity: {0} is in another tenant', name);
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-disable-authentication-as-arm
  if (puller === 'appService' && refusesArmTokens === true)
    return t('No managed identity: {0} refuses the tokens of App Service (azureADAuthenticationAsArmPolicy)', name);
  return undefined;
}

/** User names that stand for a token of some hours: a service would lose its access to the image with it. */
const shortLived = ['00000000-0000-0000-0000-000000000000', 'AWS', 'oauth2accesstoken'];

async function connectionPicks(
  app: App,
  image: ImageReference,
  signal: AbortSignal,
): Promise<readonly Pick<AccessChoice>[]> {
  const picks: Pick<AccessChoice>[] = [];
  for (const { provider, connection } of await app.registries.findHolding(image, signal)) {
    const credential = await provider.engineCredential(image.host, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (credential?.kind !== 'basic' || shortLived.includes(credential.username)) continue;
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

/** One line for the summary. `as`: the identity chosen for the service, if that is not its own. */
export function describeAccess(choice: AccessChoice, as?: string): string {
  switch (choice.kind) {
    case 'none':
      return t('The image is public: it is pulled without a credential.');
    case 'identity': {
      const { registry, repository } = choice;
      const { name, usesAbac } = registry;
      if (usesAbac)
        return as === undefined
          ? t('Its managed identity gets the right to pull {0} from {1}, and nothing else.', repository, name)
          : t('It pulls as {0}, which gets the right to pull {1} from {2}, and nothing else.', as, repository, name);
      return as === undefined
        ? t('Its managed identity gets the right to pull from {0}. This applies to every repository there.', name)
        : t(
            'It pulls as {0}, which gets the right to pull from {1}. This applies to every repository there.',
            as,
            name,
          );
    }
    case 'admin':
      return t('The password of the admin user of {0} is kept in its settings.', choice.registry.name);
    case 'connection':
    case 'typed':
      return t('The password or token of {0} is kept in its settings.', choice.username);
  }
}

/** With the secret, where one is needed. */
async function deployedImage({ image }: Deployable, choice: AccessChoice, signal: AbortSignal): Promise<DeployedImage> {
  return { reference: referenceFor(image), access: await accessOf(image, choice, signal) };
}

/** Azure knows Docker Hub by no other name than its own. */
export function referenceFor(image: ImageReference): string {
  return printFullReference(image);
}

/** Which server a credential is for. */
export function serverOf(host: string): string {
  return host === 'docker.io' ? 'index.docker.io' : host;
}

async function accessOf({ host }: ImageReference, choice: AccessChoice, signal: AbortSignal): Promise<PullAccess> {
  const server = serverOf(host);
  switch (choice.kind) {
    case 'none':
      return choice;
    case 'identity':
      return { kind: 'identity', registry: choice.registry };
    case 'admin':
      return { kind: 'password', server, ...(await choice.azure.access.adminCredential(choice.registry, signal)) };
    case 'connection':
    case 'typed':
      return { kind: 'password', server, username: choice.username, secret: choice.secret };
  }
}

/** Something that the account must be allowed. */
export interface Right {
  /** `Microsoft.Web/sites/write` */
  readonly action: string;
  readonly scope: string;
  /** `the resource group rg-web` */
  readonly label: string;
}

/** Refuses before anything is made, where the account lacks a right that is needed on the way. */
async function checkRights(
  azure: Azure,
  subscription: Subscription,
  rights: readonly Right[],
  choice: AccessChoice,
  signal: AbortSignal,
): Promise<void> {
  const lacks = (explanation: string) =>
    new Failure('forbidden', '', { subject: 'Azure', speaker: 'program', explanation });
  for (const { action, scope, label } of rights)
    if (!(await azure.access.may(subscription, scope, action, signal)))
      throw lacks(t('your account lacks the right {0} on {1}; the role Contributor there includes it', action, label));
  if (choice.kind === 'identity' && !(await choice.azure.access.mayAssign(choice.registry, signal)))
    throw lacks(
      t(
        'your account may not assign roles on {0}, which a managed identity needs; ask an Owner or User Access Administrator, or choose a user name and password',
        choice.registry.name,
      ),
    );
}

/** The first step: refuses for want of a right, and hands over the image with the secret that it is pulled with. */
export function checkWork(
  deployable: Deployable,
  { azure, subscription }: InSubscription,
  rights: readonly Right[],
  choice: AccessChoice,
  image: HandedOver<DeployedImage>,
): Work {
  return {
    doing: t('Checking rights'),
    run: async (_status, signal) => {
      await checkRights(azure, subscription, rights, choice, signal);
      image.set(await deployedImage(deployable, choice, signal));
    },
  };
}

/** What it takes to set the image of a web app, or of a slot or of one container, which have actions of their own. */
export function rightsToSet(app: WebApp): readonly Right[] {
  const { id, slot, container } = app;
  const type = slot === undefined ? 'Microsoft.Web/sites' : 'Microsoft.Web/sites/slots';
  const label = nameWithSlot(app);
  const image = container === undefined ? 'config/write' : 'sitecontainers/write';
  return ['write', image, 'config/list/action'].map((verb) => ({ action: `${type}/${verb}`, scope: id, label }));
}

/** What it takes to make resources of these types in a group; one that is new can be asked about above it only. */
export function rightsIn(place: Place, isNewGroup: boolean, types: readonly string[]): readonly Right[] {
  const { subscription, resourceGroup } = place;
  const where = isNewGroup
    ? { scope: `/subscriptions/${subscription.id}`, label: t('the subscription {0}', subscription.name) }
    : { scope: resourceIdOf(place), label: t('the resource group {0}', resourceGroup) };
  const group = isNewGroup ? ['Microsoft.Resources/subscriptions/resourceGroups'] : [];
  return [...group, ...types].map((type) => ({ ...where, action: `${type}/write` }));
}

/** What a managed identity needs before it may pull: it is made, unless there is one that was chosen, then given its role. */
export function identityWork(
  choice: AccessChoice,
  name: string,
  pullIdentity: (status: Status, signal: AbortSignal) => Promise<string>,
  chosen?: string,
): readonly Work[] {
  if (choice.kind !== 'identity') return [];
  const { azure, registry, repository } = choice;
  const role = pullRole(registry.usesAbac);
  const principalId = new HandedOver<string>();
  return [
    {
      ...(chosen === undefined
        ? {
            doing: t('Giving {0} a managed identity', name),
            makes: { label: t('the managed identity of {0}', name) },
          }
        : { doing: t('Looking up {0}', chosen) }),
      goesOn: true,
      run: async (status, signal) => {
        principalId.set(await pullIdentity(status, signal));
      },
    },
    {
      doing: t('Letting {0} pull from {1}', name, registry.name),
      makes: { label: t('its role {0} on {1}', role, registry.name) },
      run: async (_status, signal, say) => {
        const given = await azure.access.grantPull({ ...registry, repository }, principalId.get(), signal);
        if (given === 'granted') return;
        say(
          t(
            '{0} already has the role {1} on {2}, with a condition. The condition may not allow it to pull {3}.',
            name,
            role,
            registry.name,
            repository,
          ),
        );
      },
    },
  ];
}
