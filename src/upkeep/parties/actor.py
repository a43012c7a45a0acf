"""Who acts: built once per request or job, passed down as `by=`, never looked up again."""

from dataclasses import dataclass

from upkeep.parties.roles import Portal, Role, portal_of


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A user in his roles, for his organisation, in his city. `user_id` 0 is the anonymous public.

    `jurisdiction_id` is the city (or district) whose business he sees; 0 when none is known yet.
    """

    user_id: int
    name: str
    roles: frozenset[Role]
    organisation_id: int | None = None
    jurisdiction_id: int = 0
    phone: str = ""
    #: Cases that a visitor without an account began in this session.
    guest_cases: frozenset[int] = frozenset()

    @property
    def portal(self) -> Portal:
        return portal_of(self.roles)

    @property
    def is_anonymous(self) -> bool:
        return self.user_id == 0

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


ANONYMOUS = Actor(user_id=0, name="", roles=frozenset({Role.PUBLIC}))
