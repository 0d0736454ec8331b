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

/** The part of an app's configuration that changes when its registry credential does. */
export interface CredentialChange {
  readonly registries?: RegistryCredentials[];
  /** The complete new list: it replaces the old one. */
  readonly secrets?: Secret[];
}

/** How an app is set to pull. Identities that the app no longer has are left out. */
export function pullSettingsOf({ configuration, identity }: AppAnswer): Pick<ContainerApp, 'pullsAs' | 'passwordsFor'> {
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

/** A registry entry with a password, and the secret that holds this password. `isTaken`: whether a secret's name is in use. */
export function passwordEntryOf(
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

/** How an existing app pulls its image, and what changes when it gets an image from another registry. */
export class AppCredentials {
  constructor(
    private readonly client: AppsClient,
    private readonly app: AppAnswer & Identified,
    private readonly signal: AbortSignal,
  ) {}

  /** The identity that the user chose for a server, if it still exists; otherwise the app's own, without a principal id if it has none yet. */
  async identityFor(server: string): Promise<{ readonly identity: string; readonly principalId?: string }> {
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
  async changeFor(access: PullAccess): Promise<CredentialChange> {
    if (access.kind === 'none') return {};
    const server = access.kind === 'identity' ? access.registry.loginServer : access.server;
    const old = this.entryOf(server);
    const others = (this.app.configuration?.registries ?? []).filter((each) => each !== old).map(withoutEmptyTexts);
    const oldSecret = old?.passwordSecretRef ?? '';
    if (access.kind === 'identity') {
      const { identity } = await this.identityFor(server);
      if (old?.identity === identity && oldSecret === '') return {};
      const registries = [...others, { server, identity }];
      if (oldSecret === '' && others.every(({ passwordSecretRef }) => passwordSecretRef === undefined))
        return { registries };
      return { registries, secrets: await this.secretsWithout(oldSecret) };
    }
    const secrets = await this.secretsWithout(oldSecret);
    const { registry, secret } = passwordEntryOf(access, (name) => secrets.some((one) => one.name === name));
    return { registries: [...others, registry], secrets: [...secrets, secret] };
  }

  private entryOf(server: string): RegistryCredentials | undefined {
    const wanted = server.toLowerCase();
    return this.app.configuration?.registries?.find((each) => each.server?.toLowerCase() === wanted);
  }

  private async environmentPrincipal(): Promise<string | undefined> {
    const { environmentId: listedId, managedEnvironmentId, name: app } = this.app;
    const environmentId = requireField(listedId ?? managedEnvironmentId, `the environment of ${app}`);
    const name = environmentId.slice(environmentId.lastIndexOf('/') + 1);
    const { identity } = await callAzure(this.signal, () =>
      this.client.managedEnvironments.get(resourceGroupOf(environmentId), name, { abortSignal: this.signal }),
    );
    return identity?.principalId;
  }

  /** The app's secrets in the form to send. `oldSecret` is left out if only the replaced registry entry uses it. */
  private async secretsWithout(oldSecret: string): Promise<Secret[]> {
    const { id, name } = this.app;
    const { value } = await callAzure(this.signal, () =>
      this.client.containerApps.listSecrets(resourceGroupOf(id), name, { abortSignal: this.signal }),
    );
    const isRemoved = value.some((one) => one.name === oldSecret) && !(await this.isUsedElsewhere(oldSecret));
    return value.filter((one) => !isRemoved || one.name !== oldSecret).map(secretToSend);
  }

  /**
   * Whether another registry entry, a container of an active revision or the sign-in of the app's users needs a secret. True if some
   * of this cannot be read.
   */
  private async isUsedElsewhere(secret: string): Promise<boolean> {
    const { id, name, template, configuration = {} } = this.app;
    const { registries, ...others } = { ...configuration, secrets: [] };
    const entries = (registries ?? []).filter(({ passwordSecretRef }) => passwordSecretRef === secret);
    if (entries.length > 1 || mentions([template, others], secret) || mountsAllSecrets(template)) return true;
    const group = resourceGroupOf(id);
    const options = { abortSignal: this.signal };
    try {
      const revisions = await callAzure(this.signal, () =>
        listAll(this.client.containerAppsRevisions.listRevisions(group, name, options)),
      );
      const templates = revisions.filter(({ active }) => active !== false).map((revision) => revision.template);
      if (mentions(templates, secret) || templates.some(mountsAllSecrets)) return true;
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

/** An entry without its empty fields: the service answers with an empty text for each field that is not set. */
function withoutEmptyTexts(entry: RegistryCredentials): RegistryCredentials {
  const { server, username, passwordSecretRef, identity } = entry;
  return Object.fromEntries(
    Object.entries({ server, username, passwordSecretRef, identity }).filter(([, text]) => (text ?? '') !== ''),
  );
}

/** A secret in the form to send. A reference to a Key Vault is sent as a reference, so that the app does not store its value. */
function secretToSend({ name = '', value, keyVaultUrl, identity }: Secret): Secret {
  if ((keyVaultUrl ?? '') === '') return { name, ...defined({ value }) };
  return Object.fromEntries(Object.entries({ name, keyVaultUrl, identity }).filter(([, text]) => (text ?? '') !== ''));
}

/** Whether a text is a value anywhere inside an object. */
function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((each) => mentions(each, text));
}

/** Whether a volume mounts every secret: one that lists no secrets does. */
function mountsAllSecrets(template: Template | undefined): boolean {
  return (template?.volumes ?? []).some(
    ({ storageType, secrets }) => storageType === 'Secret' && (secrets ?? []).length === 0,
  );
}
