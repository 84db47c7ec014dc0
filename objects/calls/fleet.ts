// Machines, their runs and events, and what a person does with a machine.
import type {
  Acknowledged,
  Activity,
  ClientList,
  ClientsQuery,
  HistoryPage,
  HistoryQuery,
  Machine,
  MachineMoved,
  MachinePage,
  MachinesQuery,
  MarkSeen,
  Overview,
  OverviewQuery,
  Run,
  RunList,
  RunsQuery,
  SearchResult,
  SplitRequest,
} from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { EventPage, ReportAnswer } from '../../schema/report.ts';
import type { Caller, Person } from '../core/caller.ts';
import { activityOf } from '../fleet/activity.ts';
import { withAliases } from '../fleet/aliases.ts';
import * as archive from '../fleet/archive.ts';
import { listClients } from '../fleet/clients.ts';
import * as events from '../fleet/events.ts';
import { historyOf } from '../fleet/histories.ts';
import { listMachines } from '../fleet/list.ts';
import * as machineRows from '../fleet/machine-rows.ts';
import * as machines from '../fleet/machines.ts';
import { acknowledge } from '../fleet/marks.ts';
import { type Submission, submitReport } from '../fleet/reports.ts';
import * as runs from '../fleet/runs.ts';
import { search } from '../fleet/search.ts';
import { split } from '../fleet/splitting.ts';
import { mayUse } from '../keyring/keyring.ts';
import { noteUse } from '../keyring/unlockers.ts';
import { isRoomAmple } from '../operator/limit-uses.ts';
import { EngineCalls } from './engine.ts';
import { overviewOf } from './overview.ts';

export abstract class FleetCalls extends EngineCalls {
  /** A Worker of before hands over no query. */
  overview(caller: Caller<Person>, name: string, { unlockedWith }: OverviewQuery = {}): Overview | Refusal {
    return this.gate.anybody(caller, 'overview', (now) => {
      if (unlockedWith !== undefined && isRoomAmple(this.sql, now) && mayUse(this.sql, caller.principal, unlockedWith))
        noteUse(this.ctx.storage, caller, unlockedWith, now);
      return overviewOf(this.sql, caller, name, now);
    });
  }

  machines(caller: Caller<Person>, query: MachinesQuery): MachinePage | Refusal {
    return this.gate.anybody(
      caller,
      'machines',
      () =>
        listMachines(this.sql, query) ??
        refuse('invalid_query', 'after: must be a cursor from an earlier answer with the same sort.'),
    );
  }

  search(caller: Caller<Person>, q: string): SearchResult | Refusal {
    return this.gate.anybody(caller, 'search', () => search(this.sql, q));
  }

  /** Runs that began and ended, by the quarter of an hour. */
  activity(caller: Caller<Person>, days: number): Activity | Refusal {
    return this.gate.anybody(caller, 'activity', (now) => activityOf(this.sql, days, now));
  }

  clients(caller: Caller<Person>, query: ClientsQuery): ClientList | Refusal {
    return this.gate.anybody(caller, 'clients', () => listClients(this.sql, query));
  }

  machine(caller: Caller<Person>, id: string): Machine | Refusal {
    return this.gate.anybody(caller, id, () => machines.findMachine(this.sql, id) ?? machines.unknownMachine());
  }

  /** What a machine's attributes were before. */
  history(caller: Caller<Person>, machine: string, query: HistoryQuery): HistoryPage | Refusal {
    return this.gate.anybody(caller, machine, () =>
      machineRows.machineExists(this.sql, machine)
        ? historyOf(this.sql, withAliases(this.sql, machine), query)
        : machines.unknownMachine(),
    );
  }

  runs(caller: Caller<Person>, machine: string, query: RunsQuery): RunList | Refusal {
    return this.gate.anybody(caller, machine, () =>
      machineRows.machineExists(this.sql, machine)
        ? runs.runPage(this.sql, withAliases(this.sql, machine), query)
        : machines.unknownMachine(),
    );
  }

  run(caller: Caller<Person>, id: string): Run | Refusal {
    return this.gate.anybody(caller, id, () => {
      const run = runs.findRun(this.sql, id);
      return run ? runs.publicRun(this.sql, run) : unknownRun();
    });
  }

  events(caller: Caller<Person>, run: string, after: number, limit: number): EventPage | Refusal {
    return this.gate.anybody(caller, run, () => {
      const known = runs.findRun(this.sql, run);
      // Half a run is shown to nobody while it is removed.
      return known ? events.page(this.sql, run, Math.max(after, known.prunedTo), limit) : unknownRun();
    });
  }

  archive(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => archive.archive(this.ctx.storage, caller, machine, now)),
    );
  }

  restoreMachine(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => archive.restore(this.ctx.storage, caller, machine, now)),
    );
  }

  /** Takes away a mark that a person has looked into. */
  acknowledge(caller: Caller<Person>, machine: string, seen: MarkSeen): Acknowledged | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => acknowledge(this.ctx.storage, caller, machine, seen, now)),
    );
  }

  /** An admin's word that several PCs have this id. */
  split(caller: Caller<Person>, machine: string, seen: SplitRequest): Acknowledged | Refusal {
    return this.gate.admins(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => split(this.ctx.storage, caller, machine, seen, now)),
    );
  }

  merge(caller: Caller<Person>, machine: string, into: string): MachineMoved | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => archive.merge(this.ctx.storage, caller, machine, into, now)),
    );
  }

  unmerge(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.gate.engineers(
      caller,
      machine,
      this.gate.paced('personActs', caller, (now) => archive.unmerge(this.ctx.storage, caller, machine, now)),
    );
  }

  /** A report out of a spool file, as the engine would have sent it. */
  uploadReport(caller: Caller<Person>, submission: Submission): ReportAnswer | Refusal {
    return this.gate.engineers(
      caller,
      submission.machine.id,
      this.gate.paced('personActs', caller, (now) => submitReport(this.ctx.storage, caller, submission, now)),
    );
  }
}

const unknownRun = () => refuse('unknown_run', 'The tenant has no run with this id.');
