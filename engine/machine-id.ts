// Which id a PC reports under: its SMBIOS UUID, unless many PCs have that one; else a random one that the spool keeps.
import type { ReportedMachine } from '../schema/report.ts';
import { isPlaceholderSerial, isSharedId } from '../schema/shared-ids.ts';
import type { Spool } from './spool.ts';

/**
 * A machine as it is reported: under an id of its own, and without what firmware leaves in place of a serial. An id
 * that was ever kept stays.
 */
export function ownMachine(spool: Spool, machine: ReportedMachine): ReportedMachine {
  const { serial, ...rest } = machine;
  const own = { ...rest, id: spool.machineId() ?? (isSharedId(machine.id) ? anotherId(spool) : machine.id) };
  // A value that is not text is mended with the rest, or left out.
  return typeof serial === 'string' && isPlaceholderSerial(serial) ? own : { ...own, serial };
}

/** Makes a random id, kept from now on. */
export function anotherId(spool: Spool): string {
  const id = crypto.randomUUID();
  spool.keepMachineId(id);
  return id;
}
