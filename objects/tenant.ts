// A tenant's object: the single writer of all that belongs to one tenant. Its calls are in objects/calls, by noun; the
// rules and the SQL are in the rooms of their nouns. It keeps sealed secrets and has no code that opens one.
import { isRefusal } from '../schema/refusal.ts';
import { OperatorCalls } from './calls/operator.ts';
import { alarmIsGone } from './core/alarms.ts';
import { wasFull } from './core/full.ts';
import { type AlarmNotes, logCalls, loggedAlarm, loggedCall } from './core/log.ts';
import { isRestoring } from './core/restore-progress.ts';
import { arm, doDuties, makeRoom, takeTurn } from './duties.ts';
import { readUpgrade } from './live/upgrade.ts';

/** The last of the classes in objects/calls inherits the calls of all. */
export class Tenant extends OperatorCalls {
  protected override readonly arm = (now: number): void => arm(this.ctx.storage, this.env, now);

  /** Answers without touching storage: for `/health`, on a fixed probe object that never becomes a tenant. */
  ping(): 'pong' {
    return 'pong';
  }

  /** Only for the upgrade of a live socket, which no RPC call can answer. A refusal is answered in JSON. */
  override async fetch(request: Request): Promise<Response> {
    const { caller, asked } = readUpgrade(request);
    const accepted = loggedCall('live', caller, () =>
      this.gate.anybody(
        caller,
        'live',
        this.gate.paced('personSockets', caller, (now) => this.live.accept(caller, asked, now)),
      ),
    );
    return isRefusal(accepted) ? Response.json(accepted) : accepted;
  }

  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    this.live.heard(socket, said, Date.now());
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.live.closed(socket, code, this.gate.requireTenant());
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    alarmIsGone(this.sql);
    try {
      await loggedAlarm(info?.retryCount ?? 0, (notes) => this.#doWhatIsDue(notes));
    } catch (error) {
      // The platform tries again, and at last gives up: the next call is to set it anew.
      alarmIsGone(this.sql);
      throw error;
    }
  }

  async #doWhatIsDue(notes: AlarmNotes): Promise<void> {
    const tenant = this.gate.requireTenant();
    notes.tenant = tenant;
    // A backup that is half in is no state to act on; its last step sets the alarm again.
    if (isRestoring(this.sql)) return;
    const now = Date.now();
    if (wasFull(this.sql, now)) return makeRoom(this.ctx.storage, now);
    const due = takeTurn(this.ctx.storage, tenant, now);
    notes.due = due;
    await doDuties(
      {
        storage: this.ctx.storage,
        env: this.env,
        tenant,
        told: (seq) => this.gate.told(seq),
        lookAtSuspension: () => this.operation.look(),
      },
      due,
    );
    this.gate.follow(Date.now());
    this.arm(Date.now());
  }
}

logCalls(Tenant);
