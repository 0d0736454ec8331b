import { t } from '@vscode/l10n';
import type { Connection, SignIn } from '../../core/model';
import type { DescribedConnection, ProviderType } from '../../providers/provider';
import type { App } from '../app';
import { rowOf } from '../tree/node';
import { sameAs, save } from './save';
import { askUntilItWorks } from './askUntilItWorks';

/**
 * Connect Registry…: asks for the kind (unless `id` gives it) and the questions of the kind, lists the first page, then saves the
 * connection. Resolves to the connection, or nothing if dismissed.
 */
export async function connect(app: App, id?: string): Promise<Connection | undefined> {
  let chosen = app.providerTypes.find((type) => type.id === id);
  if (chosen !== undefined) {
    const connected = await connectTo(app, chosen);
    if (connected !== 'back') return connected;
  }
  for (;;) {
    const kind = await pickProviderType(app, chosen);
    if (kind === undefined) return undefined;
    chosen = kind;
    const connected = await connectTo(app, kind);
    if (connected !== 'back') return connected;
  }
}

async function pickProviderType(app: App, selected: ProviderType | undefined): Promise<ProviderType | undefined> {
  const items = app.providerTypes.map((value) => ({
    label: value.label,
    detail: value.detail,
    icon: value.icon,
    value,
    ...(value.isPreset === true ? { section: t('Other registries') } : {}),
  }));
  const answer = await app.ask.pick({
    // No step number: the number of steps depends on the choice.
    title: t('Connect Registry'),
    placeholder: t('What kind of registry is it?'),
    items,
    selected,
  });
  return answer === 'back' ? undefined : answer?.value;
}

async function connectTo(app: App, type: ProviderType): Promise<Connection | 'back' | undefined> {
  let connected: Connection | undefined;
  const saved = await askUntilItWorks(app, {
    title: t('Connect Registry'),
    code: (ask) => type.connect(ask, app.setting),
    stepsBefore: 1,
    signIn: (described) => withAccount(app, type, described.connection),
    save: async ({ connection, credential }) => {
      const isKnown = sameAs(app, connection) !== undefined;
      connected = await save(app, connection, credential);
      const { label, url } = connected;
      if (isKnown) app.tell(t('{0} is connected already, as “{1}”.', url, label), 'information');
      else app.done(t('Connected {0}', label));
    },
  });
  if (saved === undefined || saved === 'back') return saved;
  if (saved.unlisted !== undefined && connected !== undefined) offerRepositories(app, connected, saved.unlisted);
  return connected;
}

/** The way to sign in. For an account of VS Code, the user is asked which one. A sentence if the user does not sign in. */
export async function withAccount(
  app: App,
  { scopes = [] }: ProviderType,
  { url, signIn }: DescribedConnection,
): Promise<SignIn | string> {
  if (signIn.kind !== 'askAccount') return signIn;
  const session = await app.accounts.signIn(signIn.authentication, url, scopes);
  if (session === undefined) return t('You have not signed in.');
  return { ...signIn, kind: 'account', account: session.account };
}

/** Offers to add repositories by name, because the registry lists none. */
function offerRepositories(app: App, { id, label }: Connection, why: string): void {
  const registry = app.registries.find(id);
  if (registry === undefined) return;
  app.offer(
    `${t('{0} is connected.', label)} ${why}`,
    { id: 'addRepository', title: t('Add Repository…') },
    rowOf(registry),
  );
}
