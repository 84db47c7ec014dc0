// A child object with a part of a tenant's machines: it takes reports by the product's own code, tables and all, and tells the parent of the
// machines that have changed, many in one message.
import { DurableObject } from 'cloudflare:workers';
import type { Caller, Machine } from '../../../objects/core/caller.ts';
import { beginRemembering } from '../../../objects/core/memory.ts';
import { migrate } from '../../../objects/core/migrations.ts';
import { first } from '../../../objects/core/rows.ts';
import { findRow } from '../../../objects/fleet/machine-rows.ts';
import { type Submission, submitReport } from '../../../objects/fleet/reports.ts';
import { findRun } from '../../../objects/fleet/runs.ts';
import { summariesOf } from '../../../objects/fleet/shown.ts';
import { isRefusal, type Refusal } from '../../../schema/refusal.ts';
import type { ReportAnswer } from '../../../schema/report.ts';
import type { Parent } from './parent.ts';
import type { Summary } from './summary.ts';

export type ParentBindings = {
  PARENT: DurableObjectNamespace<Parent>;
  /** Where summaries go: `none`, as where one object has everything; `own`, the parent beside it; else the origin of its process. */
  SUMMARIES: string;
};

/** So long a change waits for others: a person who looks on does not notice. */
const FLUSH_AFTER_MS = 250;

const TENANT = 'bench';
const CALLER: Caller<Machine> = {
  tenant: TENANT,
  principal: {
    kind: 'machine',
    id: TENANT,
    name: TENANT,
    tokenHash: '',
    facts: { prefix: '', salt: '', createdAt: 0, expiresAt: null, version: 1 },
  },
  requestId: TENANT,
  ip: null,
  userAgent: null,
};

export class Shard extends DurableObject<ParentBindings> {
  readonly #changed = new Set<string>();
  #isDue = false;

  constructor(ctx: DurableObjectState, env: ParentBindings) {
    super(ctx, env);
    const { storage } = ctx;
    beginRemembering(storage);
    storage.transactionSync(() => {
      migrate(storage.sql, Date.now());
      storage.sql.exec('INSERT INTO identity VALUES (?, ?) ON CONFLICT DO NOTHING', TENANT, Date.now());
    });
  }

  report(submission: Submission): ReportAnswer | Refusal {
    const answer = submitReport(this.ctx.storage, CALLER, submission, Date.now());
    if (!isRefusal(answer) && this.env.SUMMARIES !== 'none') this.#note(submission.machine.id);
    return answer;
  }

  /** How many events it has. */
  events(): number {
    const { sql } = this.ctx.storage;
    return (
      first<{ n: number }>(
        sql,
        `SELECT coalesce((SELECT sum(last_seq - first_seq + 1) FROM packs), 0)
           + coalesce((SELECT sum(tail_to - tail_from + 1) FROM runs), 0) AS n`,
      )?.n ?? 0
    );
  }

  /** Tells the parent of what has changed. */
  async flush(): Promise<void> {
    const ids = [...this.#changed];
    this.#changed.clear();
    if (ids.length === 0) return;
    const { SUMMARIES, PARENT } = this.env;
    const summaries = ids.map((id) => this.#summaryOf(id));
    if (SUMMARIES === 'own') return PARENT.getByName(TENANT).take(summaries);
    const response = await fetch(`${SUMMARIES}/summaries`, { method: 'POST', body: JSON.stringify(summaries) });
    if (!response.ok) throw new Error(`the parent answered ${response.status}`);
  }

  /** What an experiment has due comes on no alarm. */
  override alarm(): void {}

  #note(id: string): void {
    this.#changed.add(id);
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.ctx.waitUntil(this.flush());
    }, FLUSH_AFTER_MS);
  }

  #summaryOf(id: string): Summary {
    const { sql } = this.ctx.storage;
    const row = findRow(sql, id);
    const [summary] = summariesOf(sql, [id]);
    if (!row || !summary) throw new Error('what has reported is a machine');
    const events = summary.run === null ? 0 : (findRun(sql, summary.run.id)?.events ?? 0);
    const { started_at: startedAt } = row;
    return { id, startedAt, hostname: summary.hostname, events, line: JSON.stringify(summary) };
  }
}
