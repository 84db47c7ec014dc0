// The name of an act: what a request that changes something may call it, so that it is done once however often it is asked for.
import * as z from 'zod';
import { Uuid } from './text.ts';

/** In the address of a person's POST: a header of our own would have to be allowed in Access, and a body has its own schema. */
export const ActQuery = z.strictObject({ act: Uuid.optional() });
