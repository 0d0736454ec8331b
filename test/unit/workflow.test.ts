import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../rig/paths';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const folder = '.github/workflows';
const { scripts, engines } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly vscode: string };
};

interface Workflow {
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly needs?: readonly string[];
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflows = readdirSync(join(projectRoot, folder)).map((file) => {
  const text = read(`${folder}/${file}`);
  return { file, text, workflow: parse(text) as Workflow };
});
const named = (wanted: string): (typeof workflows)[number] => {
  const found = workflows.find(({ file }) => file === wanted);
  if (found === undefined) throw new Error(`There is no ${wanted}.`);
  return found;
};
const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

describe.each(workflows)('$file', ({ text, workflow }) => {
  it('runs npm scripts of package.json only', () => {
    const known = ['npm ci', 'npm test', ...Object.keys(scripts).map((name) => `npm run ${name}`)];
    const own = stepsOf(workflow).flatMap(({ run = '' }) => (/^npm (?:test|run) ?\S*/.exec(run) ?? [])[0] ?? []);
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((command) => !known.includes(command))).toEqual([]);
  });

  it('uses actions by the hash of a commit, with the version beside it', () => {
    const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, action = '']) => action);
    expect(uses.filter((action) => !/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('has no more rights than a job asks for, and a time limit for each', () => {
    expect(Object.values(workflow.permissions).filter((right) => right !== 'read')).toEqual([]);
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('puts nothing of GitHub’s into a command, where it could be another command', () => {
    expect(stepsOf(workflow).filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  });
});

describe('ci.yml', () => {
  it('tests the oldest VS Code that package.json allows', () => {
    const [, minor] = /^\^1\.(\d+)\.0$/.exec(engines.vscode) ?? [];
    expect(named('ci.yml').text).toMatch(new RegExp(`CODE_SERVER_VERSION: 4\\.${String(minor)}\\.\\d+`));
  });

  it('knows no secret', () => {
    expect(named('ci.yml').text).not.toContain('secrets.');
  });
});

describe('publish.yml', () => {
  const { text, workflow } = named('publish.yml');
  const jobs = Object.entries(workflow.jobs);
  const before = ['tiers', 'build'];
  const publishing = jobs.filter(([name]) => !before.includes(name));

  it('runs for tags of versions only', () => {
    expect(workflow.on).toEqual({ push: { tags: ['v*'] } });
  });

  it('publishes after all tiers have passed and the tag is that of the version, and a person has agreed', () => {
    expect(workflow.jobs.tiers?.steps.map(({ run }) => run)).toContain('npm test');
    expect(workflow.jobs.build?.steps.map(({ run }) => run)).toContain('npm run release -- "$GITHUB_REF_NAME"');
    expect(publishing.map(([name]) => name)).toEqual(['github', 'marketplace', 'openVsx']);
    for (const [, { needs, environment }] of publishing) {
      expect(needs).toEqual(before);
      expect(environment).toBe('release');
    }
  });

  it('gives each secret to the one step that publishes with it', () => {
    const secrets = stepsOf(workflow).flatMap(({ run, env = {} }) =>
      Object.entries(env).flatMap(([name, value]) => (value.includes('secrets.') ? [[name, value, run]] : [])),
    );
    expect(secrets).toEqual([
      ['VSCE_PAT', '${{ secrets.VSCE_PAT }}', 'npm exec --no -- vsce publish --packagePath ./*.vsix'],
      ['OVSX_PAT', '${{ secrets.OVSX_PAT }}', 'npm exec --no -- ovsx publish --packagePath ./*.vsix'],
    ]);
    expect(text.match(/secrets\./g)).toHaveLength(2);
  });

  it('gives each job the least rights', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]))).toEqual({
      tiers: { contents: 'read' },
      build: { contents: 'read', 'id-token': 'write', attestations: 'write' },
      github: { contents: 'write' },
      marketplace: { contents: 'read' },
      openVsx: { contents: 'read' },
    });
  });

  it('leaves no token of GitHub behind in a folder that other code sees', () => {
    const checkouts = stepsOf(workflow).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(checkouts.map(() => false));
  });

  it('publishes with programs whose every package is locked by its hash', () => {
    const { packages } = JSON.parse(read('.github/publish/package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly dependencies?: object }>>;
    };
    const { '': root, ...locked } = packages;
    const manifest = JSON.parse(read('.github/publish/package.json')) as { readonly dependencies: object };
    expect(root?.dependencies).toEqual(manifest.dependencies);
    expect(Object.values(manifest.dependencies).every((version) => /^\d+\.\d+\.\d+$/.test(String(version)))).toBe(true);
    expect(Object.entries(locked).filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });
});
