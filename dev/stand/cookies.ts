// The cookies that Access sets, one for each application it protects.
import type { IncomingMessage } from 'node:http';

// Ports do not separate cookies: one name for both applications would hide every fault that two hosts would show.
export const COOKIES = { portal: 'CF_Authorization_portal', api: 'CF_Authorization_api' } as const;

export type Application = keyof typeof COOKIES;

export const cookieOf = (request: IncomingMessage, application: Application): string | null =>
  new RegExp(`(?:^|;\\s*)${COOKIES[application]}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? null;

/** The headers that set one for each application. */
export const setCookies = (values: Record<Application, string>, seconds: number): string[] =>
  (['portal', 'api'] as const).map(
    (application) =>
      `${COOKIES[application]}=${values[application]}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`,
  );
