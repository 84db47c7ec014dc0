// One simulated PC: its attributes, before and after the rename phase.
import type { ReportedMachine } from '../../schema/report.ts';
import { chance } from './random.ts';

const MODELS = [
  ['HP', 'EliteBook 840 14 inch G10'],
  ['HP', 'ProDesk 400 G9 Mini'],
  ['Dell Inc.', 'Latitude 5440'],
  ['Dell Inc.', 'OptiPlex 7010 SFF'],
  ['LENOVO', 'ThinkPad T14 Gen 4'],
  ['LENOVO', 'ThinkCentre M70q Gen 4'],
  ['Microsoft Corporation', 'Surface Laptop 6'],
] as const;
const CLIENTS = [
  ['Harbour Dental', 'HDN'],
  ['Northgate Logistics', 'NGL'],
  ['Bakery Lindqvist', 'BLQ'],
  ['Fenwick & Shaw Solicitors', 'FSS'],
  ['Riverside Primary School', 'RPS'],
] as const;
const BUILDS = ['Windows 11 Pro 10.0.26200', 'Windows 11 Pro 10.0.26100', 'Windows 11 Enterprise 10.0.26100'];
const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

type NamedPc = ReportedMachine & { hostname: string };
export type SimulatedPc = { before: NamedPc; after: NamedPc };

/** The nth PC of a fleet: the same for the same seed, so that a restarted stand knows its PCs again. */
export function simulatedPc(seed: number, index: number): SimulatedPc {
  const { between, characters, pick, uuid } = chance(seed * 1000 + index);
  const [manufacturer, model] = pick(MODELS);
  const [client, code] = pick(CLIENTS);
  const laptop = /Book|Latitude|ThinkPad|Laptop/.test(model);
  const before: NamedPc = {
    id: uuid(),
    hostname: `DESKTOP-${characters(SERIAL, 7)}`,
    serial: characters(SERIAL, manufacturer === 'Dell Inc.' ? 7 : 10),
    manufacturer,
    model,
    osVersion: pick(BUILDS),
    client,
  };
  const number = String(between(0, 8) * 100 + index).padStart(4, '0');
  return { before, after: { ...before, hostname: `${code}-${laptop ? 'LT' : 'WS'}-${number}` } };
}
