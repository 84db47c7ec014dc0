// RFC 9457 problem details, as every refusal and fault leaves the Worker.
import * as z from 'zod';

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  /** How long to wait, in seconds, if waiting helps; the same as the header `Retry-After`. */
  retryAfterSeconds: z.int().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
