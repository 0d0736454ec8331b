import { t } from '@vscode/l10n';
import type { ArtifactFacts, ArtifactFile, ChartFacts } from '../../images/openedImage';
import { artifactName, count, moment, size } from '../words';
import { digestValue, fact, faultNote, named, textOrLink } from './imageSections';
import type { Line, Section } from './pageModel';

/** Files that are drawn, at most. */
const mostFiles = 200;

/** What a chart or another artifact has. */
export function artifactSections(artifact: ArtifactFacts): readonly Section[] {
  const { digest, type, size: bytes, created, chart, files, annotations, faults } = artifact;
  const name = artifactName(type);
  return [
    {
      id: 'overview',
      blocks: [
        ...faultNote(faults),
        ...(chart?.isDeprecated === true
          ? [{ kind: 'note' as const, tone: 'warning' as const, text: t('Its authors call this chart deprecated.') }]
          : []),
        {
          kind: 'facts',
          rows: [
            ...fact(t('Digest'), digestValue(digest)),
            ...fact(t('Type'), { text: name === type ? type : `${name} (${type})` }),
            ...fact(t('Created'), created && { text: moment(created) }),
            ...fact(t('Size'), bytes === undefined ? undefined : { text: size(bytes) }),
          ],
        },
      ],
    },
    ...(chart === undefined ? [] : [chartSection(chart)]),
    ...(files.length === 0 ? [] : [filesSection(files)]),
    ...named('annotations', t('Annotations'), annotations),
  ];
}

function chartSection(chart: ChartFacts): Section {
  const texts = (values: readonly string[]) => values.map(textOrLink);
  const one = (text: string | undefined) => (text === undefined ? [] : [textOrLink(text)]);
  return {
    id: 'chart',
    title: t('Chart'),
    blocks: [
      {
        kind: 'facts',
        rows: [
          ...fact(t('Name'), ...one(chart.name)),
          ...fact(t('Version'), ...one(chart.version)),
          ...fact(t('Version of the app'), ...one(chart.appVersion)),
          ...fact(t('Description'), ...one(chart.description)),
          ...fact(t('Kubernetes'), ...one(chart.kubeVersion)),
          ...fact(t('Home page'), ...one(chart.home)),
          ...fact(t('Sources'), ...texts(chart.sources)),
          ...fact(t('Maintainers'), ...texts(chart.maintainers)),
          ...fact(t('Depends on'), ...texts(chart.dependencies)),
          ...fact(t('Keywords'), ...(chart.keywords.length === 0 ? [] : [{ text: chart.keywords.join(', ') }])),
        ],
      },
    ],
  };
}

function filesSection(files: readonly ArtifactFile[]): Section {
  const lines = files.slice(0, mostFiles).map(({ title, mediaType, digest, size: bytes }): Line => ({
    icon: 'file',
    text: { text: title ?? digest, isCode: true },
    detail: [
      { text: size(bytes), tone: 'quiet' },
      { text: mediaType, tone: 'quiet' },
    ],
  }));
  const more = files.length - lines.length;
  return {
    id: 'files',
    title: t('Content'),
    blocks: [
      { kind: 'lines', lines },
      ...(more > 0 ? [{ kind: 'note' as const, tone: 'quiet' as const, text: t('and {0} more', count(more)) }] : []),
    ],
  };
}
