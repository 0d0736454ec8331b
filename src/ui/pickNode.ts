import { t } from '@vscode/l10n';
import type { Entry } from '../core/model';
import type { App } from './app';
import type { Choice } from './ask';
import type { Node } from './tree/node';
import { count, summary } from './words';

/** More choices than this make a quick pick sluggish; the rest is behind "Load more…". */
const mostChoices = 2000;

/**
 * Leads from the connections down, pick by pick, to a node that `applies` accepts: how a command finds its node when it is
 * called from the palette. Nothing when dismissed.
 */
export async function pickNode(app: App, title: string, applies: (node: Node) => boolean): Promise<Node | undefined> {
  const trail: Node[] = [];
  for (;;) {
    const parent = trail.at(-1);
    const picked = parent === undefined ? await pickRoot(app, title) : await pickBelow(app, title, parent);
    if (picked === undefined) return undefined;
    if (picked === 'back') trail.pop();
    else if (applies(picked)) return picked;
    else trail.push(picked);
  }
}

async function pickRoot(app: App, title: string): Promise<Node | 'back' | undefined> {
  const items = app.tree.roots().map((node) => ({
    label: node.connection.label,
    description: node.connection.account,
    icon: 'server',
    value: node,
  }));
  const answer = await app.ask.pick({ title, placeholder: t('Registry'), items });
  return answer === 'back' ? 'back' : answer?.value;
}

async function pickBelow(app: App, title: string, parent: Node): Promise<Node | 'back' | undefined> {
  const controller = new AbortController();
  const entries: Entry[] = [];
  let next: string | undefined;
  let shown = 0;
  const load = async (): Promise<readonly Choice<Node | 'more'>[]> => {
    if (shown >= entries.length) {
      const page = await parent.provider.list(parent.entry, next, controller.signal);
      entries.push(...page.items);
      next = page.next;
    }
    shown = Math.min(shown + mostChoices, entries.length);
    const choices: Choice<Node | 'more'>[] = entries
      .slice(0, shown)
      .map((entry) => choiceOf(app.tree.nodeOf(parent, entry), entry));
    if (shown < entries.length || next !== undefined)
      choices.push({
        label: t('Load more…'),
        description: remaining(entries.length - shown),
        icon: 'ellipsis',
        value: 'more',
      });
    return choices;
  };
  try {
    for (;;) {
      const answer = await app.ask.pick({
        title,
        placeholder: placeholderBelow(parent),
        canGoBack: true,
        items: load(),
      });
      if (answer === undefined || answer === 'back') return answer;
      if (answer.value !== 'more') return answer.value;
    }
  } finally {
    controller.abort();
  }
}

function choiceOf(node: Node, entry: Entry): Choice<Node> {
  const details = entry.kind === 'tag' ? entry.details : undefined;
  return { label: entry.label, value: node, ...(details === undefined ? {} : { description: summary(details) }) };
}

function remaining(rows: number): string | undefined {
  return rows > 0 ? t('{0} left', count(rows)) : undefined;
}

function placeholderBelow({ entry, connection }: Node): string {
  switch (entry?.kind) {
    case undefined:
    case 'group':
      return t('Repository of {0}', entry?.label ?? connection.label);
    case 'repository':
      return t('Tag of {0}', entry.label);
    case 'tag':
    case 'platform':
    case 'attachment':
      return t('Platform of {0}', entry.label);
  }
}
