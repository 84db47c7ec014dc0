// Checks of the deployed Worker and portal: each decides over observed answers, so that a table of them can test it.
import { type Origins, originsIn } from '../stand/portal-files.ts';
import { isAnswer, jsonOf, problemCode, type Seen, wordsFor } from './ask.ts';
import { check, type Finding } from './finding.ts';

export const SIGN_IN = 'give --session-file, to look behind Access';
const redeploy = (part: string) => `npm run deploy -- --only ${part}`;

/** `/health` on the Worker's own address. */
export function health(seen: Seen, engine: string): Finding {
  const { ok, fail } = check('health');
  const answer = jsonOf(seen);
  if (!isAnswer(seen) || typeof answer?.ok !== 'boolean')
    return fail(`${engine}/health does not answer as the Worker (${wordsFor(seen)})`, redeploy('worker'));
  if (answer.index === false) return fail('the Worker runs, D1 does not answer', 'check database_id in wrangler.toml');
  if (answer.object === false) return fail('the Worker runs, its objects do not', redeploy('worker'));
  return answer.ok
    ? ok(`version ${answer.version}; D1 and objects answer`)
    : fail('the Worker is not well', 'npm run tail -- --remote');
}

/** Engines cannot sign in: their address must let them through to the Worker, which refuses them without a token. */
export function engineOpen(seen: Seen, engine: string): Finding {
  const { ok, fail } = check('engine-address');
  return problemCode(seen) === 'missing_token'
    ? ok(`${engine} takes reports from machines with a token`)
    : fail(
        `${engine}/v1/report does not ask for a token (${wordsFor(seen)})`,
        'engines need the workers.dev address, without Access',
      );
}

/**
 * At the engines' address no Access stands: the Worker itself has to turn people away there, whatever credentials they
 * bring.
 */
export function noPeopleThere(seen: Seen, engine: string): Finding {
  const { ok, fail } = check('engine-people');
  return problemCode(seen) === 'wrong_host'
    ? ok(`${engine} answers no person`)
    : fail(
        `${engine}/v1/me is answered as if Access stood before it (${wordsFor(seen)})`,
        `set API_ORIGIN to the API’s own address, then ${redeploy('worker')}`,
      );
}

/** The API behind Access. `seen` is `/health`, requested with a session if there is one. */
export function customDomain(seen: Seen, api: string, hasSession: boolean): Finding {
  const { ok, fail } = check('custom-domain');
  const fix = 'Workers & Pages → the Worker → Domains & Routes → Custom domain (guide, step 2 A)';
  if (!isAnswer(seen) || seen.status >= 404) return fail(`${api} does not answer (${wordsFor(seen)})`, fix);
  if (jsonOf(seen)?.ok === true) return ok(`${api} answers /health`);
  return hasSession
    ? fail(
        `${api} does not answer /health (${wordsFor(seen)})`,
        'is the session file fresh? It lasts as long as a sign-in',
      )
    : ok(`${api} answers, by its sign-in`);
}

/** Every answer of the Worker names the one origin that may read it: PORTAL_ORIGIN as deployed. */
export function deployedPortalOrigin(seen: Seen, portal: string): Finding {
  const { ok, fail } = check('origin-deployed');
  const allowed = isAnswer(seen) ? seen.headers['access-control-allow-origin'] : undefined;
  return allowed === portal
    ? ok(`the Worker answers to ${portal}`)
    : fail(
        `the Worker answers to ${allowed ?? 'nobody'}, not to ${portal}`,
        `set PORTAL_ORIGIN, then ${redeploy('worker')}`,
      );
}

