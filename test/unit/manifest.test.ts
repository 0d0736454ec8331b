import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/ui/commands/table';
import { providerTypes } from './providerTypes';

interface MenuEntry {
  readonly command?: string;
  readonly submenu?: string;
  readonly when: string;
  readonly group?: string;
}

interface Setting {
  readonly order: number;
  readonly tags?: readonly string[];
  readonly items?: { readonly properties: { readonly provider?: { readonly enum: readonly string[] } } };
}

interface PackageJson {
  readonly name: string;
  readonly publisher: string;
  readonly main: string;
  readonly icon: string;
  readonly l10n: string;
  readonly homepage: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly bugs: { readonly url: string };
  readonly categories: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: {
      readonly commandPalette: readonly MenuEntry[];
      readonly 'view/title': readonly MenuEntry[];
      readonly 'view/item/context': readonly MenuEntry[];
      readonly 'registryExplorer.deploy': readonly MenuEntry[];
    };
    readonly keybindings: readonly {
      readonly command: string;
      readonly key: string;
      readonly mac?: string;
      readonly when?: string;
      readonly args?: readonly [unknown, string];
    }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly configuration: readonly {
      readonly order: number;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
  };
}

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as PackageJson;
const { contributes } = manifest;
const context = contributes.menus['view/item/context'];
const deploying = contributes.menus['registryExplorer.deploy'];
/** The entries of the context menus, with those of the menu below. */
const inMenus = [...context, ...deploying];
const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Readonly<
  Record<string, Setting>
>;
const prefixed = (id: string) => `registryExplorer.${id}`;
const idsOf = (kind: string) => commands.filter((command) => command.kind === kind).map(({ id }) => prefixed(id));

