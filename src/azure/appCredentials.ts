import type {
  ContainerApp as AppAnswer,
  ContainerAppsAPIClient,
  RegistryCredentials,
  Secret,
  Template,
} from '@azure/arm-appcontainers';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import { listAll, callAzure, requireField, resourceGroupOf } from './arm';
import type { Identified } from './arm';
import type { ContainerApp, PullAccess } from './azure';

export type AppsClient = ContainerAppsAPIClient;

/** What changes of an app's configuration for a registry's sake. */
export interface CredentialChange {
  readonly registries?: RegistryCredentials[];
  /** All that are left; they replace those before. */
  readonly secrets?: Secret[];
}

/** How an app is set to pull. Identities that the app no longer has are left out. */
export function pullingOf({ configuration, identity }: AppAnswer): Pick<ContainerApp, 'pullsAs' | 'passwordsFor'> {
  const entries = (configuration?.registries ?? []).map(withoutEmptyTexts);
  const has = (id: string) => !id.startsWith('/') || keyOf(identity?.userAssignedIdentities, id) !== undefined;
  return {
    pullsAs: Object.fromEntries(
      entries.flatMap(({ server = '', identity: id }) =>
        id === undefined || !has(id) ? [] : [[server.toLowerCase(), id] as const],
      ),
    ),
    passwordsFor: entries.flatMap(({ server = '', passwordSecretRef }) =>
      passwordSecretRef === undefined ? [] : [server.toLowerCase()],
    ),
  };
}

/** Azure compares ids without regard to case. */
function keyOf<T>(known: Readonly<Record<string, T>> | null | undefined, id: string): string | undefined {
  return Object.keys(known ?? {}).find((key) => key.toLowerCase() === id.toLowerCase());
}

