// The handlers for engines.
import type { Taken } from '../../objects/secrets/escrow.ts';
import { isRefusal, type Refusal } from '../../schema/refusal.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import { engine } from '../../schema/routes/engine.ts';
import type { Receipt } from '../../schema/secret.ts';
import { type Answered, handled } from '../core/route.ts';

/** A receipt: 201 for a new secret, 200 for a resend. */
export const receipted = (taken: Taken | Refusal): Answered<Receipt> | Refusal =>
  isRefusal(taken) ? taken : { status: taken.created ? 201 : 200, json: taken.receipt };

/** An answer that came as text; where none did, why. */
const heard = <T>(answer: string | Refusal): T | Refusal => (isRefusal(answer) ? answer : JSON.parse(answer));

export const engineRoutes = handled(engine, {
  'GET /v1/tenant/pubkey': ({ object, caller }) => object.publicKey(caller),
  'POST /v1/report': async ({ object, caller, body }) =>
    heard<ReportAnswer>(await object.engineSays('report', JSON.stringify([caller, body]))),
  'POST /v1/secret': async ({ object, caller, body }) =>
    receipted(heard<Taken>(await object.engineSays('escrow', JSON.stringify([caller, body])))),
});
