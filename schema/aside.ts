// What a revoked token brought, set aside by one act: kept, listed apart, counted nowhere. Also how much that is.
import * as z from 'zod';
import { Instant } from './text.ts';

/** The revoked token with which a run or a version was set aside. */
export const Aside = z.object({ token: z.string(), label: z.string() });
export type Aside = z.infer<typeof Aside>;

/**
 * How far the act has come. `since`: only rows that came from then on, ms since the epoch; null: all that it ever
 * brought. `runs` and `versions` are set aside at this moment.
 */
export const TokenAside = z.object({
  state: z.enum(['setting_aside', 'set_aside', 'bringing_back']),
  since: z.int().nullable(),
  at: z.int(),
  by: z.string(),
  runs: z.int(),
  versions: z.int(),
});
export type TokenAside = z.infer<typeof TokenAside>;

/** `since`: as above. */
export const SetAside = z.strictObject({ since: Instant.nullable() });
export type SetAside = z.infer<typeof SetAside>;

/** Null: nothing is set aside with it. */
export const AsideActed = z.object({ id: z.string(), aside: TokenAside.nullable() });
export type AsideActed = z.infer<typeof AsideActed>;

/** `after` is the `next` of the answer before. */
export const BroughtQuery = z.strictObject({
  since: z.coerce.number().pipe(Instant).optional(),
  after: z
    .string()
    .max(128)
    .regex(/^(runs|versions|machines)\/[0-9a-f-]{0,36}\/\d{1,15}$/, {
      error: 'must be a cursor from an earlier answer',
    })
    .optional(),
});
export type BroughtQuery = z.infer<typeof BroughtQuery>;

/**
 * The count of one slice of the rows: a reader adds the answers up until `next` is null. `machines`: those that the
 * token was the first to name.
 */
export const Brought = z.object({ runs: z.int(), versions: z.int(), machines: z.int(), next: z.string().nullable() });
export type Brought = z.infer<typeof Brought>;
