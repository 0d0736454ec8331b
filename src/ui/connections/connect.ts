import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection, SignIn } from '../../core/model';
import type { DescribedConnection, ProviderType } from '../../providers/provider';
import type { App } from '../app';
import type { TypedChoice } from '../ask';
import { rowOf } from '../tree/node';
import { sameAs, save } from './save';
import { askUntilItWorks } from './askUntilItWorks';

/**
 * Connect Registry…: asks for the kind (unless `id` gives it) and the questions of the kind, lists the first page, then saves the
 * connection. `url`: the address that is meant, if it is known. Resolves to the connection, or nothing if dismissed.
 */
export async function connect(app: App, id?: string, url?: string): Promise<Connection | undefined> {
  let chosen = app.providerTypes.find((type) => type.id === id);
  if (chosen !== undefined) {
    const connected = await connectTo(app, chosen, url);
    if (connected !== 'back') return connected;
  }
  for (;;) {
    const kind = await pickKind(app, chosen);
    if (kind === undefined) return undefined;
    chosen = kind.type;
    const { type, meant = type.id === id ? url : undefined, typed } = kind;
    const connected = await connectTo(app, type, meant, typed);
    if (connected !== 'back') return connected;
  }
}

/** A kind of registry. Where an address was typed instead: the address that is meant, or the answer to the question for it. */
interface Kind {
  readonly type: ProviderType;
  readonly meant?: string;
  readonly typed?: string;
}

async function pickKind(app: App, selected: ProviderType | undefined): Promise<Kind | undefined> {
  const items = app.providerTypes.map((type) => ({
    label: type.label,
    detail: type.detail,
    icon: type.icon,
    value: { type },
    ...(type.isPreset === true ? { section: t('Other registries') } : {}),
  }));
  const answer = await app.ask.pick<Kind>({
    // No step number: the number of steps depends on the choice.
    title: t('Connect Registry'),
    placeholder: t('What kind of registry is it? Or type its address'),
    items,
    selected: items.find(({ value }) => value.type === selected)?.value,
    typed: (text) => typedKind(app, text.trim()),
  });
  return answer === 'back' ? undefined : answer?.value;
}

/** The kind of registry at a typed address; nothing if the text is none. */
function typedKind({ providerTypes, setting }: App, typed: string): TypedChoice<Kind> | undefined {
  if (!/^(?:localhost|\S*[^\s:](?:\.|:\d|:\/\/)\S*)/i.test(typed) || /\s/.test(typed)) return undefined;
  const label = t('Use “{0}”', typed);
  const address = typed.includes('://') ? typed : `https://${typed}`;
  const host = URL.canParse(address) ? new URL(address).host : '';
  for (const type of providerTypes) {
    const byHost = type.takesAddress === undefined ? type.dockerConnections?.(host, setting)[0]?.url : undefined;
    const url = byHost ?? type.webSites?.[host];
    if (url !== undefined) return { label, description: type.label, icon: type.icon, value: { type, meant: url } };
  }
  // Any address is one of the generic kind, so its presets come first.
  for (const type of providerTypes.toSorted(
    (one, other) => Number(other.isPreset === true) - Number(one.isPreset === true),
  )) {
    const taken = type.takesAddress?.(typed);
    if (taken === undefined) continue;
    const shown = { label, description: type.label, icon: type.icon };
    return taken.problem === undefined ? { ...shown, value: { type, typed } } : { ...shown, problem: taken.problem };
  }
  return undefined;
}

/** `meant`, `typed`: as in Kind. */
async function connectTo(
  app: App,
  type: ProviderType,
  meant: string | undefined,
  typed?: string,
): Promise<Connection | 'back' | undefined> {
  let connected: Connection | undefined;
  const saved = await askUntilItWorks(app, {
    title: t('Connect Registry'),
    code: (ask) => type.connect(ask, app.setting, meant),
    stepsBefore: 1,
    ...defined({ firstAnswer: typed }),
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
