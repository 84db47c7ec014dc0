// What `GET /health` says. A noun of its own, as each of these schemas: it is of no tenant.
import * as z from 'zod';

export const Health = z.object({
  ok: z.boolean(),
  version: z.string(),
  index: z.boolean(),
  object: z.boolean(),
  checkedAt: z.int(),
});
export type Health = z.infer<typeof Health>;
