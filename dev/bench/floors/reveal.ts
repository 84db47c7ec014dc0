// The floor of a reveal: who asks is proven by their Access token, looked up in D1, and one row says so. Nothing is found, budgeted or chained.
import { createRemoteJWKSet } from 'jose/jwks/remote';
import { type JWTVerifyGetKey, jwtVerify } from 'jose/jwt/verify';
import type { FloorBindings } from './bindings.ts';

let keys: JWTVerifyGetKey | null = null;

export async function floorReveal(request: Request, { DB, ROW, ISSUER, AUDIENCE }: FloorBindings): Promise<Response> {
  keys ??= createRemoteJWKSet(new URL('/cdn-cgi/access/certs', ISSUER));
  const { payload } = await jwtVerify(request.headers.get('cf-access-jwt-assertion') ?? '', keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['RS256'],
  });
  const member = await DB.prepare('SELECT tenant_id, role FROM users WHERE email = ?').bind(payload.email).first();
  if (member === null) return new Response(null, { status: 403 });
  await ROW.getByName('one').put(await request.text());
  return Response.json({ sealed: '' });
}
