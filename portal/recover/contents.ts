// The contents of an opened bundle: machines with their secrets, found by what a person has in front of them, and
// everything as a table. Knows no DOM.
import * as z from 'zod';
import { CSV_START, csvLine, disarmed } from '../../schema/csv.ts';
import { SealedFormat, SecretKind, SecretRef } from '../../schema/secret.ts';
import { visible } from '../../schema/shown-text.ts';
import { Instant } from '../../schema/text.ts';
import { readTextFile } from '../../schema/text-file.ts';
import { keyIdStart, searchFold, tidied } from '../../schema/typed-text.ts';
import { openBundle, readBundleHead } from '../vault/bundle.ts';
import type { BundlePart, UnlockInput, VaultFault } from '../vault/contract.ts';
import { isFault } from '../vault/fault.ts';
import { openSecret } from '../vault/opener.ts';
import { escrowKeysOf, trustKeyring } from '../vault/trust.ts';
import { type Standing, sealedAtOf, standings } from './standing.ts';

const Attribute = z.string().nullable().catch(null);
const KeptMachine = z.object({
  id: z.string(),
  hostname: Attribute,
  serial: Attribute,
  client: Attribute,
  mergedInto: Attribute.optional(),
});
type KeptMachine = z.infer<typeof KeptMachine>;

/**
 * The fields of a secret that its header is checked against, and those that are only shown and may be anything. `by` is
 * absent in bundles from before secrets could be added by hand; the fields that say where it stands (standing.ts) are
 * absent in bundles from before they were kept.
 */
const KeptSecret = z.object({
  machine: z.string(),
  kind: SecretKind,
  ref: SecretRef,
  sealed: z.string(),
  goneAt: z.number().nullable().optional().catch(undefined),
  pc: z.string().nullable().optional().catch(undefined),
  version: z.object({
    kid: z.string(),
    format: SealedFormat,
    bound: z.boolean(),
    run: z.string().nullable(),
    eid: z.string(),
    by: z.string().nullable().default(null),
    version: z.int().catch(0),
    escrowedAt: Instant.catch(0),
    uploadedBy: z.string().nullable().default(null).catch(null),
    order: z.number().nullable().default(null).catch(null),
    sealedAt: z.number().nullable().optional().catch(undefined),
    hostname: z.string().nullable().default(null).catch(null),
    counts: z.boolean().optional().catch(undefined),
    setAside: z.boolean().default(false).catch(false),
  }),
});
export type KeptSecret = z.infer<typeof KeptSecret>;

/** Secrets: those that the PC may have now, then replaced ones, then those set aside; the latest sealed first. */
export type MachineWithSecrets = { machine: KeptMachine; secrets: KeptSecret[] };

export type Contents = {
  tenant: string;
  fingerprint: string;
  machines: MachineWithSecrets[];
  /** How each version stands among those of its PC. */
  standings: ReadonlyMap<KeptSecret, Standing>;
  secrets: number;
  auditEntries: number;
  /** Machines and secrets that are left out because they are malformed in the bundle. */
  malformed: number;
  keys: ReadonlyMap<string, CryptoKey>;
};

/** A bundle's text, also where an editor or a transfer has saved it anew: with a mark in front, other line ends, or in UTF-16. */
export const readBundleFile = async (file: Blob): Promise<string> =>
  readTextFile(new Uint8Array(await file.arrayBuffer())).text;

/** Opens a bundle with one of the ways to unlock that are in it: `secret` as in the portal. Refuses by value. */
export async function openContents(
  text: string,
  proof: Pick<UnlockInput, 'unlocker' | 'secret' | 'confirmedRoot'>,
): Promise<Contents | VaultFault> {
  const head = readBundleHead(text);
  if (isFault(head)) return head;
  const { tenant, keyring } = head;
  const trusted = await trustKeyring({ tenant, keyring, seen: null, ...proof });
  if (isFault(trusted)) return trusted;
  const keys = await escrowKeysOf(trusted, keyring);
  if (isFault(keys)) return keys;
  const parts = openBundle(text, trusted);
  if (isFault(parts)) return parts;
  return { tenant, fingerprint: trusted.seen.fingerprint, keys, ...gather(parts) };
}

/**
 * A bundle holds what a server once answered: malformed rows are counted and left out, so that a single hostile row
 * does not take all the others along.
 */
