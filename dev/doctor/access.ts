// Checks of Access: its keys, what it lets through, what it keeps out. Each decides over observed answers.
import { createPublicKey } from 'node:crypto';
import { type Answer, isAnswer, jsonOf, problemCode, type Seen, wordsFor } from './ask.ts';
import { check, type Finding } from './finding.ts';

const APPLICATION = 'in the Access application (guide, step 2 D)';
/** The Worker accepts a token whose time is off by this much. */
const TOLERANCE_MS = 30_000;
const NOTABLE_MS = 5_000;

/** The team's keys, as the Worker fetches them: at least one RSA key for RS256. */
export function certs(seen: Seen, team: string): Finding {
  const { ok, fail } = check('access-keys');
  const fix = 'check ACCESS_TEAM_DOMAIN: Zero Trust → Settings → Custom pages shows the team domain';
  if (!isAnswer(seen) || seen.status !== 200)
    return fail(`${team}/cdn-cgi/access/certs does not answer (${wordsFor(seen)})`, fix);
  const keys = jsonOf(seen)?.keys;
  const usable = Array.isArray(keys) ? keys.filter(isRs256).length : 0;
  return usable > 0 ? ok(`${usable} for RS256 at ${team}`) : fail(`${team} gives no RS256 key that can be read`, fix);
}

function isRs256(jwk: { kty?: string; alg?: string; kid?: string; n?: string; e?: string }): boolean {
  if (jwk?.kty !== 'RSA' || jwk.alg !== 'RS256' || !jwk.kid) return false;
  try {
    const { kty, n, e } = jwk;
    return createPublicKey({ key: { kty, n, e }, format: 'jwk' }).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** This machine's clock against an answer's Date, which is in whole seconds. */
export function clock(seen: Seen): Finding {
  const { ok, warn, fail } = check('clock');
  const date = isAnswer(seen) ? Date.parse(seen.headers.date ?? '') : Number.NaN;
  if (Number.isNaN(date)) return warn('no host told its time', 'check the hosts above first');
  const { askedAt, answeredAt } = seen as Answer;
  const offMs = date + 1000 < askedAt ? askedAt - date - 1000 : date > answeredAt ? date - answeredAt : 0;
  const fix = 'set this machine’s clock by NTP; PCs whose clocks are off seal secrets with a wrong date';
  const found = `this machine is ${Math.round(offMs / 1000)} s ${date > answeredAt ? 'behind' : 'ahead'}`;
  if (offMs > TOLERANCE_MS) return fail(found, fix);
  return offMs > NOTABLE_MS ? warn(found, fix) : ok('agrees with the team domain’s');
}

/**
 * Which server answers there: Access redirects to its team or refuses, with its own page; the Worker's problems are
 * known.
 */
function gate(seen: Answer, team: string): 'access' | 'another team' | 'none' {
  const { location } = seen.headers;
  if (seen.status >= 300 && seen.status < 400 && location && URL.canParse(location)) {
    if (new URL(location).origin === team) return 'access';
    if (new URL(location).hostname.endsWith('.cloudflareaccess.com')) return 'another team';
  }
  return (seen.status === 401 || seen.status === 403) && problemCode(seen) === null ? 'access' : 'none';
}

/** A host that must not answer without a sign-in. `what` names it in the finding. */
export function protectedHost(name: string, what: string, seen: Seen, team: string): Finding {
  const { ok, fail } = check(name);
  if (!isAnswer(seen)) return fail(`${what} does not answer (${seen.unreachable})`, 'give it its custom domain first');
  switch (gate(seen, team)) {
    case 'access':
      return ok(`${what} asks for a sign-in`);
    case 'another team':
      return fail(`${what} is behind another team’s Access`, 'check ACCESS_TEAM_DOMAIN');
    default:
      return fail(`${what} answers without a sign-in (${wordsFor(seen)})`, `add its host name ${APPLICATION}`);
  }
}

/**
 * Additional addresses that the platform gives: each has to ask for a sign-in, lead to the portal, or not exist.
 * `reachable`: this machine reaches anything at all; otherwise silence proves nothing.
 */
export function previews(
  seen: readonly { host: string; seen: Seen }[],
  { team, portal, reachable }: { team: string; portal: string; reachable: boolean },
): Finding {
  const { ok, warn, fail } = check('preview-hosts');
  const isShut = (one: Seen) =>
    !isAnswer(one) ||
    gate(one, team) === 'access' ||
    one.status === 404 ||
    (one.status >= 300 && one.status < 400 && (one.headers.location ?? '').startsWith(`${portal}/`));
  const open = seen.filter((one) => !isShut(one.seen)).map(({ host }) => new URL(host).host);
  if (open.length > 0)
    return fail(
      `${open.join(', ')} answers without a sign-in`,
      'Workers & Pages → the project → Settings → Access policy, and preview_urls = false',
    );
  if (!reachable) return warn('could not be asked', 'look again with a network');
  return ok(seen.length === 0 ? 'there are none' : `none of ${seen.length} answers without a sign-in`);
}

/** The browser's question before it calls the API: Access answers it, by its CORS settings. */
export function preflight(seen: Seen, portal: string): Finding {
  const { ok, fail } = check('preflight');
  if (!isAnswer(seen)) return fail(`the API does not answer (${seen.unreachable})`, 'give it its custom domain first');
  if (seen.status !== 200 && seen.status !== 204)
    return fail(`OPTIONS is not answered (${wordsFor(seen)})`, `fill in the CORS settings ${APPLICATION}`);
  const value = (name: string) => seen.headers[`access-control-allow-${name}`] ?? '';
  const list = (name: string) =>
    value(name)
      .toLowerCase()
      .split(/\s*,\s*/);
  if (value('origin') !== portal)
    return fail(`it allows the origin "${value('origin')}"`, `allow exactly ${portal} ${APPLICATION}`);
  const methods = ['get', 'post'].filter((method) => !list('methods').includes(method));
  if (methods.length > 0)
    return fail(`it does not allow ${methods.join(', ').toUpperCase()}`, `allow GET, POST, OPTIONS ${APPLICATION}`);
  if (!list('headers').includes('content-type'))
    return fail('it does not allow the header content-type', `allow the header content-type ${APPLICATION}`);
  return value('credentials') === 'true'
    ? ok(`allows ${portal}, GET and POST, content-type, credentials`)
    : fail('it does not allow credentials', `turn on Allow credentials ${APPLICATION}`);
}
