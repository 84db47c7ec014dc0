// The product, whose answers wait as long as in production: there the output gate holds an answer back until the platform has the write at a
// second place, while the object goes on. Here the Worker waits after the object has answered, which is the same to both.
import worker from '../../worker/index.ts';

export { Tenant } from '../../objects/tenant.ts';

/** 10 to 13 ms in production. */
const GATE_MS = 12;

export default {
  async fetch(...[request, bindings]: Parameters<typeof worker.fetch>): Promise<Response> {
    const response = await worker.fetch(request, bindings);
    await scheduler.wait(GATE_MS);
    return response;
  },
};
