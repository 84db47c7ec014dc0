// Which rows of a long list are near the screen. Rows have one height and scroll with the page; only those near it are in the document.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

/** Rows kept ready on either side, so that a fast wheel does not meet a gap. */
const SPARE_ROWS = 8;
/** The window moves by this many rows at a time: a render for each pixel would be wasted. */
const STEP = 4;
/** Nobody scrolls any more. */
const AT_REST_MS = 150;

type List = {
  length(): number;
  body(): HTMLElement | null /** An unseen row, to measure. */;
  ruler(): HTMLElement | null;
};

export class Windowing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #list: List;
  readonly #observer = new ResizeObserver(() => this.#measure());
  first = 0;
  /** The first one after the window. */
  end = SPARE_ROWS;
  rowHeight = 0;
  #length = -1;
  /** So many elements there are; each has a number, and they stand in the document in the order of their numbers. */
  #slots = SPARE_ROWS;
  #lowest = 0;
  /** The row in the element of the lowest number. */
  #origin = 0;
  /** Elements and rows have one order: nothing is drawn in an element that another row has left. */
  #pinned = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, list: List) {
    this.#host = host;
    this.#list = list;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('scroll', this.#scrolled, { passive: true });
    window.addEventListener('resize', this.#measure);
    // The content above the list may grow and move the place where the list begins.
    this.#observer.observe(document.body);
  }

  hostDisconnected(): void {
    window.removeEventListener('scroll', this.#scrolled);
    window.removeEventListener('resize', this.#measure);
    this.#observer.disconnect();
    clearTimeout(this.#rest);
  }

  #scrolled = (): void => {
    this.#measure();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(this.#inOrder, AT_REST_MS);
  };

  /** Once nobody scrolls any more the rows stand in the document in their order, as they are read and tabbed through. */
  #inOrder = (): void => {
    if (this.#pinned || this.#origin === this.first) return;
    this.#origin = this.first;
    this.#host.requestUpdate();
  };

  hostUpdated(): void {
    const ruler = this.#list.ruler();
    if (ruler && this.#length < 0) this.#observer.observe(ruler);
    if (this.#length !== this.#list.length()) this.#measure();
  }

  /**
   * Which element a row is drawn in. A row that comes takes the element of one that has gone: to write other words costs a fraction of making
   * and laying out anew, or of moving it in the document.
   */
  element(row: number): number {
    const place = row - this.#origin;
    if (this.#pinned) return this.#lowest + place;
    return this.#lowest + (((place % this.#slots) + this.#slots) % this.#slots);
  }

  /** What is to be drawn, in the order of the document. `kept`: a row that is drawn wherever it is. */
  drawn(kept: number | null): { row: number; element: number }[] {
    const last = Math.min(this.end, this.#list.length());
    const rows = Array.from({ length: Math.max(0, last - this.first) }, (_, place) => this.first + place);
    if (kept !== null && kept >= 0 && kept < this.#list.length()) {
      if (this.#pinned) this.#origin = kept;
      if (!rows.includes(kept)) rows.push(kept);
    }
    return rows.map((row) => ({ row, element: this.element(row) })).sort((a, b) => a.element - b.element);
  }

  /** From now on this row has the element that it has now, wherever it is: it has the focus. Null: none has it any more. */
  pin(row: number | null): void {
    if (row === null && !this.#pinned) return;
    this.#lowest = this.element(row ?? this.first);
    this.#origin = row ?? this.first;
    this.#pinned = row !== null;
  }

  /** Scrolls no further than is needed to show a whole row on the screen, below `headHeight`. */
  bringIntoView(index: number, headHeight: number): void {
    const body = this.#list.body();
    if (!body) return;
    const top = body.getBoundingClientRect().top + index * this.rowHeight;
    const below = top + this.rowHeight - window.innerHeight;
    if (top < headHeight) window.scrollBy({ top: top - headHeight, behavior: 'instant' });
    else if (below > 0) window.scrollBy({ top: below, behavior: 'instant' });
    this.#measure();
  }

  #measure = (): void => {
    const [body, ruler] = [this.#list.body(), this.#list.ruler()];
    if (!body || !ruler) return;
    const length = this.#list.length();
    const rowHeight = ruler.offsetHeight;
    if (rowHeight === 0) return;
    if (length !== this.#length || rowHeight !== this.rowHeight) body.style.height = `${length * rowHeight}px`;
    const { top } = body.getBoundingClientRect();
    const within = (row: number) => Math.max(0, Math.min(length, row));
    const first = within(Math.floor((-top / rowHeight - SPARE_ROWS) / STEP) * STEP);
    // As many wherever it is: elements that come and go with each step would be made again and again.
    this.#slots = Math.ceil((window.innerHeight / rowHeight + 2 * SPARE_ROWS) / STEP + 1) * STEP;
    const end = within(first + this.#slots);
    const moved = first !== this.first || end !== this.end || rowHeight !== this.rowHeight;
    [this.first, this.end, this.rowHeight, this.#length] = [first, end, rowHeight, length];
    if (moved) this.#host.requestUpdate();
  };
}

class Placed extends Directive {
  #top = Number.NaN;

  render(_top: number): typeof noChange {
    return noChange;
  }

  /** By CSSOM: the CSP allows no style attribute. */
  override update(part: ElementPart, [top]: [number]): typeof noChange {
    if (top !== this.#top) (part.element as HTMLElement).style.transform = `translateY(${top}px)`;
    this.#top = top;
    return noChange;
  }
}

/** Puts an element this many pixels below the top of its list. */
export const placed = directive(Placed);
