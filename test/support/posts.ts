// The portal's effects: each route that it names and that has an effect, read from its text, so that a new one is
// noticed. There is no other way to send something: `call` and `download` take the name of a route
// (portal/src/api/call.ts).
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '../../portal/src');
const POST = /'POST (\/[^']*)'/g;

/** Paths below the tenant's own, and the operators' whole, with a star for each id. */
export function portalPosts(): string[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(path.join(FOLDER, file), 'utf8').matchAll(POST)].map(([, route = '']) =>
      route.replace('/v1/tenants/:tenant/', '').replaceAll(/:\w+/g, '*'),
    ),
  );
  if (found.length === 0) throw new Error('the portal names no route that has an effect');
  return found;
}
