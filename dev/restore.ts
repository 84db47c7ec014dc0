// `npm run restore -- --tenant ID [--local | --remote | --env NAME]`: an operator puts a backup into an empty tenant. It asks the
// API again until everything is in; with `--abort` it ends a restore that is on its way.
import { parseArgs } from 'node:util';
import type { RestoreAborted, RestoreAnswer } from '../schema/backup.ts';
import { asOperator, TARGET_OPTIONS, type Target, targetOf } from './operate/as-operator.ts';
import { Misuse } from './operate/where.ts';

const USAGE = `Usage: npm run restore -- --tenant ID [--at MS] [--first-admin EMAIL] [--json]
       npm run restore -- --tenant ID --abort       end one that is on its way: the tenant is empty again
         --local [--port N] [--state-dir DIR]   into the stand that runs on this machine (default)
         --remote, --env NAME                   on Cloudflare, with an operator's Access token in ACCESS_TOKEN
         --api ORIGIN, --portal ORIGIN          other addresses than the repository's`;

type Options = {
  tenant: string;
  at: number | undefined;
  firstAdmin: string | undefined;
  abort: boolean;
  json: boolean;
};

function readOptions() {
  const { values } = parseArgs({
    options: {
      ...TARGET_OPTIONS,
      tenant: { type: 'string' },
      at: { type: 'string' },
      'first-admin': { type: 'string' },
      abort: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const at = values.at === undefined ? undefined : Number(values.at);
  if (!values.tenant) throw new Misuse('--tenant is missing: the id that `npm run tenant -- list` shows.');
  if (at !== undefined && !Number.isInteger(at)) throw new Misuse('--at must be the instant of a backup, in ms.');
  const firstAdmin = values['first-admin'];
  if (values.abort && (at !== undefined || firstAdmin !== undefined))
    throw new Misuse('--abort ends what is on its way: it takes neither --at nor --first-admin.');
  return { ...values, tenant: values.tenant, at, firstAdmin };
}

const routeTo = (tenant: string, act: string) => `tenants/${encodeURIComponent(tenant)}/${act}`;

async function abort(target: Target, { tenant, json }: Options): Promise<void> {
  const answer = await asOperator<RestoreAborted>(target, routeTo(tenant, 'restore/abort'), {});
  console.log(json ? JSON.stringify(answer) : 'The restore is ended: the tenant is empty again, and on record.');
}

async function restore(target: Target, { tenant, at, firstAdmin, json }: Options): Promise<void> {
  for (;;) {
    const answer = await asOperator<RestoreAnswer>(target, routeTo(tenant, 'restore'), {
      ...(at === undefined ? {} : { at }),
      ...(firstAdmin === undefined ? {} : { firstAdmin }),
    });
    if (json) console.log(JSON.stringify(answer));
    else console.log(`${answer.chunksDone} of ${answer.chunks} chunks`);
    if (!answer.finished) continue;
    if (!json)
      console.log(
        `${answer.vouched ? 'The index vouches for this backup.' : 'The index does not know this backup: only people and tokens that it has came in.'}
Restored: the backup of ${new Date(answer.backupAt).toISOString()}, audit head ${answer.head.seq} ${answer.head.hash}.`,
      );
    return;
  }
}

try {
  const options = readOptions();
  const target = await targetOf(options);
  await (options.abort ? abort : restore)(target, options);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const misused = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS');
  console.error(misused ? `${message}\n${USAGE}` : message);
  process.exitCode = misused ? 2 : 1;
}