/** A registry entry with a password, and the secret that keeps it. */
export function passwordOf(
  { server, username, secret: value }: Extract<PullAccess, { kind: 'password' }>,
  isTaken: (name: string) => boolean = () => false,
): { readonly registry: RegistryCredentials; readonly secret: Secret } {
  // Names of secrets are lower case, with dashes.
  const slug = `${server}-${username}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 240)
    .replace(/^-|-$/g, '');
  let name = slug;
  for (let count = 2; isTaken(name); count++) name = `${slug}-${count}`;
  return { registry: { server, username, passwordSecretRef: name }, secret: { name, value } };
}

/** How an existing app pulls its image, and what of that changes with another image. */
export class AppCredentials {
  constructor(
    private readonly client: AppsClient,
    private readonly app: AppAnswer & Identified,
    private readonly signal: AbortSignal,
  ) {}

  /** The identity that was chosen for a server, where it is still there; else the app's own, which may be still to come. */
  async pullsAs(server: string): Promise<{ readonly identity: string; readonly principalId?: string }> {
    const chosen = this.entryOf(server)?.identity ?? '';
    const users = this.app.identity?.userAssignedIdentities ?? {};
    const principalId =
      chosen === 'system-environment'
        ? await this.environmentPrincipal()
        : users[keyOf(users, chosen) ?? '']?.principalId;
    if (principalId !== undefined) return { identity: chosen, principalId };
    const own = this.app.identity?.principalId;
    return { identity: 'system', ...defined({ principalId: own }) };
  }

  /** Empty if nothing changes. Secrets must be sent with their values, so they are only sent if one of them changes. */
  async changedFor(access: PullAccess): Promise<CredentialChange> {
    if (access.kind === 'none') return {};
    const server = access.kind === 'identity' ? access.registry.loginServer : access.server;
    const old = this.entryOf(server);
    const others = (this.app.configuration?.registries ?? []).filter((each) => each !== old).map(withoutEmptyTexts);
    const oldSecret = old?.passwordSecretRef ?? '';
    if (access.kind === 'identity') {
      const { identity } = await this.pullsAs(server);
      if (old?.identity === identity && oldSecret === '') return {};
      const registries = [...others, { server, identity }];
      if (oldSecret === '' && others.every(({ passwordSecretRef }) => passwordSecretRef === undefined))
        return { registries };
      return { registries, secrets: await this.secretsWithout(oldSecret) };
    }
    const kept = await this.secretsWithout(oldSecret);
    const { registry, secret } = passwordOf(access, (name) => kept.some((one) => one.name === name));
    return { registries: [...others, registry], secrets: [...kept, secret] };
  }

  private entryOf(server: string): RegistryCredentials | undefined {
    const wanted = server.toLowerCase();
    return this.app.configuration?.registries?.find((each) => each.server?.toLowerCase() === wanted);
  }

  private async environmentPrincipal(): Promise<string | undefined> {
    const { environmentId: known, managedEnvironmentId, name: app } = this.app;
    const environmentId = requireField(known ?? managedEnvironmentId, `the environment of ${app}`);
    const name = environmentId.slice(environmentId.lastIndexOf('/') + 1);
    const { identity } = await callAzure(this.signal, () =>
      this.client.managedEnvironments.get(resourceGroupOf(environmentId), name, { abortSignal: this.signal }),
    );
    return identity?.principalId;
  }

  /** Those that there are, as they must be sent, without one that nothing but the replaced entry refers to. */
  private async secretsWithout(oldSecret: string): Promise<Secret[]> {
    const { id, name } = this.app;
    const { value } = await callAzure(this.signal, () =>
      this.client.containerApps.listSecrets(resourceGroupOf(id), name, { abortSignal: this.signal }),
    );
    const isGoing = value.some((one) => one.name === oldSecret) && !(await this.isUsedElsewhere(oldSecret));
    return value.filter((one) => !isGoing || one.name !== oldSecret).map(asSent);
  }

  /** By another registry, by a container of any revision that runs, or by what signs its users in. What cannot be read may use it. */
  private async isUsedElsewhere(secret: string): Promise<boolean> {
    const { id, name, template, configuration = {} } = this.app;
    const { registries, ...others } = { ...configuration, secrets: [] };
    const entries = (registries ?? []).filter(({ passwordSecretRef }) => passwordSecretRef === secret);
    if (entries.length > 1 || mentions([template, others], secret) || mountsAll(template)) return true;
    const group = resourceGroupOf(id);
    const options = { abortSignal: this.signal };
    try {
      const revisions = await callAzure(this.signal, () =>
        listAll(this.client.containerAppsRevisions.listRevisions(group, name, options)),
      );
      const templates = revisions.filter(({ active }) => active !== false).map((revision) => revision.template);
      if (mentions(templates, secret) || templates.some(mountsAll)) return true;
      const signIns = await callAzure(this.signal, () =>
        listAll(this.client.containerAppsAuthConfigs.listByContainerApp(group, name, options)),
      );
      return mentions(signIns, secret);
    } catch (error) {
      if (error instanceof Failure && error.kind === 'forbidden') return true;
      throw error;
    }
  }
}

/** Without the empty texts that the service shows for what an entry does not have. */
function withoutEmptyTexts(entry: RegistryCredentials): RegistryCredentials {
  const { server, username, passwordSecretRef, identity } = entry;
  return Object.fromEntries(
    Object.entries({ server, username, passwordSecretRef, identity }).filter(([, text]) => (text ?? '') !== ''),
  );
}

/** A reference to a Key Vault stays one: its value is not the app's to keep. */
function asSent({ name = '', value, keyVaultUrl, identity }: Secret): Secret {
  if ((keyVaultUrl ?? '') === '') return { name, ...defined({ value }) };
  return Object.fromEntries(Object.entries({ name, keyVaultUrl, identity }).filter(([, text]) => (text ?? '') !== ''));
}

/** Whether a text is a value anywhere in there. */
function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((each) => mentions(each, text));
}

/** A volume of secrets that names none holds all of them. */
function mountsAll(template: Template | undefined): boolean {
  return (template?.volumes ?? []).some(
    ({ storageType, secrets }) => storageType === 'Secret' && (secrets ?? []).length === 0,
  );
}
