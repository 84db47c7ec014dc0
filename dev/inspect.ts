// `npm run inspect -- TENANT [--local | --remote | --env NAME]`: the health of a tenant's object, without its data. Ends with 0 if
// it is well, 1 if something needs a look or it could not be asked, 2 if the command is wrong.
import { parseArgs } from 'node:util';
import type { Inspection } from '../schema/inspection.ts';
import { asOperator, TARGET_OPTIONS, targetOf } from './operate/as-operator.ts';
import { complaints, sentences } from './operate/inspection-text.ts';
import { Misuse } from './operate/where.ts';

const USAGE = `Usage: npm run inspect -- TENANT [--json]
         --local [--port N] [--state-dir DIR]   of the stand that runs on this machine (default)
         --remote, --env NAME                   on Cloudflare, with an operator's Access token in ACCESS_TOKEN
         --api ORIGIN, --portal ORIGIN          other addresses than the repository's`;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...TARGET_OPTIONS, json: { type: 'boolean', default: false } },
  });
  const [tenant, ...more] = positionals;
  if (tenant === undefined || more.length > 0)
    throw new Misuse('Which tenant? One id, as `npm run tenant -- list` shows it.');
  return { ...values, tenant };
}

try {
  const options = readOptions();
  const route = `tenants/${encodeURIComponent(options.tenant)}/inspect`;
  const inspection = await asOperator<Inspection>(await targetOf(options), route);
  const found = complaints(inspection);
  if (options.json) console.log(JSON.stringify({ ...inspection, complaints: found }));
  else console.log([...sentences(inspection), ...found.map((one) => `!! ${one}`)].join('\n'));
  process.exitCode = found.length > 0 ? 1 : 0;
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const misused = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS');
  console.error(misused ? `${message}\n${USAGE}` : message);
  process.exitCode = misused ? 2 : 1;
}
