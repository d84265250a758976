"""Passwords: hashed with argon2id, checked in constant time, refused when they are easy to guess."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

#: Shortest password, in characters.
MIN_LENGTH = 10
#: Longest password, in characters: hashing a novel is an attack.
MAX_LENGTH = 200


#: Letters and digits that nobody mistakes for one another when he reads them out or copies them from paper.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
#: A first password is three groups of four.
_GROUPS, _GROUP_LENGTH = 3, 4


def first_password(login: str) -> str:
    """Return a random password for a first log-in, easy to read out."""
    while True:
        groups = ("".join(secrets.choice(_CLEAR) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
        password = "-".join(groups)
        if not _broken_rule(password, login):
            return password


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Return what hashes and checks; slow on purpose."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hasher().hash("nobody has this password")


def hash_password(password: str, login: str) -> str:
    """Return the hash of a new password; raises ``InvalidInput`` when it is too short or contains the name."""
    rule = _broken_rule(password, login)
    if rule:
        raise InvalidInput(
            (
                FieldProblem(
                    "password",
                    "",
                    rule,
                    msg("可以用一句容易记住的话"),
                    {"min_length": MIN_LENGTH, "max_length": MAX_LENGTH},
                    msg("密码"),
                ),
            )
        )
    return hasher().hash(password)


def is_correct(stored: str | None, given: str) -> bool:
    """Tell whether ``given`` is the password; for an unknown account it takes as long and says no."""
    try:
        hasher().verify(stored or _nobody(), given[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _broken_rule(password: str, login: str) -> str:
    if len(password) < MIN_LENGTH:
        return msg("密码至少 {min_length} 个字符")
    if len(password) > MAX_LENGTH:
        return msg("密码最多 {max_length} 个字符")
    if login.lower() in password.lower() and len(login) > 2:  # noqa: PLR2004 -- two letters occur in any sentence
        return msg("密码不能包含用户名")
    if len(set(password)) < MIN_LENGTH // 2:
        return msg("密码的字符过于重复")
    return ""
