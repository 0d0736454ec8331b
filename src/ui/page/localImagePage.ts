import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { printPlatform } from '../../core/platform';
import { baseName, printReference } from '../../core/reference';
import type { ImageFacts } from '../../images/imageFacts';
import type { App } from '../app';
import { localImage } from '../images/localImage';
import type { LocalNode } from '../images/localNode';
import { readLocalImage } from '../images/readLocalImage';
import { isCancellation, report } from '../report';
import { buildSteps, digestValue, fact, failureNote, named, overview, running } from './imageSections';
import { buttonsFor, runButton } from './pageButtons';
import type { Page, Section } from './pageModel';
import type { PageSource } from './pageSource';

/** The page of an image in the engine. It is made of the row, which is looked for again after a reload. */
export class LocalImagePage implements PageSource {
  readonly key: string;
  readonly title: string;
  private facts: ImageFacts | undefined;
  private engine = '';
  private failure: string | undefined;

  constructor(
    private readonly app: App,
    private readonly row: LocalNode,
  ) {
    const named = localImage(row);
    const name = named?.name;
    this.key = `local ${row.id}`;
    this.title = name === undefined ? row.label : `${baseName(name)}:${name.tag ?? ''}`;
  }

  readonly remembered = () => ({ kind: 'local', id: this.row.id });

  /** It has one platform. */
  readonly choose = (): void => undefined;

  readonly act = (id: string): Promise<void> => runButton(this.app, id, this.row);

  readonly load = async (draw: (page: Page) => void, signal: AbortSignal): Promise<void> => {
    this.failure = undefined;
    draw(this.page());
    try {
      await this.read(signal);
    } catch (error) {
      if (isCancellation(error)) return;
      const reported = report(error, t('inspect {0}', this.row.label));
      this.app.log.error(`${reported?.message ?? ''}\n  ${causes(error)}`);
      this.failure = reported?.message ?? '';
    }
    draw(this.page());
  };

  private async read(signal: AbortSignal): Promise<void> {
    const named = localImage(this.row);
    if (named === undefined) return;
    const { engine, facts } = await readLocalImage(this.app, named, signal);
    this.engine = engine;
    this.facts = facts;
  }

  private page(): Page {
    const name = localImage(this.row)?.name;
    const { platform } = this.facts ?? {};
    const where = platform === undefined ? t('local image') : t('local image for {0}', printPlatform(platform));
    return {
      title: name === undefined ? this.row.label : printReference(name),
      ...(name === undefined ? {} : { copy: printReference(name) }),
      subtitle: [this.engine, where].filter(Boolean).join(' · '),
      icon: 'package',
      actions: buttonsFor(this.app, this.row),
      sections: this.sections(),
    };
  }

  private sections(): readonly Section[] {
    const { facts, failure } = this;
    if (failure !== undefined) return [{ id: 'overview', blocks: [failureNote(failure)] }];
    if (facts === undefined) return [{ id: 'overview', isLoading: true, blocks: [] }];
    const names = localImage(this.row)?.image.names ?? [];
    return [
      overview(facts, {
        ids: [
          ...fact(t('Id'), digestValue(facts.configDigest ?? '')),
          ...fact(t('Digest'), facts.digest && digestValue(facts.digest)),
        ],
        others: fact(t('Names'), ...names.map(printReference).map((text) => ({ text, copy: text }))),
      }),
      running(facts.run),
      ...buildSteps(facts.steps),
      ...named('labels', t('Labels'), facts.labels),
    ];
  }
}
