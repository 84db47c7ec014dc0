// `npm run tenant -- create|list|suspend|resume|token|limits|limit …`: tenants for scripts, through wrangler; their limits, through the API.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { DAY_MS } from '../schema/facts/days.ts';
import { LIMITS } from '../schema/limit-table.ts';
import type { OperatedLimits } from '../schema/limits.ts';
import { TenantName } from '../schema/operator.ts';
import { visible } from '../schema/shown-text.ts';
import { Email, TenantId, Text, Thumbprint, Uuid } from '../schema/text.ts';
import { root } from './lib/run.ts';
import { asOperator, targetOf } from './operate/as-operator.ts';
import { readEnvironment } from './operate/environment.ts';
import type { Place } from './operate/index-by-wrangler.ts';
import { isLimitName, limitTable, typedLimit } from './operate/limit-text.ts';
import { create, issueToken, list, setStatus } from './operate/tenant-commands.ts';
import { flagOf, Misuse, WHERE_OPTIONS, whereOf } from './operate/where.ts';
import { standPort } from './stand/claim.ts';
import { addressesFrom } from './stand/ports.ts';

const HELP = `Usage: npm run tenant -- COMMAND (--local | --remote | --env NAME) [--json]

  create --name "Acme MSP" --admin you@acme.example [--id UUID]
                       makes a tenant with its first admin; with --id it may be repeated
  list                 every tenant with its status, people and working tokens
  suspend ID           engines keep what is unsent; people are told
  resume ID
  token ID --label engine [--expires 90d] [--api ORIGIN] [--fingerprint F] [--out FILE]
                       issues a machine token, shown once, as an engine's configuration
  limits ID            what the tenant may take, and the most that is used of it
  limit ID NAME VALUE|default
                       changes one of them, or brings its default back

  --local              the stand on this machine
  --remote, --env NAME an environment of wrangler.toml, on Cloudflare; --remote is production
  --persist-to DIR     where a local stand keeps its state, if not in .wrangler/state
  --api ORIGIN         of token: where engines reach the API; with --local it is the stand's
  --api, --portal ORIGIN
                       of limits on Cloudflare: other addresses than the repository's
  --fingerprint F      the tenant's fingerprint, from its settings in the portal
  --out FILE           write the configuration there instead of showing it
  --json               one JSON value on standard output, for scripts

Limits are the tenant's object's: they are asked of the API, by the stand's operator, or on Cloudflare by
whoever's Access token is in ACCESS_TOKEN, and take effect at once. All else goes through the index: it takes
effect within 30 seconds, and the tenant's own audit has it once its object has taken it over. See
docs/operating.md.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  ...WHERE_OPTIONS,
  json: flag,
  help: flag,
  'persist-to': text,
  name: text,
  admin: text,
  id: text,
  label: text,
  expires: text,
  api: text,
  fingerprint: text,
  out: text,
  portal: text,
} as const;
type Values = ReturnType<typeof readArguments>['values'];

const Days = z
  .string()
  .regex(/^[1-9]\d{0,3}d$/, { error: 'must be a number of days such as 90d' })
  .transform((text) => Number(text.slice(0, -1)));
const Origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'must be an origin such as https://api.example.com, without a path',
});

function valid<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  if (value === undefined) throw new Misuse(`${name} is missing.`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Misuse(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}.`);
}

const optional = <T>(schema: z.ZodType<T>, value: unknown, name: string): T | undefined =>
  value === undefined ? undefined : valid(schema, value, name);

function placeOf(values: Values): Place {
  const where = whereOf(values);
  if (where === null) throw new Misuse('Say where: --local, --remote or --env NAME.');
  if (where !== 'local' && values['persist-to']) throw new Misuse('--persist-to goes with --local.');
  return { where, persistTo: values['persist-to'] };
}

/** A command's answer: a value for --json, and words for people. */
type Answer = { json: unknown; text: string };

async function run(command: string, [id, ...words]: string[], values: Values): Promise<Answer> {
  const place = placeOf(values);
  const tenant = () => valid(TenantId, id, 'The tenant’s id');
  switch (command) {
    case 'create': {
      const wanted = {
        id: optional(Uuid, values.id, '--id') ?? randomUUID(),
        name: valid(TenantName, values.name, '--name'),
        admin: valid(Email, values.admin, '--admin'),
      };
      const made = await create(place, wanted);
      return { json: made, text: await nextSteps(made, place) };
    }
    case 'list': {
      const tenants = await list(place);
      return { json: tenants, text: tenants.map(line).join('\n') || 'There are no tenants yet.' };
    }
    case 'suspend':
    case 'resume': {
      const row = await setStatus(place, tenant(), command === 'suspend' ? 'suspended' : 'active');
      const now = command === 'suspend' ? 'suspended; engines keep what is unsent' : 'active';
      return { json: row, text: `${row.name} is ${now}, within 30 seconds everywhere.` };
    }
    case 'token':
      return token(place, tenant(), values);
    case 'limits':
    case 'limit':
      return limits(place, tenant(), command === 'limit' ? changeOf(words) : undefined, values);
    default:
      throw new Misuse(`There is no command "${command}".`);
  }
}

