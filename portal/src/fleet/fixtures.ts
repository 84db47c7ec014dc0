// Machines for component tests: the nth of a fleet, the latest run first.
import type { MachinePage, MachineSummary } from '../../../schema/machine.ts';

const RUN = { id: 'r', status: 'running', startedAt: 0, phase: 'apps', phasesDone: 3, phasesTotal: 10 } as const;

export const machine = (id: string, change: Partial<MachineSummary> = {}): MachineSummary => ({
  id,
  hostname: id,
  serial: `S-${id}`,
  manufacturer: 'HP',
  model: 'ProDesk',
  osVersion: null,
  client: 'Acme',
  enrolledAt: 1,
  lastEventAt: null,
  secrets: 2,
  toRotate: 0,
  attention: [],
  silentSince: null,
  shelf: 'fleet',
  run: null,
  ...change,
});

/** One with a run that began at `startedAt`. */
export const started = (id: string, startedAt: number, change: Partial<NonNullable<MachineSummary['run']>> = {}) =>
  machine(id, { run: { ...RUN, startedAt, ...change } });

export const pageOf = (machines: MachineSummary[], next: string | null = null): MachinePage => ({ machines, next });
