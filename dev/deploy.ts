// `npm run deploy`: the set-up guide's commands in their order, for one environment. Every step may be repeated.
import { parseArgs } from 'node:util';
import { type Performed, perform, report } from './deploy/perform.ts';
import { PARTS, type Part, type Step, shown, stepsOf } from './deploy/step.ts';
import { type Finding, lineOf } from './doctor/finding.ts';
import { lookOffline } from './doctor/offline.ts';
import { root } from './lib/run.ts';
import { bold, dim } from './lib/terminal.ts';
import { readEnvironment } from './operate/environment.ts';
import { environmentNamed } from './operate/where.ts';

const HELP = `Usage: npm run deploy -- [--env production|staging] [--only d1,worker,portal,docs] [--dry-run]

  --env       which environment of wrangler.toml; production where it is not said
  --only      some parts, separated by commas; all of them where it is not said
  --dry-run   checks and builds everything, shows every step, and reaches nothing: no network, no account

Stops at the first step that fails and says how to go on. See docs/connecting-to-cloudflare.md.`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        env: { type: 'string', default: 'production' },
        only: { type: 'string', default: PARTS.join(',') },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const name = environmentNamed(values.env);
    const wanted = values.only.split(',').map((word) => word.trim());
    const strange = wanted.find((word) => !PARTS.some((part) => part === word));
    if (strange !== undefined) throw new Error(`"${strange}" is none of ${PARTS.join(', ')}.`);
    return { name, parts: wanted as Part[], dryRun: values['dry-run'], help: values.help };
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}\nSee: npm run deploy -- --help`);
    process.exit(2);
  }
}

/** The obstacles to a deploy: failed checks, and a placeholder where a step is to reach the database. */
const hindrances = (findings: readonly Finding[], parts: readonly Part[]): Finding[] =>
  findings.filter(
    ({ name, level }) =>
      level === 'FAIL' ||
      (level === 'warn' && name === 'database-id' && parts.some((part) => part === 'd1' || part === 'worker')),
  );

const INDENT = ' '.repeat(7);

function announce(step: Step, number: number, of: number): void {
  console.log(
    `\n${bold(`${String(number).padStart(2)}/${of}  ${step.title}`)}${step.account ? dim('  (account)') : ''}`,
  );
  console.log(`${INDENT}${shown(step)}`);
  console.log(dim(`${INDENT}${step.changes}`));
}

function endOf(performed: Performed, name: string, dryRun: boolean, hindered: readonly Finding[]): string {
  if (performed.failed) return report(name, performed);
  const flag = name === 'production' ? '' : ` -- --env ${name}`;
  if (!dryRun) return `${bold('Deployed.')} Look at it with:\n  npm run doctor${flag}`;
  const nothing = bold('Nothing outside this folder was changed.');
  return hindered.length === 0
    ? `${nothing} To deploy, signed in by "npx wrangler login" (account):\n  npm run deploy${flag}`
    : `${nothing} A deploy would not begin before this is mended:\n${hindered.map((one) => `  ${lineOf(one)}`).join('\n')}`;
}

const { name, parts, dryRun, help } = readOptions();
if (help) {
  console.log(HELP);
  process.exit(0);
}
console.log(bold(`${dryRun ? 'A dry run of a deploy' : 'Deploy'} to ${name}`));
const findings = await lookOffline(root, name, false);
console.log(`\n${findings.map(lineOf).join('\n')}`);
const hindered = hindrances(findings, parts);
const unreadable = hindered.some((one) => one.name === 'configuration');
if (unreadable || (!dryRun && hindered.length > 0)) {
  console.error('\nNothing was changed. Mend this first:');
  for (const one of hindered) console.error(`  ${lineOf(one)}`);
  process.exit(1);
}
const steps = stepsOf(await readEnvironment(root, name), parts);
const performed = await perform(
  steps,
  dryRun,
  (step, number) => announce(step, number, steps.length),
  (outcome) => console.log(`${INDENT}${outcome}`),
);
console.log(`\n${endOf(performed, name, dryRun, hindered)}`);
const isFaulty = hindered.some(({ level }) => level === 'FAIL');
process.exitCode = performed.failed || isFaulty ? 1 : 0;