/** The portal's page, asked with a session. Null: there is none. */
export function portalPage(seen: Seen | null, portal: string, origins: Origins): Finding {
  const { ok, warn, fail } = check('portal');
  if (seen === null) return warn('its page was not looked at', SIGN_IN);
  if (!isAnswer(seen) || seen.status !== 200)
    return fail(`${portal} does not serve its page (${wordsFor(seen)})`, redeploy('portal'));
  const policy = seen.headers['content-security-policy'] ?? '';
  for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
    if (!policy.includes(part))
      return fail(`its policy lacks ${part}`, `${redeploy('portal')}; see portal/public/_headers`);
  const sources = /connect-src ([^;]*)/.exec(policy)?.[1]?.split(/\s+/) ?? [];
  for (const origin of [origins.api, origins.api.replace(/^http/, 'ws')])
    if (!sources.includes(origin)) return fail(`its policy does not let it call ${origin}`, redeploy('portal'));
  const named = namedBy(seen.body);
  if (!named) return fail('its page is not the portal: it names no API', redeploy('portal'));
  if (named.api !== origins.api) return fail(`it calls ${named.api}, not ${origins.api}`, redeploy('portal'));
  if (named.engine !== origins.engine)
    return fail(`it gives engines ${named.engine}, not ${origins.engine}`, redeploy('portal'));
  return ok(`served with its policy; calls ${named.api}`);
}

function namedBy(html: string): Origins | null {
  try {
    return originsIn(html);
  } catch {
    return null;
  }
}

/** `/v1/me` with a session: whether the Worker accepts what Access signs. Null: there is none. */
export function signIn(seen: Seen | null): Finding {
  const { ok, warn, fail } = check('sign-in');
  if (seen === null) return warn('not tried', SIGN_IN);
  if (isAnswer(seen) && seen.status === 200) return ok('the Worker takes the team’s token');
  switch (problemCode(seen)) {
    case 'access_not_configured':
      return fail('ACCESS_AUD is blank where it is deployed', `set it, then ${redeploy('worker')}`);
    case 'invalid_session':
      return fail(
        'the Worker does not take the team’s token',
        'ACCESS_AUD or ACCESS_TEAM_DOMAIN is another application’s; both host names belong into one',
      );
    case 'access_unreachable':
      return fail('the Worker cannot fetch the team’s keys', 'check ACCESS_TEAM_DOMAIN');
    default:
      return fail(`the Worker cannot be asked (${wordsFor(seen)})`, 'is the session file fresh?');
  }
}

/** A WebSocket through Access, with a session: whatever the Worker answers, it was reached. Null: there is none. */
export function webSocket(seen: Seen | null): Finding {
  const { ok, warn, fail } = check('websocket');
  if (seen === null) return warn('not tried', SIGN_IN);
  return (isAnswer(seen) && seen.status === 101) || problemCode(seen) !== null
    ? ok('an upgrade reaches the Worker')
    : fail(
        `an upgrade does not reach the Worker (${wordsFor(seen)})`,
        'protect by host name: an Access policy of the Worker itself refuses WebSockets (guide, step 2 D)',
      );
}

/** A machine's token, asked for its tenant's key. Null: no token was given. */
export function machineToken(seen: Seen | null): Finding {
  const { ok, warn, fail } = check('machine-token');
  if (seen === null) return warn('not tried', 'give --token-file, with a token or an engine.json');
  const key = jsonOf(seen);
  if (isAnswer(seen) && seen.status === 200 && typeof key?.kid === 'string') return ok('works; its tenant has a key');
  switch (problemCode(seen)) {
    case 'no_tenant_key':
      return ok('works; its tenant has no key until an admin does the first-time set-up');
    case 'tenant_suspended':
      return fail('its tenant is suspended', 'npm run tenant -- resume ID --remote');
    case 'token_expired':
    case 'token_revoked':
      return fail('it is no longer good', 'have a new one issued in the portal, under Engine tokens');
    case 'invalid_token':
      return fail('it is not known here', 'is it of another environment? Issue one in the portal, under Engine tokens');
    default:
      return fail(`it could not be tried (${wordsFor(seen)})`, 'see health and engine-address above');
  }
}
