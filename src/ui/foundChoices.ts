import { t } from '@vscode/l10n';
import type { Entry } from '../core/model';
import { plural } from '../core/locale';
import { printReference } from '../core/reference';
import type { FoundRepository } from '../providers/provider';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import type { FoundChoice } from './ask';
import { copyFullTag } from './commands/copyFullTag';
import type { NodeCommand, Task } from './commands/command';
import { inspectImage } from './commands/inspectImage';
import { pullImage } from './commands/pullImage';
import { pullRepository } from './commands/pullRepository';
import { showFound } from './commands/searchRepositories';
import { lookOf, nameOf } from './foundLook';
import { goTo } from './goTo';
import { noteUse } from './recent';
import { rowAt } from './tree/node';
import type { Node } from './tree/node';
import { foundFacts } from './words';

type TaskChoice = FoundChoice<Task | undefined>;
type Button = NonNullable<FoundChoice<Task>['buttons']>[number];

/** The choice to go to an entry. */
export function choiceOf(app: App, registry: OpenRegistry, trail: readonly Entry[], section: string): TaskChoice {
  const row = rowAt(registry, trail);
  return {
    ...lookOf(row),
    id: row.id,
    section,
    value: goingTo(app, registry, trail),
    buttons: buttonsOf(app, row),
  };
}

export function goingTo(app: App, registry: OpenRegistry, trail: readonly Entry[]): Task {
  return { doing: t('go to {0}', nameOf(rowAt(registry, trail))), run: () => goTo(app, registry, trail) };
}

/** What else can be done with a row at once. */
export function buttonsOf(app: App, row: Node): readonly Button[] {
  const { entry } = row;
  const button = (command: NodeCommand, icon: string): readonly Button[] =>
    command.applies(row) ? [{ title: command.title(), icon, value: taskOf(app, command, row) }] : [];
  const copying = entry?.kind === 'repository' ? [copyButton(app, row, printReference(entry.image))] : [];
  return [
    ...copying,
    ...button(copyFullTag, 'copy'),
    ...button(inspectImage, 'info'),
    ...button(pullImage, 'cloud-download'),
    ...button(pullRepository, 'cloud-download'),
  ];
}

/** Runs a command on a row. */
function taskOf(app: App, command: NodeCommand, row: Node): Task {
  const run = async () => {
    await command.run(app, [row]);
    await noteUse(app, [row]);
  };
  return { doing: command.doing([row]), node: row, run };
}

function copyButton(app: App, row: Node, name: string): Button {
  const run = async () => {
    await app.copy(name);
    app.done(plural(1, t('Copied {1} | Copied {0} names'), name));
    await noteUse(app, [row]);
  };
  return { title: t('Copy Name'), icon: 'copy', value: { doing: t('copy {0}', name), run } };
}

/** A public repository, which may not be below any row yet. */
export function publicChoice(app: App, registry: OpenRegistry, found: FoundRepository): TaskChoice {
  const { repository, description } = found;
  const { label } = registry.connection;
  const trail = registry.provider.locate(repository.image) ?? [];
  return {
    id: `public ${repository.image.path}`,
    label: printReference(repository.image),
    description: foundFacts(found).join(' · '),
    ...(description === undefined || description === '' ? {} : { detail: description }),
    icon: 'repo',
    section: t('{0} (public)', label),
    value: {
      doing: t('go to {0}', printReference(repository.image)),
      run: () => showFound(app, registry, found),
    },
    buttons: trail.length === 0 ? [] : buttonsOf(app, rowAt(registry, trail)),
  };
}
