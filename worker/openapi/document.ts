// The document as it is served.
import { list } from '../../schema/routes/contract.ts';
import { openapi } from './openapi.ts';

/** Made at the first request, then the same for the isolate's life. */
let document: ReturnType<typeof openapi> | null = null;

export function documentOf(peopleOrigin: string | null): ReturnType<typeof openapi> {
  document ??= openapi(list, peopleOrigin);
  return document;
}
