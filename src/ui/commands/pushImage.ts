import { t } from '@vscode/l10n';
import { isLocalName, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { connect } from '../connections/connect';
import { accessTo, connectionsOf, learn } from '../images/access';
import { chooseName, placed, typeName } from '../images/chooseName';
import { localImage, nameOf, rename } from '../images/localImage';
import type { NamedImage } from '../images/localImage';
import { push } from '../images/moving';
import type { Node } from '../tree/node';
import { signedInAs } from '../words';
import { showRegistry } from './azureResources';
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
    const access = await accessTo(app, target, title);
    const name = access === undefined ? undefined : await rename(app, engine, image, target);
    if (access !== undefined && name !== undefined) await push(app, engine, target, access, name === 'given');
  },
});

/** The name under which to push: the image's own where it leads to a connected registry, else the one that the user chooses. */
async function destination(app: App, image: NamedImage, title: string): Promise<ImageReference | undefined> {
  const own = image.name?.tag === undefined ? undefined : image.name;
  if (own !== undefined) await learn(app, own);
  for (;;) {
    if (own !== undefined && belongsToConnection(app, own)) return own;
    const answer = await chooseName(app, {
      title,
      from: image.name,
      others: [
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
        ...(azureNodes(app).length > 0
          ? [{ label: t('Create new Azure Container Registry…'), icon: 'azure', value: 'createAzure' as const }]
          : []),
        { label: t('Connect Registry…'), icon: 'plug', value: 'connect' },
      ],
    });
    if (answer === 'asItIs') return own;
    if (answer === 'createAzure') {
      const name = await inNewRegistry(app, image.name, title);
      if (name !== 'back') return name;
      continue;
    }
    if (answer !== 'connect') return answer;
    if ((await connect(app)) === undefined) return undefined;
  }
}

function azureNodes(app: App): readonly Node[] {
  return app.tree.roots().filter(({ provider }) => provider.azure !== undefined);
}

/** Makes a registry of Azure first; the name that the image gets there. */
async function inNewRegistry(
  app: App,
  from: ImageReference | undefined,
  title: string,
): Promise<ImageReference | 'back' | undefined> {
  const [first, ...others] = azureNodes(app);
  const answer =
    others.length === 0 || first === undefined
      ? { value: first }
      : await app.ask.pick({
          title,
          placeholder: t('Account'),
          canGoBack: true,
          items: [first, ...others].map((value) => ({
            label: value.connection.label,
            description: signedInAs(value.connection),
            value,
          })),
        });
  if (answer === undefined || answer === 'back') return answer;
  const node = answer.value;
  const resources = node?.provider.azure;
  if (node === undefined || resources === undefined) return undefined;
  const { createRegistry } = await import('../azure/flows');
  const created = await createRegistry(app, resources.azure, undefined);
  if (created === undefined) return 'back';
  await showRegistry(app, node, resources, created);
  return typeName(app, title, placed({ host: created.loginServer }, from), true);
}

/** `webapp6:latest` is filed under Docker Hub's official images, where nobody means it to go. */
function belongsToConnection(app: App, name: ImageReference): boolean {
  return connectionsOf(app, name).length > 0 && (!isLocalName(name) || name.host === 'localhost');
}
