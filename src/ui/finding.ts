import { t } from '@vscode/l10n';
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf } from '../core/entryKey';
import type { Entry } from '../core/model';
import { pause } from '../core/pause';
import { queryOf, rankingOf } from '../registries/ranking';
import type { FoundRepository } from '../providers/provider';
import type { OpenRegistry } from '../registries/registries';
import type { Found, Hit } from '../registries/search';
import type { App } from './app';
import type { FoundChoice } from './ask';
import { choiceOf, publicChoice } from './foundChoices';
import type { Task } from './commands/command';
import { referenceChoices } from './pastedChoices';
import type { ReferenceChoices } from './pastedChoices';
import { rowsOf } from './recent';
import { report } from './report';
import { bookmarkOf, trailOf } from './tree/node';
import type { Node } from './tree/node';
import { plural } from '../core/locale';

export type TaskChoice = FoundChoice<Task | undefined>;

/** Services are asked when nothing was typed for so long. */
const typingMs = 250;
/** The most hits that are shown: more would make a quick pick slow, and nobody reads them. */
const mostHits = 100;
/** Loaded rows that are compared in one go; then other work may run. */
const atOnce = 1000;

type OpenSearch = ReturnType<App['search']['open']>;

/** Finds rows, repositories and tags for one text, and draws what it has. */
export class Finding {
  private references: ReferenceChoices = { meant: [], guessed: [] };
  /** Everything was asked: only then are guesses shown, since one that is there first would stay selected. */
  private isOver = false;
  private marked: readonly TaskChoice[] = [];
  private hits: readonly Hit[] = [];
  private more = 0;
  /** Public repositories, by the ids of their rows. */
  private readonly publics = new Map<string, TaskChoice>();
  private readonly notes: TaskChoice[] = [];
  /** Ids of what was found, since a row may be found in several ways. */
  private readonly found = new Set<string>();

  constructor(
    private readonly app: App,
    private readonly text: string,
    private readonly draw: (choices: readonly TaskChoice[]) => void,
  ) {}

  /** Rejects when aborted. */
  async run(search: OpenSearch, signal: AbortSignal): Promise<void> {
    const { app, text } = this;
    const references = referenceChoices(app, text);
    this.references = references.now;
    this.mark();
    if (text.trim() !== '') await this.findLoaded(signal);
    this.show();
    // Nothing else is meant by a whole reference: no registry is asked, however long the user looks at the choices.
    if (text.trim() === '' || references.isAll) return;
    await delay(typingMs, undefined, { signal });
    const learning = references.later(signal).then((choices) => {
      this.references = choices;
      this.show();
    });
    const take = (news: Found) => {
      this.take(news);
      this.show();
    };
    await Promise.all([learning, search.find(text, take, signal)]);
    this.isOver = true;
    if (this.all().length === 0) this.note('nothing', t('Nothing found for “{0}”', text.trim()), undefined, 'search');
    this.show();
  }

  private show(): void {
    this.draw(this.all());
  }

  private all(): readonly TaskChoice[] {
    const section = t('Connected registries');
    const more = plural(this.more, t('{0} more name matches | {0} more names match'));
    return [
      ...this.references.meant,
      ...this.marked,
      ...this.hits.map((hit) => choiceOf(this.app, hit.registry, hit.trail, section)),
      ...(this.more === 0 ? [] : [noteOf('more', more, t('Type more of the name.'), 'ellipsis')]),
      ...[...this.publics].filter(([id]) => !this.found.has(id)).map(([, choice]) => choice),
      ...(this.isOver ? this.references.guessed : []),
      ...this.notes,
    ];
  }

  /** Favourites and what was used last, those that match. */
  private mark(): void {
    const { app } = this;
    const isWanted = this.text.trim() === '' ? () => 0 : rankingOf(queryOf(this.text));
    const choices = (rows: readonly Node[], section: string) =>
      rows.flatMap((row): TaskChoice[] => {
        const { entry } = row;
        const bookmark = bookmarkOf(row);
        if (entry === undefined || bookmark === undefined || isWanted(entry) === undefined) return [];
        return this.isNew(row.id) ? [choiceOf(app, row, bookmark.trail, section)] : [];
      });
    this.marked = [
      ...choices(rowsOf(app, app.favourites.all()), t('Favourites')),
      ...choices(rowsOf(app, app.recent.all()), t('Recent')),
    ];
  }

  private async findLoaded(signal: AbortSignal): Promise<void> {
    const rankOf = rankingOf(queryOf(this.text));
    let compared = 0;
    let hits: Hit[] = [];
    for (const { below, entry } of this.app.tree.known()) {
      const rank = rankOf(entry);
      if (rank !== undefined) hits.push({ registry: below, trail: [...trailOf(below), entry], rank });
      if (++compared % atOnce !== 0) continue;
      this.takeHits(hits);
      hits = [];
      await pause();
      signal.throwIfAborted();
    }
    this.takeHits(hits);
  }

  private take(news: Found): void {
    const { connection } = 'registry' in news ? news.registry : { connection: undefined };
    const where = ('of' in news ? news.of?.label : undefined) ?? connection?.label ?? '';
    switch (news.kind) {
      case 'hits':
        this.takeHits(news.hits);
        return;
      case 'public':
        for (const found of news.found) this.takePublic(news.registry, found);
        return;
      case 'failed': {
        const failed = report(news.failure, '');
        if (failed !== undefined)
          this.note(`failed ${where}`, t('Could not search {0}', where), failed.reason, 'warning');
        return;
      }
      case 'cut':
        this.note(
          `cut ${where}`,
          t('{0} has more names than were searched', where),
          t('Type more of the name.'),
          'info',
        );
    }
  }

  private takePublic(registry: OpenRegistry, found: FoundRepository): void {
    const trail = registry.provider.locate(found.repository.image) ?? [found.repository];
    this.publics.set(idOf(registry.connection.id, trail), publicChoice(this.app, registry, found));
  }

  private takeHits(hits: readonly Hit[]): void {
    const news = hits.filter(({ registry, trail }) => this.isNew(idOf(registry.connection.id, trail)));
    if (news.length === 0) return;
    const all = [...this.hits, ...news].sort(byRank);
    this.hits = all.slice(0, mostHits);
    this.more += all.length - this.hits.length;
  }

  private note(id: string, label: string, description: string | undefined, icon: string): void {
    this.notes.push(noteOf(id, label, description, icon));
  }

  private isNew(id: string): boolean {
    if (this.found.has(id)) return false;
    this.found.add(id);
    return true;
  }
}

/** A line that says something and cannot be chosen. */
function noteOf(id: string, label: string, description: string | undefined, icon: string): TaskChoice {
  return { id, label, description, icon, section: '', value: undefined };
}

function idOf(connection: string, trail: readonly Entry[]): string {
  return [connection, ...trail.map(keyOf)].join('/');
}

/** Better matches first, repositories before tags, then by name. */
function byRank(one: Hit, other: Hit): number {
  const [a, b] = [one.trail.at(-1), other.trail.at(-1)];
  const difference = one.rank - other.rank || Number(a?.kind === 'tag') - Number(b?.kind === 'tag');
  if (difference !== 0 || a === undefined || b === undefined) return difference;
  const [name, otherName] = [nameOf(a), nameOf(b)];
  return name < otherName ? -1 : name > otherName ? 1 : 0;
}

function nameOf(entry: Entry): string {
  return 'image' in entry ? `${entry.image.path}:${entry.image.tag ?? ''}` : entry.label;
}
