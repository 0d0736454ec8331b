import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { isUsable } from '../../core/usable';
import type { FoundRepository, RegistryProvider } from '../../providers/provider';
import type { OpenRegistry } from '../../registries/registries';
import type { App } from '../app';
import type { Choice } from '../ask';
import type { Node } from '../tree/node';
import { foundFacts } from '../words';
import { nodeCommand } from './command';
import type { NodeCommand } from './command';
import { addNamespace } from './namespaces';
import { addRepository } from './pins';

type Search = NonNullable<RegistryProvider['search']>;

export const searchRepositories = nodeCommand({
  id: 'searchRepositories',
  title: () => t('Search Repositories…'),
  downTo: 'connection',
  needs: (node) => {
    const { entry, provider } = node;
    return entry === undefined && provider.search !== undefined ? { node, search: provider.search } : undefined;
  },
  doing: ({ node }) => t('search {0}', node.connection.label),
  run: async (app, { node, search }) => {
    const title = t('Search {0}', node.connection.label);
    let query: string | undefined;
    for (;;) {
      const answer = await app.ask.input({
        title,
        prompt: t('Words in the name or description of a public repository'),
        ...defined({ value: query }),
        problem: (text) => (text.trim() === '' ? t('Type a word.') : undefined),
      });
      if (answer === undefined || answer === 'back') return;
      query = answer.value.trim();
      const found = await choose(app, title, { search, query, byName: () => addingByName(node) });
      if (found === 'back') continue;
      if (found === 'add') await addingByName(node)?.run(app, [node]);
      else if (found !== undefined) await showFound(app, node, found);
      return;
    }
  },
});

/** Shows a repository in the tree; its namespace is added to the connection if it is not there yet. */
export async function showFound(
  app: App,
  { connection, provider }: OpenRegistry,
  { repository }: FoundRepository,
): Promise<void> {
  const trail = provider.locate(repository.image) ?? [];
  const [namespace] = trail;
  const known = connection.shown?.namespaces ?? [];
  const listed = await provider.list(undefined, undefined, AbortSignal.timeout(30_000)).catch(() => ({ items: [] }));
  const isThere = listed.items.some((entry) => entry.kind === 'group' && entry.label === namespace?.label);
  if (namespace?.kind === 'group' && !isThere && !known.includes(namespace.key))
    await app.connections.setShown(connection.id, { namespaces: [...known, namespace.key] });
  await app.tree.show({ connection, provider }, trail);
}

/** How to add what the search does not find, by its name. */
function addingByName(node: Node): NodeCommand | undefined {
  return [addRepository, addNamespace].find(({ applies }) => applies(node));
}

interface Searched {
  readonly search: Search;
  readonly query: string;
  readonly byName: () => NodeCommand | undefined;
}

type Picked = FoundRepository | 'more' | 'add' | 'again';

/** What to do where nothing was found. */
function nothingFound({ query, byName }: Searched): readonly Choice<Picked>[] {
  const adding = byName();
  return [
    {
      label: t('Nothing found for “{0}”', query),
      detail: t('Search with other words'),
      icon: 'search',
      value: 'again',
    },
    ...(adding === undefined
      ? []
      : [{ label: adding.title(), detail: t('By its name, if you know it'), icon: 'add', value: 'add' as const }]),
  ];
}

async function choose(
  app: App,
  title: string,
  searched: Searched,
): Promise<FoundRepository | 'add' | 'back' | undefined> {
  const { search, query } = searched;
  const controller = new AbortController();
  const found: FoundRepository[] = [];
  let next: string | undefined;
  const load = async (): Promise<readonly Choice<Picked>[]> => {
    const page = await search(query, next, controller.signal);
    found.push(...page.items.filter(({ repository }) => isUsable(repository)));
    next = page.next;
    if (found.length === 0 && next === undefined) return nothingFound(searched);
    const choices: Choice<Picked>[] = found.map(choice);
    return next === undefined ? choices : [...choices, { label: t('Load more…'), icon: 'ellipsis', value: 'more' }];
  };
  try {
    for (;;) {
      const placeholder = t('Repositories for “{0}”', query);
      const answer = await app.ask.pick({ title, placeholder, canGoBack: true, items: load() });
      if (answer === undefined || answer === 'back') return answer;
      if (answer.value === 'again') return 'back';
      if (answer.value !== 'more') return answer.value;
    }
  } finally {
    controller.abort();
  }
}

function choice(value: FoundRepository): Choice<FoundRepository> {
  const { repository, description } = value;
  return {
    label: repository.image.path.replace(/^library\//, ''),
    description: foundFacts(value).join(' · '),
    ...(description === undefined || description === '' ? {} : { detail: description }),
    icon: 'repo',
    value,
  };
}
