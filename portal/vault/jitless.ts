// Imported before any schema: zod would try eval once, as its first schema is made, and under our CSP that is a violation report for nothing.
import * as z from 'zod';

z.config({ jitless: true });
