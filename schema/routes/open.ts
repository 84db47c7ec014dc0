// Routes for anybody, and for everybody who is signed in: health, this document, who am I.
import * as z from 'zod';
import { Health } from '../health.ts';
import { Me } from '../person.ts';
import type { Rows } from './row.ts';

export const open = {
  'GET /health': {
    who: 'anyone',
    summary: 'Whether the Worker, D1 and a Durable Object answer',
    audit: null,
    answer: Health,
  },
  'GET /openapi.json': {
    who: 'anyone',
    summary: 'This API as OpenAPI 3.1',
    audit: null,
    answer: z.record(z.string(), z.unknown()),
  },
  'GET /v1/me': {
    who: 'person',
    summary: 'Who is signed in, and where they are a member',
    audit: null,
    answer: Me,
  },
  'GET /v1/sign-in': {
    who: 'person',
    summary:
      'Where the portal’s pop-up signs in again: Access stands before it, and it sends the browser on to the portal',
    audit: null,
    answer: { redirects: 'To the portal’s /signed-in, which tells the other tabs' },
  },
} as const satisfies Rows;
