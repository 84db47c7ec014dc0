// The handlers of the routes in schema/routes/people.ts: a line each.
import { people } from '../../schema/routes/people.ts';
import { handled } from '../core/route.ts';

export const peopleRoutes = handled(people, {
  'GET /v1/tenants/:tenant/people': ({ object, caller, query }) => object.people(caller, query),
  'POST /v1/tenants/:tenant/people': ({ object, caller, body }) => object.addPerson(caller, body),
  'POST /v1/tenants/:tenant/people/:person/role': ({ object, caller, params, body }) =>
    object.changeRole(caller, params.person, body.role),
  'POST /v1/tenants/:tenant/people/:person/remove': ({ object, caller, params }) =>
    object.removePerson(caller, params.person),
  'GET /v1/tenants/:tenant/people/:person/revealed': ({ object, caller, params, query }) =>
    object.revealedBy(caller, params.person, query.after),
});
