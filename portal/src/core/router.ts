// Where the app is: real URLs, back and forward, links that open in a new tab as links do.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Place =
  | { page: 'start' | 'search' | 'operator' }
  | {
      page:
        | 'fleet'
        | 'set-up'
        | 'settings'
        | 'keys'
        | 'access'
        | 'people'
        | 'tokens'
        | 'safekeeping'
        | 'audit'
        | 'upload'
        | 'notices';
      tenant: string;
    }
  | { page: 'machine'; tenant: string; machine: string }
  | { page: 'unknown' };

const PATTERNS: [RegExp, (...ids: string[]) => Place][] = [
  [/^\/$/, () => ({ page: 'start' })],
  [/^\/search$/, () => ({ page: 'search' })],
  [/^\/operator$/, () => ({ page: 'operator' })],
  [/^\/t\/([a-z0-9-]+)$/, (tenant = '') => ({ page: 'fleet', tenant })],
  [/^\/t\/([a-z0-9-]+)\/set-up$/, (tenant = '') => ({ page: 'set-up', tenant })],
  [/^\/t\/([a-z0-9-]+)\/keys$/, (tenant = '') => ({ page: 'keys', tenant })],
  [/^\/t\/([a-z0-9-]+)\/access$/, (tenant = '') => ({ page: 'access', tenant })],
  [/^\/t\/([a-z0-9-]+)\/people$/, (tenant = '') => ({ page: 'people', tenant })],
  [/^\/t\/([a-z0-9-]+)\/tokens$/, (tenant = '') => ({ page: 'tokens', tenant })],
  [/^\/t\/([a-z0-9-]+)\/safekeeping$/, (tenant = '') => ({ page: 'safekeeping', tenant })],
  [/^\/t\/([a-z0-9-]+)\/audit$/, (tenant = '') => ({ page: 'audit', tenant })],
  [/^\/t\/([a-z0-9-]+)\/notices$/, (tenant = '') => ({ page: 'notices', tenant })],
  [/^\/t\/([a-z0-9-]+)\/settings$/, (tenant = '') => ({ page: 'settings', tenant })],
  [/^\/t\/([a-z0-9-]+)\/upload$/, (tenant = '') => ({ page: 'upload', tenant })],
  [
    /^\/t\/([a-z0-9-]+)\/machines\/([A-Za-z0-9-]+)$/,
    // An id may be pasted in capitals, as Windows shows it.
    (tenant = '', machine = '') => ({ page: 'machine', tenant, machine: machine.toLowerCase() }),
  ],
];

export function placeOf(pathname: string): Place {
  // A slash at the end, as some mail programs and people put one, is the same page.
  const path = pathname.replace(/(?<=.)\/+$/, '');
  for (const [pattern, make] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return make(...match.slice(1));
  }
  return { page: 'unknown' };
}

let held: { question: string; url: string } | null = null;

/** While a question stands, leaving this place within the app asks it first. Null takes it away. */
export function holdHere(question: string | null): void {
  held = question === null ? null : { question, url: location.pathname + location.search };
}

function mayLeave(): boolean {
  if (held && !window.confirm(held.question)) return false;
  held = null;
  return true;
}

/** Goes to a path of the app without loading a page. */
export function go(path: string, replace = false): void {
  if (!mayLeave()) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/** Keeps its host at the place the URL names and turns clicks on the app's own links into `go`. */
export class Router implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  place: Place = placeOf(location.pathname);

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('popstate', this.#moved);
    document.addEventListener('click', this.#clicked);
  }

  hostDisconnected(): void {
    window.removeEventListener('popstate', this.#moved);
    document.removeEventListener('click', this.#clicked);
  }

  #moved = (): void => {
    // Back and forward have moved already: who stays is put back.
    if (held && !mayLeave()) {
      history.pushState(null, '', held.url);
      return;
    }
    this.place = placeOf(location.pathname);
    this.#host.requestUpdate();
  };

  #clicked = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
    if (!link || link.target || link.origin !== location.origin || placeOf(link.pathname).page === 'unknown') return;
    event.preventDefault();
    go(link.pathname + link.search);
    window.scrollTo(0, 0);
  };
}
