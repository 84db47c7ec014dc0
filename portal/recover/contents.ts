// What a bundle holds, once opened: machines with their secrets, found by what a person has in front of them, and everything as a table.
// Knows no DOM.

import { CSV_START, csvLine, disarmed } from '../../schema/csv.ts';
import type { MachineSummary } from '../../schema/machine.ts';
import type { Revealed } from '../../schema/secret.ts';
import { visible } from '../../schema/shown-text.ts';
import { keyIdStart, searchFold, tidied } from '../../schema/typed-text.ts';
import { openBundle, readBundleHead } from '../vault/bundle.ts';
import type { BundlePart, UnlockInput, VaultFault } from '../vault/contract.ts';
import { isFault } from '../vault/fault.ts';
import { openSecret } from '../vault/opener.ts';
import { escrowKeysOf, trustKeyring } from '../vault/trust.ts';

export type MachineWithSecrets = {
  machine: Pick<MachineSummary, 'id' | 'hostname' | 'serial' | 'client'>;
  secrets: Revealed[];
};

export type Contents = {
  tenant: string;
  fingerprint: string;
  machines: MachineWithSecrets[];
  secrets: number;
  auditEntries: number;
  keys: ReadonlyMap<string, CryptoKey>;
};

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

function gather(parts: readonly BundlePart[]) {
  const byMachine = new Map<string, MachineWithSecrets>();
  let [secrets, auditEntries] = [0, 0];
  for (const part of parts) {
    if (part.kind === 'audit') auditEntries += part.entries.length;
    if (part.kind === 'machines')
      for (const machine of part.machines)
        byMachine.set(machine.id, { machine, secrets: byMachine.get(machine.id)?.secrets ?? [] });
    if (part.kind === 'secrets')
      for (const secret of part.secrets) {
        secrets += 1;
        const unnamed = { id: secret.machine, hostname: null, serial: null, client: null };
        const held = byMachine.get(secret.machine) ?? { machine: unnamed, secrets: [] };
        held.secrets.push(secret);
        byMachine.set(secret.machine, held);
      }
  }
  const machines = [...byMachine.values()];
  const name = ({ machine }: MachineWithSecrets) => machine.hostname ?? machine.id;
  machines.sort((a, b) => name(a).localeCompare(name(b)));
  for (const one of machines) one.secrets.sort((a, b) => b.version.version - a.version.version);
  return { machines, secrets, auditEntries };
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

const keyIdOf = ({ ref }: Revealed): string | null => ('protectorId' in ref ? ref.protectorId : null);

/** A name as a file may hold it: nothing in it steers what stands beside it. A plaintext stays what it is. */
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
  'bound',
  'plaintext',
  'escaped',
];

/** Everything in clear as CSV (RFC 4180), a line a version. What does not open says so in the last column's place. */
export async function toCsv(
  { tenant, machines, keys }: Contents,
  refWords: (ref: Revealed['ref']) => string,
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
          ...[
            machine.id,
            named(machine.hostname),
            named(machine.serial),
            named(machine.client),
            secret.kind,
            refWords(secret.ref),
          ],
          ...[version.version, new Date(version.escrowedAt).toISOString(), version.bound ? 'yes' : 'no', plaintext],
          // An apostrophe that was put in belongs to no password: here it is said where one was.
          disarmed(plaintext) === plaintext ? 'no' : 'yes',
        ]),
      );
      onProgress(lines.length - 1);
    }
  return { csv: CSV_START + lines.join(''), notOpened };
}
