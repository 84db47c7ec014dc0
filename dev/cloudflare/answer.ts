// What the stand-in answers: Cloudflare's envelope around a result, or one of its refusals.

export type Answer = { status: number; body: unknown };

/** A refusal as Cloudflare says it: a status, its own code and words. */
export class Refused extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const ok = (result: unknown, more: object = {}): Answer => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result, ...more },
});

export const refusal = ({ status, code, message }: Pick<Refused, 'status' | 'code' | 'message'>): Answer => ({
  status,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
});

/** A part of a list, as `page` and `per_page` ask for it. */
export function paged(all: readonly unknown[], query: URLSearchParams): Answer {
  const page = Number(query.get('page') ?? 1);
  const perPage = Number(query.get('per_page') ?? 20);
  const result = all.slice((page - 1) * perPage, page * perPage);
  return ok(result, {
    result_info: { page, per_page: perPage, count: result.length, total_count: all.length },
  });
}
