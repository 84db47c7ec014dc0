// What a run was promised: every event, secret and act that an answer acknowledged. It listens between the clients and the network, so that
// nothing counts as promised whose answer did not arrive whole.
import { ReportAnswer } from '../../schema/report.ts';
import { Receipt } from '../../schema/secret.ts';

export type Held = { receipt: Receipt; plaintext: string | null };
/** An act of a person, found in the audit by its action and by what `detail` or subject says. */
export type Act = { action: string; mark: string };

export type Promised = {
  /** By run, then by seq: the message. */
  events: ReadonlyMap<string, ReadonlyMap<number, string>>;
  receipts: readonly Held[];
  acts: readonly Act[];
};

/** With these the server says when it makes sense to ask again. */
const TRY_LATER = [429, 503];

export class Ledger {
  readonly #events = new Map<string, Map<number, string>>();
  readonly #receipts = new Map<string, Held>();
  readonly #acts: Act[] = [];
  /** Runs of which something was acknowledged since `promised` was last asked for news. */
  readonly #news = new Set<string>();
  /** Sealed by their engines; by eid once sent, and by what they are for before. */
  readonly plaintexts = new Map<string, string>();
  /** How many answers had which status. */
  readonly statuses = new Map<number, number>();
  /** What no server may do, as sentences. */
  readonly faults: string[] = [];

  /** A fetch that notes what is acknowledged. `expected`: statuses from 500 on that are no fault of the server's. */
  watching(expected: readonly number[] = []): typeof fetch {
    return async (input, init) => {
      const response = await fetch(input, init);
      const text = await response.text();
      const { pathname } = new URL(String(input));
      this.hear(response.status, pathname, expected);
      if (TRY_LATER.includes(response.status) && !response.headers.has('retry-after'))
        this.faults.push(`${pathname} answered ${response.status} without saying when to come again`);
      if (response.ok) this.#take(pathname, String(init?.body), text);
      return new Response(text, { status: response.status, headers: response.headers });
    };
  }

  /** Counts an answer. */
  hear(status: number, where: string, expected: readonly number[] = []): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status >= 500 && !expected.includes(status)) this.faults.push(`${where} answered ${status}`);
  }

  #take(pathname: string, sent: string, text: string): void {
    if (pathname === '/v1/report') this.#takeReport(sent, text);
    if (pathname === '/v1/secret') this.#takeReceipt(sent, text);
  }

  #takeReport(sent: string, text: string): void {
    // Anybody may answer 200: only what has the form of ours promises anything.
    const answer = ReportAnswer.safeParse(parsed(text));
    if (!answer.success) return;
    const [head = '', ...lines] = sent.split('\n');
    const { id } = JSON.parse(head).run as { id: string };
    const known = this.#events.get(id) ?? new Map<number, string>();
    this.#events.set(id, known);
    this.#news.add(id);
    const rejected = new Set(answer.data.rejected.map(({ seq }) => seq));
    for (const { seq, message } of lines.map((line) => JSON.parse(line) as { seq: number; message: string }))
      if (!rejected.has(seq)) known.set(seq, message);
  }

  #takeReceipt(sent: string, text: string): void {
    const answer = Receipt.safeParse(parsed(text));
    if (!answer.success) return;
    const { eid, ref } = JSON.parse(sent) as { eid: string; ref: { account?: string; protectorId?: string } };
    const before = this.#receipts.get(eid);
    const { secretId, version, auditSeq, auditHash } = answer.data;
    if (before && (before.receipt.auditSeq !== auditSeq || before.receipt.auditHash !== auditHash))
      this.faults.push(`version ${version} of secret ${secretId} has two receipts`);
    const plaintext = this.plaintexts.get(ref.account ?? ref.protectorId ?? '') ?? null;
    if (!before) this.#receipts.set(eid, { receipt: answer.data, plaintext });
  }

  /** An act of a person was answered with a success. */
  done(action: string, mark: string): void {
    this.#acts.push({ action, mark });
  }

  get secrets(): Held[] {
    return [...this.#receipts.values()];
  }

  /** As of now: events of all runs, or of those alone that have news since this was last asked. */
  promised(onlyNews = false): Promised {
    const runs = onlyNews ? [...this.#news] : [...this.#events.keys()];
    this.#news.clear();
    return {
      events: new Map(runs.map((run) => [run, new Map(this.#events.get(run))])),
      receipts: this.secrets,
      acts: [...this.#acts],
    };
  }

  /** How many events, secrets and acts were acknowledged in all. */
  count(): { events: number; secrets: number; acts: number } {
    const events = [...this.#events.values()].reduce((sum, run) => sum + run.size, 0);
    return { events, secrets: this.#receipts.size, acts: this.#acts.length };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
