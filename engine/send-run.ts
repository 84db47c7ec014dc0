// Sends the unsent events of one run, from where the server wants to go on. Events that the spool has lost are reported
// as lost; a run that cannot go on is set aside and reported.
import * as z from 'zod';
import { ReportAnswer, type ReportedMachine } from '../schema/report.ts';
import { SET_ASIDE } from './answer.ts';
import { type EngineRefusal, no } from './refusal.ts';
import { nextBatch, type Spool, type SpooledRun } from './spool.ts';
import { LOST_MAX, lostEvent, lostFrom } from './spooled-run.ts';
import { type Reply, strange } from './transport.ts';

export type Sender = {
  spool: Spool;
  now: () => number;
  notice: (text: string) => void;
  /** The runs that are sent now: one that goes on as another is appended. */
  queue: SpooledRun[];
  post: (body: () => string, attempts?: number) => Promise<Reply | EngineRefusal>;
  /** Whether a run may go on under another machine id than its own. */
  takesOtherId: (run: string) => boolean;
  /** Has this PC, and every run in the spool that may, go on under another id. Answers the PC as it is reported from now on. */
  takeAnotherId: () => ReportedMachine;
};

/** The part of the answer that an engine needs; a later server may reject for reasons that this one does not know. */
const Answer = ReportAnswer.extend({
  rejected: z.array(z.object({ seq: z.int().nullable(), code: z.string(), field: z.string().nullable() })),
});

const IDLE_ROUNDS = 2;

/** A server's words that go to a terminal: a code, the name of a member, or nothing. */
const codeOf = (told: string): string => (/^[a-z_]{1,64}$/.test(told) ? told : 'unknown');
const fieldOf = (told: string | null): string => (told && /^[\w.[\]-]{1,128}$/.test(told) ? ` (${told})` : '');

/** Null: all of it is sent, or it goes on as another. `done` is counted up. */
export async function sendRun(
  sender: Sender,
  spooled: SpooledRun,
  machine: ReportedMachine,
  done: { sent: number; rejected: number },
  attempts?: number,
): Promise<EngineRefusal | null> {
  const { spool, notice } = sender;
  let run = spooled;
  let { nextSeq } = run;
  // A server may go back to a gap, once; then it moves on with each round. One that does not ends it.
  let furthest = 0;
  for (let idle = 0; idle < IDLE_ROUNDS; ) {
    const batch = nextBatch(run, nextSeq);
    if (batch.length === 0) return null;
    const takesOtherId = sender.takesOtherId(run.id);
    const envelope = takesOtherId
      ? { ...run.envelope, machine: { ...run.envelope.machine, takesOtherId } }
      : run.envelope;
    const body = () => [{ ...envelope, sentAt: sender.now() }, ...batch].map((line) => JSON.stringify(line)).join('\n');
    const reply = await sender.post(body, attempts);
    if (!reply.ok) return reply;
    if (takesOtherId && reply.code === 'shared_machine_id') {
      const other = sender.takeAnotherId();
      readAnew(sender);
      const again = spool.run(run.id);
      return again && sendRun(sender, again, other, done, attempts);
    }
    if (reply.code !== null) return refused(sender, run, machine, reply.code);
    const answer = Answer.safeParse(reply.json);
    if (!answer.success) return strange(reply.status);
    done.sent += answer.data.accepted;
    done.rejected += answer.data.rejected.length;
    for (const { seq, code, field } of answer.data.rejected)
      notice(`event ${seq} was rejected: ${codeOf(code)}${fieldOf(field)}`);
    nextSeq = answer.data.nextSeq;
    idle = nextSeq > furthest ? 0 : idle + 1;
    furthest = Math.max(furthest, nextSeq);
    spool.acknowledge(run.id, nextSeq);
    const lost = lostFrom(run.events, nextSeq);
    if (lost.length === 0) continue;
    if (lost.length > LOST_MAX) return setAside(sender, run, 'too_much_lost', 'Too much of this run is lost.');
    // Only now: a number that the server has is not lost, whatever happened to it here.
    notice(
      `${lost.length === 1 ? 'an event was' : `${lost.length} events were`} lost before being sent, from ${nextSeq} on`,
    );
    run = spool.fillIn(
      run,
      lost.map((seq) => lostEvent(seq, sender.now())),
    );
  }
  return setAside(sender, run, 'goes_nowhere', 'The server does not go on with this run.');
}

/** Those that are still to be sent may go on under another id than when they were read. */
function readAnew({ spool, queue }: Sender): void {
  for (const [at, { id }] of queue.entries()) {
    const run = spool.run(id);
    if (run) queue[at] = run;
  }
}

function refused(sender: Sender, run: SpooledRun, machine: ReportedMachine, code: string): EngineRefusal | null {
  const says = `The server refused the report (${code}).`;
  if (!SET_ASIDE.some((one) => one === code)) return no('rejected', says);
  // A clone of an image with a run in its spool: the run was begun by the PC that the image was made of. Once: a run
  // made anew belongs to nobody else.
  if (code !== 'run_conflict' || sender.spool.isOwnOfAnother(run.id)) return setAside(sender, run, code, says);
  const own = sender.spool.goOnAsOwn(run.id, machine);
  const followed = own === null ? null : sender.spool.run(own);
  if (followed) sender.queue.push(followed);
  sender.notice(`a run in the spool is another PC's; what is unsent of it goes on as ${own}`);
  return null;
}

function setAside({ spool, notice }: Sender, run: SpooledRun, code: string, says: string): EngineRefusal {
  spool.halt(run.id, code);
  notice(`a run was set aside: ${run.id} (${code})`);
  return no('rejected', says, 'set_aside');
}
