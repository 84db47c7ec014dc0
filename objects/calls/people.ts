// Members and leavers.
import type {
  Member,
  PeopleList,
  PeopleQuery,
  PersonAdd,
  PersonRemoved,
  RevealedReport,
  Role,
} from '../../schema/person.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Caller, Person } from '../core/caller.ts';
import { KeyringCalls } from './keyring.ts';

export abstract class PeopleCalls extends KeyringCalls {
  /** The tenant's people, and how far each leaver's act has come. */
  people(caller: Caller<Person>, query: PeopleQuery): Promise<PeopleList | Refusal> {
    return this.administration.people(caller, query);
  }

  addPerson(caller: Caller<Person>, wanted: PersonAdd): Promise<Member | Refusal> {
    return this.administration.addPerson(caller, wanted);
  }

  changeRole(caller: Caller<Person>, id: string, role: Role): Promise<Member | Refusal> {
    return this.administration.changeRole(caller, id, role);
  }

  /** Begins a leaver's act: out here at once, in the index as soon as it answers. */
  removePerson(caller: Caller<Person>, id: string): Promise<PersonRemoved | Refusal> {
    return this.administration.removePerson(caller, id);
  }

  /** What a person has revealed, and which of it has no newer version since. */
  revealedBy(caller: Caller<Person>, id: string, after: string | undefined): Promise<RevealedReport | Refusal> {
    return this.administration.revealedBy(caller, id, after);
  }
}
