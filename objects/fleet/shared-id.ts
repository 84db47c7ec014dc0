// A machine id that many PCs have. An engine that can take another is told to; from any other engine the id is
// accepted, since a secret that is refused is lost, and the machine is flagged (attention.ts).
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { isSharedId } from '../../schema/shared-ids.ts';
import type { Caller } from '../core/caller.ts';

/**
 * The facts to decide on. `isGoingOn`: a run that is known under this id, and cannot change it any more. `isSplit`:
 * whether an admin has said that several PCs have it (splitting.ts).
 */
type Asked = { id: string; takesOtherId: boolean | null | undefined; isGoingOn: boolean; isSplit: () => boolean };

/** Pure. Null: it is accepted. A person who brings a file is never refused: nothing in it can be sealed anew. */
export const refuseShared = (
  { principal }: Pick<Caller, 'principal'>,
  { id, takesOtherId, isGoingOn, isSplit }: Asked,
): Refusal | null =>
  principal.kind === 'machine' && takesOtherId === true && !isGoingOn && (isSharedId(id) || isSplit())
    ? refuse('shared_machine_id', 'machine: many PCs have this id; make a random one, keep it, and go on under that.')
    : null;
