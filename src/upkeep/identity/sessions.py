"""Ending sessions. A session carries a hash over the user's password and session version that is compared whenever the
user is loaded, which every request does anyway: ending costs one UPDATE, and looking costs nothing."""

from upkeep.parties.actions import raise_session_version


def end_sessions(*, user_id: int) -> None:
    """All sessions of the user, wherever they are, are void from their next request on."""
    raise_session_version(user_id=user_id)
