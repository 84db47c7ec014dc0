// Every route with its handler, as worker/routes.ts serves them noun by noun.
import { nouns } from '../../worker/routes.ts';

export const routes = (await Promise.all(nouns.map((load) => load()))).flat();
