// The app's place: real URLs, back and forward, and links that open in a new tab as links do.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

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
export class Router<Place extends { page: string }> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #placeOf: (pathname: string) => Place;
  place: Place;

  /** `placeOf` answers the page 'unknown' where a path is none of the app's. */
  constructor(host: ReactiveControllerHost, placeOf: (pathname: string) => Place) {
    this.#host = host;
    this.#placeOf = placeOf;
    this.place = placeOf(location.pathname);
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
    // Back and forward have moved already: a person who stays is put back.
    if (held && !mayLeave()) {
      history.pushState(null, '', held.url);
      return;
    }
    this.place = this.#placeOf(location.pathname);
    this.#host.requestUpdate();
  };

  #clicked = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
    if (!link || link.target || link.origin !== location.origin || this.#placeOf(link.pathname).page === 'unknown')
      return;
    event.preventDefault();
    go(link.pathname + link.search);
    window.scrollTo(0, 0);
  };
}