function gather(parts: readonly BundlePart[]) {
  const byMachine = new Map<string, MachineWithSecrets>();
  let [secrets, auditEntries, malformed] = [0, 0, 0];
  const wellFormed = <T>(list: unknown, form: z.ZodType<T>): T[] => {
    const read = (Array.isArray(list) ? list : [list]).map((one) => form.safeParse(one));
    malformed += read.filter((one) => !one.success).length;
    return read.flatMap((one) => (one.success ? [one.data] : []));
  };
  for (const part of parts) {
    if (part.kind === 'audit') auditEntries += wellFormed(part.entries, z.unknown()).length;
    if (part.kind === 'machines')
      for (const machine of wellFormed(part.machines, KeptMachine))
        byMachine.set(machine.id, { machine, secrets: byMachine.get(machine.id)?.secrets ?? [] });
    if (part.kind === 'secrets')
      for (const secret of wellFormed(part.secrets, KeptSecret)) {
        secrets += 1;
        const unnamed = { id: secret.machine, hostname: null, serial: null, client: null };
        const held: MachineWithSecrets = byMachine.get(secret.machine) ?? { machine: unnamed, secrets: [] };
        held.secrets.push(secret);
        byMachine.set(secret.machine, held);
      }
  }
  const machines = [...byMachine.values()];
  const name = ({ machine }: MachineWithSecrets) => machine.hostname ?? machine.id;
  machines.sort((a, b) => name(a).localeCompare(name(b)));
  const stand = standings(
    machines.flatMap((one) => one.secrets),
    (id) => byMachine.get(id)?.machine.mergedInto ?? id,
  );
  // Versions that were set aside come after those that count, however new they are.
  const rank = (one: KeptSecret) => (one.version.setAside ? 0 : stand.get(one) === 'earlier' ? 1 : 2);
  for (const one of machines)
    one.secrets.sort(
      (a, b) =>
        rank(b) - rank(a) || (sealedAtOf(b) ?? 0) - (sealedAtOf(a) ?? 0) || b.version.version - a.version.version,
    );
  return { machines, standings: stand, secrets, auditEntries, malformed };
}

/** Machines whose name, serial, client, id or BitLocker key id holds what was typed. */
export function find(machines: readonly MachineWithSecrets[], typed: string): MachineWithSecrets[] {
  const wanted = searchFold(tidied(typed));
  if (wanted === '') return [...machines];
  const begins = keyIdStart(typed);
  return machines.filter(({ machine, secrets }) => {
    const texts = [machine.hostname, machine.serial, machine.client, machine.id, ...secrets.map(keyIdOf)];
    return texts.some(
      (text) => text && (searchFold(text).includes(wanted) || (begins !== null && text.toLowerCase().includes(begins))),
    );
  });
}

const keyIdOf = ({ ref }: KeptSecret): string | null => ('protectorId' in ref ? ref.protectorId : null);

/** A name as a file may hold it: nothing in it steers the text beside it. A plaintext stays what it is. */
const named = (text: string | null): string | null => (text === null ? null : visible(text));

const COLUMNS = [
  'machine',
  'name',
  'serial',
  'client',
  'kind',
  'ref',
  'version',
  'escrowed',
  'sealed',
  'standing',
  'run',
  'hostname',
  'way',
  'bound',
  'setAside',
  'plaintext',
  'escaped',
];

const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The way it came: a version that a person brought and no admin has confirmed could be anything. */
function wayOf({ version: { by, uploadedBy, counts } }: KeptSecret): string {
  const way = by !== null ? 'by hand' : uploadedBy !== null ? 'carried' : 'engine';
  return counts === false ? `${way}, not confirmed` : way;
}

/** Everything in clear as CSV (RFC 4180), a line a version. A version that does not open says so in the last column. */
export async function toCsv(
  { tenant, machines, standings, keys }: Contents,
  refWords: (ref: SecretRef) => string,
  onProgress: (done: number) => void,
): Promise<{ csv: string; notOpened: number }> {
  const lines = [csvLine(COLUMNS)];
  let notOpened = 0;
  for (const { machine, secrets } of machines)
    for (const secret of secrets) {
      const opened = await openSecret(tenant, secret, keys);
      if (isFault(opened)) notOpened += 1;
      const { version } = secret;
      const plaintext = isFault(opened) ? `(not opened: ${opened.message})` : opened.plaintext;
      lines.push(
        csvLine([
          machine.id,
          named(machine.hostname),
          named(machine.serial),
          named(machine.client),
          secret.kind,
          refWords(secret.ref),
          version.version,
          instant(version.escrowedAt),
          instant(sealedAtOf(secret)),
          standings.get(secret) ?? null,
          version.run,
          named(version.hostname),
          wayOf(secret),
          version.bound ? 'yes' : 'no',
          version.setAside ? 'yes' : 'no',
          plaintext,
          // An apostrophe that was put in is not part of the password: this says where one was put.
          disarmed(plaintext) === plaintext ? 'no' : 'yes',
        ]),
      );
      onProgress(lines.length - 1);
    }
  return { csv: CSV_START + lines.join(''), notOpened };
}
