// What `GET /health` says.
import { z } from 'zod';

export const Health = z.object({
  ok: z.boolean(),
  version: z.string(),
  index: z.boolean(),
  object: z.boolean(),
  checkedAt: z.int(),
});
export type Health = z.infer<typeof Health>;
