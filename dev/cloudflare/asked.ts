// A call as its answer reads it: its parameters, query and body. A body is read once, whole.
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import type { Call } from './calls.ts';

export class Asked {
  readonly params: Record<string, string>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly #body: Buffer;

  constructor(params: Record<string, string>, query: URLSearchParams, headers: IncomingHttpHeaders, body: Buffer) {
    this.params = params;
    this.query = query;
    this.headers = headers;
    this.#body = body;
  }

  get(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`the call has no parameter ${name}`);
    return value;
  }

  json<T>(): T {
    return JSON.parse(this.#body.length > 0 ? this.#body.toString('utf8') : '{}') as T;
  }

  /** The part of the body that is JSON: all of it, or the metadata beside uploaded modules. Undefined if there is none. */
  async said(): Promise<unknown> {
    const type = this.headers['content-type'] ?? '';
    if (type.includes('json')) return this.json();
    const metadata = type.startsWith('multipart/') ? (await this.form()).get('metadata') : null;
    return metadata === null ? undefined : JSON.parse(await textOf(metadata));
  }

  form(): Promise<FormData> {
    const headers = { 'content-type': this.headers['content-type'] ?? '' };
    return new Response(new Uint8Array(this.#body), { headers }).formData();
  }
}

/** A part of a form as text, whether it came as a field or as a file. */
export const textOf = async (part: ReturnType<FormData['get']>): Promise<string> =>
  part === null || typeof part === 'string' ? (part ?? '') : part.text();

/** The answers to some of the calls. */
export type Answers = Partial<Record<Call, (asked: Asked) => Answer | Promise<Answer>>>;
