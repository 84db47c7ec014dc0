// A tenant’s people: who they are, how they come, change and go, and what they revealed.
import {
  Member,
  PeopleList,
  PeopleQuery,
  PersonAdd,
  PersonRemoved,
  RevealedQuery,
  RevealedReport,
  RoleChange,
} from '../person.ts';
import { ADMINS, AUDITORS, json, type Rows, SMALL_BODY_BYTES } from './row.ts';

export const people = {
  'GET /v1/tenants/:tenant/people': {
    who: 'member',
    summary: 'The tenant’s people, and how far each leaver’s act has come',
    roles: AUDITORS,
    audit: null,
    query: PeopleQuery,
    answer: PeopleList,
  },
  'POST /v1/tenants/:tenant/people': {
    who: 'member',
    summary: 'Add a person by address; one who was removed comes back',
    roles: ADMINS,
    audit: ['person.added'],
    body: json(PersonAdd, SMALL_BODY_BYTES),
    answer: Member,
    status: 201,
    refuses: ['already_member', 'too_many_people', 'index_unreachable', 'rate_limited'],
  },
  'POST /v1/tenants/:tenant/people/:person/role': {
    who: 'member',
    summary: 'Change a person’s role at once; a lower one begins the leaver’s act',
    roles: ADMINS,
    audit: ['person.role_changed'],
    body: json(RoleChange, SMALL_BODY_BYTES),
    answer: Member,
    refuses: ['unknown_person', 'not_yourself', 'last_admin', 'rate_limited'],
  },
  'POST /v1/tenants/:tenant/people/:person/remove': {
    who: 'member',
    summary: 'Remove a person at once; what they could open is closed to them by the leaver’s act',
    roles: ADMINS,
    audit: ['person.removed'],
    answer: PersonRemoved,
    refuses: ['unknown_person', 'not_yourself', 'last_admin'],
  },
  'GET /v1/tenants/:tenant/people/:person/revealed': {
    who: 'member',
    summary: 'What a person has revealed, and which of it has no newer version since',
    roles: AUDITORS,
    audit: null,
    query: RevealedQuery,
    answer: RevealedReport,
    refuses: ['unknown_person'],
  },
} as const satisfies Rows;
