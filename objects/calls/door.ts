// What every call of a tenant's object stands on. Each file beside this one adds the calls of one noun; objects/tenant.ts is the object that has
// them all.
import { DurableObject } from 'cloudflare:workers';
import { RunningExports } from '../audit/running-exports.ts';
import type { Bindings } from '../core/bindings.ts';
import { watchFull } from '../core/full.ts';
import { beginRemembering } from '../core/memory.ts';
import { countRows } from '../core/meter.ts';
import { TokenUses } from '../limits/token-uses.ts';
import { Live } from '../live/live.ts';
import { Administration } from './administration.ts';
import { Gate } from './gate.ts';
import { Operation } from './operation.ts';

/**
 * RPC reaches every method and accessor of the classes, whatever TypeScript declares it as: anything that must not be
 * called is a field or #private.
 */
export abstract class Door extends DurableObject<Bindings> {
  protected readonly sql = this.ctx.storage.sql;
  protected readonly uses = new TokenUses(this.sql);
  protected readonly gate = new Gate(this.ctx.storage, this.uses, (now) => this.arm(now));
  protected readonly administration = new Administration(
    this.ctx.storage,
    this.gate,
    this.uses,
    () => this.env.INDEX_DB,
  );
  protected readonly operation = new Operation(this.ctx.storage, this.gate, () => this.env.INDEX_DB);
  protected readonly live = new Live(this.ctx);
  protected readonly exports = new RunningExports();
  /** Sets the alarm to what is due next. */
  protected abstract readonly arm: (now: number) => void;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    countRows(ctx.storage.sql);
    watchFull(ctx.storage.sql, ctx.id.toString());
    beginRemembering(ctx.storage);
  }
}