/** The arguments of `limit`: a name of the table, and a number or the word `default`. */
function changeOf([name = '', value = '']: string[]): Record<string, number | null> {
  if (!isLimitName(name)) throw new Misuse(`There is no limit "${name}": "limits" shows all.`);
  const wanted = typedLimit(value);
  const { min, max } = LIMITS[name];
  if (wanted === undefined || (wanted !== null && (wanted < min || wanted > max)))
    throw new Misuse(`${name} must be a number from ${min} to ${max}, or the word default.`);
  return { [name]: wanted };
}

/** Shows a tenant's limits, changed first if a change is given: on the tenant's own record, in the caller's name. */
async function limits(place: Place, tenant: string, change: object | undefined, values: Values): Promise<Answer> {
  const [api, portal] = [optional(Origin, values.api, '--api'), optional(Origin, values.portal, '--portal')];
  const { local, remote, env } = values;
  const target = await targetOf({ local, remote, env, api, portal, 'state-dir': place.persistTo });
  const operated = await asOperator<OperatedLimits>(target, `tenants/${tenant}/limits`, change);
  return { json: operated, text: limitTable(operated) };
}

async function token(place: Place, tenant: string, values: Values): Promise<Answer> {
  if (place.where !== 'local' && values.api === undefined) throw new Misuse('--api is missing.');
  const days = optional(Days, values.expires, '--expires');
  const fingerprint = optional(Thumbprint, values.fingerprint, '--fingerprint');
  const issued = await issueToken(place, {
    tenant,
    label: valid(Text(100), values.label, '--label'),
    expiresAt: days === undefined ? null : Date.now() + days * DAY_MS,
    apiOrigin:
      optional(Origin, values.api, '--api') ??
      addressesFrom(await standPort(place.persistTo ?? path.join(root, '.stand'))).api,
    fingerprint: fingerprint ?? null,
    minEpoch: 1,
  });
  const configuration = JSON.stringify(issued.configuration, null, 2);
  const pin = fingerprint
    ? ''
    : '\nIt names no fingerprint: the engine pins the first key it sees. Settings in the portal shows it.';
  if (values.out === undefined) {
    if (!values.json) console.error(`The configuration of an engine, shown this once.${pin}`);
    return { json: issued, text: configuration };
  }
  const file = path.resolve(process.env.INIT_CWD ?? '.', values.out);
  writeFileSync(file, `${configuration}\n`, { mode: 0o600 });
  const { configuration: _, ...rest } = issued;
  return { json: { ...rest, out: file }, text: `The configuration of an engine is in ${values.out}.${pin}` };
}

async function nextSteps(made: Awaited<ReturnType<typeof create>>, { where }: Place): Promise<string> {
  const { id, name, firstAdmin } = made;
  const api = where === 'local' ? '' : ` --api ${(await readEnvironment(root, where)).origins.engine}`;
  return [
    `${name} is tenant ${id}.`,
    '',
    'What next',
    `  1. ${firstAdmin.email} signs in to the portal and does the first-time set-up.`,
    `  2. npm run tenant -- token ${id} ${flagOf(where)} --label engine${api} --out engine.json`,
  ].join('\n');
}

const count = (many: number, one: string, more: string): string => `${many} ${many === 1 ? one : more}`;
const line = (one: Awaited<ReturnType<typeof list>>[number]): string =>
  `${one.id}  ${one.status.padEnd(9)}  ${count(one.people, 'person', 'people')}, ${count(one.tokens, 'token', 'tokens')}  ${one.name}`;

try {
  const { values, positionals } = readArguments();
  const [command, ...words] = positionals;
  const surplus = words[command === 'limit' ? 3 : 1];
  if (values.help || command === undefined) console.log(HELP);
  else if (surplus !== undefined) throw new Misuse(`"${surplus}" is one word too many.`);
  else {
    const { json, text } = await run(command, words, values);
    // The name of a tenant or a person may contain anything.
    console.log(values.json ? JSON.stringify(json, null, 2) : visible(text, { lines: true }));
  }
  if (!values.help && command === undefined) process.exitCode = 2;
} catch (error) {
  console.error(visible((error as Error).message, { lines: true }));
  if (error instanceof Misuse) console.error('See: npm run tenant -- --help');
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Misuse((error as Error).message.split('. ')[0]);
  }
}
