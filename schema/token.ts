// Machine tokens as people manage them. The token itself is never here.
import { z } from 'zod';

export const TokenRevoked = z.object({ id: z.string(), revokedAt: z.int() });
export type TokenRevoked = z.infer<typeof TokenRevoked>;
