import { mkdir, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { inspect } from 'node:util';
import { installVsCode } from '../test/rig/install';
import { resultsFolder } from '../test/rig/paths';
import { markChildren } from '../test/rig/strays';
import { buildGoPrograms } from '../test/rig/goPrograms';
import { buildVsix } from './build';
import { ensureDebianPackages, type DebianPackage } from './debian';
import { lint } from './lint';
import { onStopSignal } from './signals';
import { runTests, type Counts } from './tiers';

const tierNames = ['lint', 'unit', 'contract', 'host', 'e2e'] as const;
type TierName = (typeof tierNames)[number];
/**
 * Beside each other run tiers that leave a processor idle: ESLint works on one alone; the engines of the contract wait for what never
 * comes; the host tests drive a single VS Code.
 */
const groups: readonly (readonly TierName[])[] = [['lint', 'unit'], ['contract', 'host'], ['e2e']];

const registries: readonly DebianPackage[] = ['docker-registry', 'perl'];
const browser: readonly DebianPackage[] = ['chromium-headless-shell', 'fonts-liberation'];
/** Where none can be started, as without root, their tests say so and are left out. */
const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;
const engines: readonly DebianPackage[] = isRootOnLinux ? ['docker.io', 'containerd', 'podman', 'crun'] : [];
const clients: readonly DebianPackage[] = isRootOnLinux ? ['skopeo'] : [];
const keyring: readonly DebianPackage[] = isRootOnLinux ? ['gnome-keyring', 'dbus-x11', 'libsecret-1-0'] : [];
const needs: Readonly<Record<TierName, readonly DebianPackage[]>> = {
  lint: [],
  unit: [],
  contract: [...registries, ...engines, ...clients, ...keyring],
  host: [...registries, ...browser],
  e2e: [...registries, ...engines, ...browser, ...keyring],
};

const none = { skipped: 0, leftOut: {} };

/** `npm test -- e2e connect`: tiers by name, all of them by default; the rest goes to Vitest as it is. */
async function main(args: readonly string[]): Promise<void> {
  const named = tierNames.filter((name) => args.includes(name));
  const tiers = named.length > 0 ? named : tierNames;
  // While other tiers run, and so before their children are marked.
  const built = tiers.includes('contract') ? buildGoPrograms(step) : Promise.resolve();
  const endStrays = markChildren();
  onStopSignal((signal) => {
    void endStrays().finally(() => process.exit(128 + constants.signals[signal]));
  });
  const filters = args.filter((argument) => !tierNames.some((name) => name === argument));
  await rm(resultsFolder, { recursive: true, force: true });
  await mkdir(resultsFolder, { recursive: true });

  const results = new Map<TierName, Counts>();
  for (const group of groups) {
    const beside = group.filter((tier) => tiers.includes(tier));
    if (beside.length === 0) continue;
    const counts = await runBeside(beside, filters, built);
    const strays = await endStrays();
    if (strays.length > 0) console.log(`Ended what was left running by ${beside.join(', ')}: ${strays.join(', ')}`);
    for (const [tier, outcome] of counts) {
      // A tier that ran nothing has proved nothing.
      const ranNothing = outcome.passed + outcome.failed === 0;
      if (ranNothing) console.log(`The ${tier} tier ran no test.`);
      results.set(tier, ranNothing ? { ...outcome, failed: 1 } : outcome);
    }
  }

  console.log('');
  for (const [tier, counts] of results) {
    console.log(`${tier.padEnd(9)} ${inWords(counts)}`);
    for (const [whyNot, count] of Object.entries(counts.leftOut)) console.log(`${' '.repeat(10)}${count} × ${whyNot}`);
  }
  const total = sum([...results.values()]);
  process.exitCode = total.failed === 0 ? 0 : 1;
  console.log(inWords(total));
}

/** What the first prints is seen at once, what the others print when all have ended. */
async function runBeside(
  tiers: readonly TierName[],
  filters: readonly string[],
  built: Promise<void>,
): Promise<readonly (readonly [TierName, Counts])[]> {
  step(tiers.join(', '));
  const installed = ensureDebianPackages([...new Set(tiers.flatMap((tier) => needs[tier]))], step);
  const kept: string[] = [];
  const counts = await Promise.all(
    tiers.map(async (tier, index) => {
      const printed: string[] = [];
      const print = (text: string): unknown => (index === 0 ? process.stdout.write(text) : printed.push(text));
      const ready = tier === 'contract' ? Promise.all([installed, built]) : installed;
      const outcome = await attempt(tier, filters, ready, print);
      if (index > 0) kept.push(`\n▸ ${tier}\n`, ...printed);
      return [tier, outcome] as const;
    }),
  );
  process.stdout.write(kept.join(''));
  return counts;
}

async function attempt(
  tier: TierName,
  filters: readonly string[],
  ready: Promise<unknown>,
  print: (text: string) => unknown,
): Promise<Counts> {
  try {
    await ready;
    if (tier === 'host' || tier === 'e2e') {
      await buildVsix(step);
      await installVsCode(step);
    }
    return tier === 'lint' ? { ...(await lint()), ...none } : await runTests(tier, filters, print);
  } catch (error) {
    print(`${inspect(error)}\n`);
    return { passed: 0, failed: 1, ...none };
  }
}

function step(line: string): void {
  console.log(`\n▸ ${line}`);
}

function sum(all: readonly Omit<Counts, 'leftOut'>[]): Omit<Counts, 'leftOut'> {
  return all.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

function inWords({ passed, failed, skipped }: Omit<Counts, 'leftOut'>): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

void main(process.argv.slice(2));
