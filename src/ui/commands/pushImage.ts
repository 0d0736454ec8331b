import { t } from '@vscode/l10n';
import { isLocalName, printReference } from '../../core/reference';
import type { Connection } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { everyAzure, showRegistry } from '../azure/connectedAzure';
import { connect } from '../connections/connect';
import { accessTo, connectionAccess, findHolding } from '../images/engineAccess';
import { choosePlacedName, placeName, proposeName, typeName } from '../images/chooseName';
import type { PlacedName } from '../images/chooseName';
import { localImage, nameOf, rename } from '../images/localImage';
import type { NamedImage } from '../images/localImage';
import { push } from '../images/transfers';
import { signedInAs } from '../words';
import { nodeCommand } from './command';

export const pushImage = nodeCommand({
  id: 'pushImage',
  title: () => t('Push…'),
  needsLocal: localImage,
  doing: (image) => t('push {0}', nameOf(image)),
  run: async (app, image) => {
    const engine = await app.engines.current();
    const title = t('Push {0}', nameOf(image));
    const target = await destination(app, image, title);
    if (target === undefined) return;
    const { name, connection } = target;
    // A host may be connected with several accounts: use the connection whose place the user chose.
    const access = connection === undefined ? await accessTo(app, name, title) : connectionAccess(connection, name);
    const renamed = access === undefined ? undefined : await rename(app, engine, image, name);
    if (access !== undefined && renamed !== undefined) await push(app, engine, name, access, renamed === 'given');
  },
});

/**
 * The name to push to, and its connection: the image's own name if it leads to a connected registry, otherwise the user's choice.
 */
async function destination(app: App, image: NamedImage, title: string): Promise<PlacedName | undefined> {
  const own = image.name?.tag === undefined ? undefined : image.name;
  if (own !== undefined) await findHolding(app, own);
  let connected: Connection | undefined;
  for (;;) {
    if (own !== undefined && belongsToConnection(app, own)) {
      const made = app.registries.holding(own).find(({ connection }) => connection.id === connected?.id);
      return { name: own, connection: made };
    }
    const answer = await choosePlacedName(app, {
      title,
      from: image.name,
      problem: notPushable,
      first: [
        ...(own === undefined || isLocalName(own)
          ? []
          : [
              {
                label: printReference(own),
                description: t('as it is tagged, with docker’s own login'),
                icon: 'tag',
                value: 'asItIs' as const,
              },
            ]),
      ],
      others: [
        ...(everyAzure(app).length > 0
          ? [{ label: t('Create new Azure Container Registry…'), icon: 'azure', value: 'createAzure' as const }]
          : []),
        { label: t('Connect Registry…'), icon: 'plug', value: 'connect' },
      ],
    });
    if (answer === 'asItIs') return own && { name: own, connection: undefined };
    if (answer === 'createAzure') {
      const made = await inNewRegistry(app, image.name, title);
      if (made !== 'back') return made;
      continue;
    }
    if (answer !== 'connect') return answer;
    connected = await connect(app);
    if (connected === undefined) return undefined;
  }
}

/** Creates a registry in Azure first. Returns the name that the image gets there. */
async function inNewRegistry(
  app: App,
  from: ImageReference | undefined,
  title: string,
): Promise<PlacedName | 'back' | undefined> {
  const [first, ...others] = everyAzure(app);
  const answer =
    others.length === 0 || first === undefined
      ? { value: first }
      : await app.ask.pick({
          title,
          placeholder: t('Account'),
          canGoBack: true,
          items: [first, ...others].map((value) => ({
            label: value.of.connection.label,
            description: signedInAs(value.of.connection),
            value,
          })),
        });
  if (answer === undefined || answer === 'back') return answer;
  const account = answer.value;
  if (account === undefined) return undefined;
  const { createRegistry } = await import('../azure/flows');
  const created = await createRegistry(app, account.resources.azure, undefined);
  if (created === undefined) return 'back';
  await showRegistry(app, account, created);
  const host = created.loginServer;
  const name = await typeName(app, { title, problem: notPushable }, proposeName({ host }, from), true);
  return typeof name === 'object' ? placeName(name, account.of, host) : name;
}

function notPushable(name: ImageReference): string | undefined {
  return isLocalName(name) && name.host !== 'localhost'
    ? t('Put a registry in front, or a user name of Docker Hub: {0}', `user/${printReference(name)}`)
    : undefined;
}

/** A local name such as `webapp6:latest` means an official image of Docker Hub, where users cannot push. */
function belongsToConnection(app: App, name: ImageReference): boolean {
  return app.registries.holding(name).length > 0 && (!isLocalName(name) || name.host === 'localhost');
}
