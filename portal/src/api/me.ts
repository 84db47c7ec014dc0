// The API of who is signed in.
import { call } from './call.ts';

export const me = () => call('GET /v1/me');
