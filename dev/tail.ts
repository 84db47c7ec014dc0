// `npm run tail`: the log as a live table, of the stand or of a deployed Worker; as JSON lines where its output is piped.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './lib/run.ts';
import { Misuse, WHERE_OPTIONS, whereOf } from './operate/where.ts';
import { entriesOf } from './tail/entry.ts';
import { type Filter, isShown, STATUSES } from './tail/filter.ts';
import { Joiner, type Row } from './tail/join.ts';
import { JsonLines } from './tail/json-lines.ts';
import { following, fromFile, fromStdin, fromWrangler, isPipedIn, type Source } from './tail/source.ts';
import { placesBy } from './tail/source-map.ts';
import { coloured, header, plain, tableRow } from './tail/table.ts';

const USAGE = `Usage: npm run tail -- [FILE | -] [--remote] [--env NAME] [filters] [--map FILE] [--table]

  without more           the log of the stand on this machine (.stand/log.ndjson), as it grows
  FILE, -                a file, or standard input: lines of the stand's, or what wrangler tail --format json prints
  --once                 what is in the stand's log now, and no more
  --remote, --env NAME   an environment of wrangler.toml, on Cloudflare, by wrangler tail; --remote is production

  --tenant ID            an id, or how it begins
  --route TEXT           a part of METHOD and route pattern, such as "POST /v1/report" or reveal
  --status 4xx,500
  --slow MS              what took so long or longer
  --refusals             what was refused
  --alarms               alarms only
  --map FILE             the source map of the build that writes the log: faults then name our files
  --table                a table also where the output is piped

Faults, and what the platform says of failed invocations, are always shown. Ctrl-C ends it. See docs/logs.md.`;

/** How often to look for rows that wait in vain for their other parts. */
const SWEEP_MS = 500;
const WIDTH_WHEN_PIPED = 160;

function readOptions() {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...WHERE_OPTIONS,
      once: flag,
      table: flag,
      help: flag,
      refusals: flag,
      alarms: flag,
      map: text,
      tenant: text,
      route: text,
      status: text,
      slow: text,
    },
  });
  const { tenant, route, status, refusals, alarms, map } = values;
  const slow = values.slow === undefined ? undefined : Number(values.slow);
  if (positionals.length > 1) throw new Misuse('One file at a time.');
  if (slow !== undefined && !(slow >= 0)) throw new Misuse('--slow must be a number of milliseconds.');
  if (map !== undefined && !existsSync(map)) throw new Misuse(`--map: there is no file ${map}.`);
  if (status !== undefined && !STATUSES.test(status)) throw new Misuse('--status must be such as 500 or 4xx,500.');
  const filter: Filter = { tenant, route, status, slow, refusals, alarms };
  return { ...values, filter, where: whereOf(values) ?? 'local', file: positionals[0] };
}
type Options = ReturnType<typeof readOptions>;

function sourceOf({ file, where, once }: Options): Source {
  if (where !== 'local') return fromWrangler(where);
  if (file !== undefined && file !== '-') return fromFile(file);
  if (file === '-' || isPipedIn()) return fromStdin();
  const log = path.join(root, '.stand/log.ndjson');
  return once ? fromFile(log) : following(log);
}

/** Shows rows: a table with its header again on every screen, or JSON lines. */
function printer({ filter, table, map }: Options): (rows: readonly Row[]) => void {
  const { stdout } = process;
  const asTable = table || stdout.isTTY;
  const paint = stdout.isTTY && !process.env.NO_COLOR ? coloured : plain;
  const places = map === undefined ? null : placesBy(map, root);
  let sinceHeader = Number.POSITIVE_INFINITY;
  return (rows) => {
    for (const row of rows) {
      if (!isShown(row, filter)) continue;
      if (places !== null && row.line.event === 'fault') row.line.stack = places(row.line.stack);
      if (!asTable) {
        stdout.write(`${JSON.stringify({ ...row.line, cpuMs: row.cpuMs, calls: row.calls })}\n`);
        continue;
      }
      const width = stdout.columns ?? WIDTH_WHEN_PIPED;
      if (sinceHeader >= (stdout.isTTY ? Math.max(10, stdout.rows - 2) : Number.POSITIVE_INFINITY)) {
        stdout.write(`${header(width, paint)}\n`);
        sinceHeader = 0;
      }
      const shown = tableRow(row, width, paint);
      sinceHeader += shown.split('\n').length;
      stdout.write(`${shown}\n`);
    }
  };
}

async function tail(options: Options): Promise<number> {
  const source = sourceOf(options);
  const show = printer(options);
  const joiner = new Joiner();
  const objects = new JsonLines();
  let stopped = false;
  const stop = () => {
    stopped = true;
    source.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  // The program that reads us, such as `head`, has read enough.
  process.stdout.on('error', () => process.exit(0));
  const sweep = setInterval(() => show(joiner.overdue(Date.now())), SWEEP_MS);
  try {
    for await (const line of source.lines) {
      for (const entry of entriesOf(objects.take(line))) show(joiner.take(entry, Date.now()));
      if (stopped) break;
    }
  } finally {
    clearInterval(sweep);
  }
  show(joiner.rest());
  const failed = await source.failed;
  if (failed !== null) throw new Error(failed);
  return 0;
}

try {
  const options = readOptions();
  if (options.help) console.log(USAGE);
  else process.exitCode = await tail(options);
} catch (error) {
  const { code, message, path: file = '' } = error as NodeJS.ErrnoException;
  const misused = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS');
  const said =
    code === 'ENOENT' ? `There is no log at ${path.relative(root, file)}. The stand writes one: npm start` : message;
  console.error(misused ? `${message.split('. ')[0]}\n${USAGE}` : said);
  process.exitCode = misused ? 2 : 1;
}
