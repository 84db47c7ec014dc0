// The handlers for engines.
import type { Taken } from '../../objects/secrets/escrow.ts';
import { isRefusal, type Refusal } from '../../schema/refusal.ts';
import { engine } from '../../schema/routes/engine.ts';
import type { Receipt } from '../../schema/secret.ts';
import { type Answered, handled } from '../core/route.ts';

/** A receipt: 201 for a new secret, 200 for a resend. */
export const receipted = (taken: Taken | Refusal): Answered<Receipt> | Refusal =>
  isRefusal(taken) ? taken : { status: taken.created ? 201 : 200, json: taken.receipt };

export const engineRoutes = handled(engine, {
  'GET /v1/tenant/pubkey': ({ object, caller }) => object.publicKey(caller),
  // As text: the platform copies an object member by member, which for a report's events costs more than JSON on both sides.
  'POST /v1/report': ({ object, caller, body }) => object.report(caller, JSON.stringify(body)),
  'POST /v1/secret': async ({ object, caller, body }) => receipted(await object.escrow(caller, body)),
});