describe('package.json', () => {
  it('contributes the commands of the table, and no other', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(
      commands.map(({ id }) => prefixed(id)).sort(),
    );
  });

  it('contributes the commands that failures lead to, which are looked for by their ids', () => {
    const sources = readdirSync(resolve(root, 'src'), { recursive: true, encoding: 'utf8' });
    const steps = sources
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...read(join('src', file)).matchAll(/\bnextStep: '(\w+)'/g)].map(([, id = '']) => id));
    expect(new Set(steps).size).toBeGreaterThan(3);
    expect(steps.filter((id) => !idsOf('node').includes(prefixed(id)))).toEqual([]);
  });

  it('has each node command once in the context menu of each view whose rows it takes, shown by its id in the context value, and where several rows are selected only if it takes several', () => {
    const entries = inMenus.filter(({ group }) => group?.startsWith('inline') === false);
    for (const command of commands) {
      if (command.kind !== 'node') continue;
      const views = [...(command.views.registries ? ['registries'] : []), ...(command.views.images ? ['images'] : [])];
      const alone = command.several === 'one' ? ' && !listMultiSelection' : '';
      const whens = views.map(
        (view) => `view == registryExplorer.${view} && viewItem =~ /\\b${command.id}\\b/${alone}`,
      );
      const own = entries.filter((entry) => entry.command === prefixed(command.id));
      expect(own.map(({ when }) => when)).toEqual(whens);
    }
  });

  it('has nothing in the context menu but node commands and what a problem row offers', () => {
    const others = inMenus.flatMap(({ command = [] }) => command).filter((command) => !idsOf('node').includes(command));
    const expected = ['refreshImages', 'retry', 'showLog', 'useEngine'].map(prefixed);
    expect([...new Set(others)].sort()).toEqual(expected);
  });

  it('has what deploys in a menu below that of the row, which a setting hides', () => {
    // VS Code takes a menu below another one once, so one entry serves both views.
    expect(context.filter(({ submenu }) => submenu !== undefined)).toEqual([
      {
        submenu: 'registryExplorer.deploy',
        when: 'view =~ /^registryExplorer\\.(registries|images)$/ && viewItem =~ /\\bdeployTo/ && !listMultiSelection && config.registryExplorer.azure.deployCommands',
        group: '1_use@5',
      },
    ]);
    const ids = ['deployToAppService', 'deployToContainerApps'].map(prefixed);
    expect([...new Set(deploying.map(({ command }) => command))]).toEqual(ids);
    expect(context.filter(({ command = '' }) => ids.includes(command))).toEqual([]);
    const { commandPalette } = contributes.menus;
    const shown = commandPalette.filter(({ when }) => when === 'config.registryExplorer.azure.deployCommands');
    expect(shown.map(({ command }) => command)).toEqual(ids);
  });

  it('has at most two buttons on a row, each for a command of that row', () => {
    const inline = context.filter(({ group }) => group?.startsWith('inline') === true);
    expect(inline.map(({ command, when }) => [command, when.replace(/.*\\b(\w+)\\b.*/, '$1')])).toEqual([
      [prefixed('openImage'), 'openImage'],
      [prefixed('copyFullTag'), 'copyFullTag'],
      // On a connection alone: every row has a Refresh in its menu.
      [prefixed('refresh'), 'disconnect'],
      [prefixed('retry'), 'retry'],
      [prefixed('openImage'), 'openImage'],
      [prefixed('pushImage'), 'pushImage'],
      [prefixed('useEngine'), 'engineProblem'],
      [prefixed('refreshImages'), 'engineProblem'],
      [prefixed('addRepository'), 'addRepository'],
      [prefixed('editTrust'), 'editTrust'],
      [prefixed('editAddress'), 'editAddress'],
      [prefixed('confirmSignIn'), 'confirmSignIn'],
      [prefixed('signInToTenant'), 'signInToTenant'],
      [prefixed('openInPortal'), 'openInPortal'],
      // Where rows are filtered, the button clears it.
      [prefixed('filterRows'), 'clearFilter'],
      [prefixed('clearFilter'), 'clearFilter'],
    ]);
  });

  it('has every button of a row in the menu as well, which the keyboard opens', () => {
    const viewOf = (when: string) => /view == registryExplorer\.(\w+)/.exec(when)?.[1] ?? '';
    const placesOf = (isInline: boolean) =>
      context
        .filter(({ group }) => (group?.startsWith('inline') === true) === isInline)
        .map(({ command, when }) => `${command} in ${viewOf(when)}`);
    const menu = new Set(placesOf(false));
    expect(placesOf(true).filter((place) => !menu.has(place))).toEqual([]);
  });

  it('has its keys, and no other, in the table of docs/access.md, with the views that they work in', () => {
    const written = (key: string) => key.replace(/(^|\+)(\w)/g, (part) => part.toUpperCase());
    const views = new Map<string, string[]>();
    for (const { key, mac = key, when = '' } of contributes.keybindings) {
      const view = /focusedView == registryExplorer\.(\w+)/.exec(when)?.[1] ?? 'everywhere';
      const keys = `**${written(key)}** | **${written(mac)}**`;
      views.set(keys, [...(views.get(keys) ?? []), view]);
    }
    const places: Readonly<Record<string, string>> = {
      everywhere: 'everywhere',
      registries: 'Registries',
      'registries images': 'both views',
    };
    const rows = read('docs/access.md')
      .replace(/ +/g, ' ')
      .matchAll(/^\| (\*\*.*?\*\* \| \*\*.*?\*\*) \| (.*?) \| (.+) \|$/gm);
    expect([...rows].map(([, keys, place]) => `${keys ?? ''}: ${place ?? ''}`).sort()).toEqual(
      [...views].map(([keys, of]) => `${keys}: ${places[of.join(' ')] ?? 'where?'}`).sort(),
    );
    expect(read('README.md')).toContain('](docs/access.md)');
  });

  it('orders every context menu the same: use, copy, open, manage, refresh, danger', () => {
    const groupsOf = (id: string) =>
      context
        .filter(({ command, group }) => command === prefixed(id) && group?.startsWith('inline') === false)
        .map(({ group }) => group?.split('@')[0]);
    expect(groupsOf('pullImage')).toEqual(['1_use', '1_use']);
    expect(groupsOf('pushImage')).toEqual(['1_use']);
    expect(groupsOf('copyFullTag')).toEqual(['2_copy', '2_copy']);
    expect(groupsOf('openImage')).toEqual(['3_open', '3_open']);
    expect(groupsOf('inspectImage')).toEqual(['3_open', '3_open']);
    expect(groupsOf('renameConnection')).toEqual(['4_manage']);
    expect(groupsOf('refresh')).toEqual(['5_refresh']);
    for (const id of ['untagImage', 'deleteImage', 'disconnect', 'removeImage'])
      expect(groupsOf(id)).toEqual(['9_danger']);
  });

  it('hides from the palette what needs the very row it belongs to', () => {
    const hidden = contributes.menus.commandPalette
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    const rows = ['clearFilter', 'loadMore', 'openAttachment', 'refresh', 'removeFromFavourites', 'retry'];
    const needRow = [...rows.map(prefixed), ...idsOf('key')];
    expect(hidden.sort()).toEqual(needRow.sort());
  });

  it('has each key in the views that have rows for it, for the row with the focus there, and not while something is typed', () => {
    for (const view of ['registries', 'images'] as const) {
      const own = contributes.keybindings.filter(({ args }) => args?.[1] === view);
      const keys = commands.filter(
        (key) =>
          key.kind === 'key' &&
          commands.some((each) => each.kind === 'node' && key.commands.includes(each.id) && each.views[view]),
      );
      expect(own.map(({ command }) => command).sort()).toEqual(keys.map(({ id }) => prefixed(id)).sort());
      for (const { when, args } of own) {
        expect(when).toBe(`focusedView == registryExplorer.${view} && listFocus && !inputFocus`);
        expect(args?.[0]).toEqual({ $treeViewId: `registryExplorer.${view}`, $focusedTreeItem: true });
      }
    }
  });

  it('has one key that works everywhere, for what needs no row', () => {
    const everywhere = contributes.keybindings.filter(({ args }) => args === undefined);
    expect(everywhere).toEqual([{ command: prefixed('goToImage'), key: 'ctrl+alt+g', mac: 'cmd+alt+g' }]);
  });

  it('has keys for commands that there are', () => {
    const wanted = commands.flatMap((command) => (command.kind === 'key' ? command.commands : []));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((id) => !idsOf('node').includes(prefixed(id)))).toEqual([]);
  });

  it('names every string it uses, and uses every string it names', () => {
    const strings = Object.keys(JSON.parse(read('package.nls.json')) as Record<string, string>);
    const used = [...read('package.json').matchAll(/%([\w.]+)%/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(strings.sort());
  });

  it('has the rare settings marked as advanced, and none that a button of ours leads to: VS Code does not find those by name', () => {
    const rare = Object.entries(settings).filter(([, { tags }]) => tags?.includes('advanced') === true);
    expect(rare.map(([name]) => name.replace('registryExplorer.', '')).sort()).toEqual([
      ...['dockerHub.registryUrl', 'dockerHub.url', 'github.apiUrl', 'github.registryUrl'],
    ]);
  });

  it('offers in the connections setting the providers there are', () => {
    const setting = settings[prefixed('connections')];
    expect(setting?.items?.properties.provider?.enum).toEqual(providerTypes.map(({ id }) => id));
  });

  it('tells where the project is at home, the same everywhere', () => {
    const home = `https://github.com/${manifest.publisher}/${manifest.name}`;
    expect(manifest.repository).toEqual({ type: 'git', url: `${home}.git` });
    expect(manifest.homepage).toBe(`${home}#readme`);
    expect(manifest.bugs.url).toBe(`${home}/issues`);
    expect(read('CHANGELOG.md')).toContain(`]: ${home}/compare/`);
  });

  it('is found under categories that the Marketplace has', () => {
    // https://code.visualstudio.com/api/references/extension-manifest
    const known = [
      ...['AI', 'Azure', 'Chat', 'Data Science', 'Debuggers', 'Education', 'Extension Packs', 'Formatters', 'Keymaps'],
      ...[
        'Language Packs',
        'Linters',
        'Machine Learning',
        'Notebooks',
        'Other',
        'Programming Languages',
        'SCM Providers',
      ],
      ...['Snippets', 'Testing', 'Themes', 'Visualization'],
    ];
    expect(manifest.categories.length).toBeGreaterThan(0);
    for (const category of manifest.categories) expect(known).toContain(category);
  });

  it('leads VS Code to the translations, whose language decides which of them is loaded', () => {
    expect(existsSync(resolve(root, manifest.l10n, 'bundle.l10n.json'))).toBe(true);
    expect(existsSync(resolve(root, manifest.l10n, 'bundle.l10n.de.json'))).toBe(true);
  });

  it('points to files that exist', () => {
    const icons = contributes.viewsContainers.activitybar.map(({ icon }) => icon);
    for (const file of [manifest.icon, ...icons]) expect(existsSync(resolve(root, file)), file).toBe(true);
  });
});
