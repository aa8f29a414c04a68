"""
What `payments-consumers topics` makes and checks: each partner's topics, its user, and the rules for both.

It may be run as often as one likes: it makes what is missing, and only tells of what is otherwise not as it should be.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from consumers.access import Rule, colliding, missing, rules_of_hub, rules_of_partner
from consumers.admin import Administration, TopicSight
from consumers.guarding import openings, trusted
from consumers.security import Login, read_password, write_password
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, all_topics_of
from payments_hub.kernel.errors import ConfigurationError

_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What the broker has of what some partners need.

    Args:
        rules: None where there are no rules, or nobody is asked who they are.

    """

    topics: Mapping[str, TopicSight]
    users: frozenset[str]
    rules: frozenset[Rule] | None


@dataclass(frozen=True, slots=True)
class Lack:
    """What is not there yet."""

    topics: tuple[str, ...]
    users: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def is_any(self) -> bool:
        """Tell whether anything is."""
        return bool(self.topics or self.users or self.rules)

    def words(self) -> Iterator[str]:
        """Say each in a line."""
        yield from (f"missing topic {topic}" for topic in self.topics)
        yield from (f"missing user {user}" for user in self.users)
        yield from (f"missing rule {rule}" for rule in self.rules)


def look(settings: ConsumerSettings, administration: Administration, partners: Collection[str]) -> Sight:
    """Look at what the broker has; of one that asks nobody who they are, at its topics alone."""
    topics = administration.topics(all_topics_of(partners))
    if settings.security is None:
        return Sight(topics, frozenset(), None)
    return Sight(topics, administration.users(), administration.rules())


def lack_of(settings: ConsumerSettings, partners: Collection[str], sight: Sight) -> Lack:
    """
    Find what is missing.

    Raises:
        ConfigurationError: A partner's user would be the hub's own or the administrator's.

    """
    topics = tuple(sorted(all_topics_of(partners) - sight.topics.keys()))
    if settings.security is None or sight.rules is None:
        return Lack(topics, (), ())
    if shared := colliding(partners, trusted(settings)):
        raise ConfigurationError(
            f"{', '.join(shared)} is a partner's code and the name of the hub's or the administrator's user of Kafka: "
            "give the hub another user."
        )
    own = settings.security.login.user
    needed = rules_of_hub(own, partners).union(*map(rules_of_partner, partners))
    return Lack(topics, tuple(sorted({*partners, own} - sight.users)), missing(needed, sight.rules))


def faults_of(topics: Mapping[str, TopicSight]) -> Iterator[str]:
    """Tell of topics that are there and not as they are made; whoever changed them knows why."""
    for name, topic in sorted(topics.items()):
        if topic.partitions != 1:
            yield f"wrong: {name} has {topic.partitions} partitions and must have one, to be in order"
        for key, value in TOPIC_SETTINGS.items():
            if (found := topic.settings.get(key)) != value:
                yield f"wrong: {name} has {key}={found} and must have {value}"


def open_faults(
    settings: ConsumerSettings, administration: Administration, partners: Collection[str]
) -> tuple[str, ...]:
    """Tell of what is open to somebody whose it is not; of nothing where nobody is asked who they are."""
    if settings.security is None:
        return ()
    return tuple(f"wrong: {one.words}" for one in openings(settings, administration, partners))


def make(settings: ConsumerSettings, administration: Administration, lack: Lack, folder: Path | None) -> Iterator[str]:
    """
    Make what is missing, and tell of each thing once it is there; new passwords are left in the folder, a file each.

    Rules come last: a user without any may do nothing.

    Raises:
        ConfigurationError: There are passwords to think up, and no folder for them; nothing was made.

    """
    logins = [_login_of(settings, user, folder) for user in lack.users]
    for topic in lack.topics:
        administration.make_topic(topic, TOPIC_SETTINGS)
        yield f"made {topic}"
    for login in logins:
        administration.make_user(login)
        yield f"made user {login.user}, its password is in {login.password_file}"
    administration.make_rules(lack.rules)
    yield from (f"made rule {rule}" for rule in lack.rules)


def renew(administration: Administration, partner: str, folder: Path) -> Path:
    """
    Give a partner's user a new password at once, and tell the file; connections that are open stay so.

    The new file takes the old one's place only when Kafka has it: at each moment one of the two is right.
    """
    file = _file_of(folder, partner)
    fresh = write_password(file.with_suffix(".new"), secrets.token_urlsafe(_PASSWORD_BYTES))
    administration.make_user(Login(partner, fresh))
    return fresh.rename(file)


def _login_of(settings: ConsumerSettings, user: str, folder: Path | None) -> Login:
    """Say with which password a user is made: the hub's own is known, others get one that nobody has seen."""
    if settings.security is not None and user == settings.security.login.user:
        return settings.security.login
    if folder is None:
        raise ConfigurationError(
            f"{user} has no user of Kafka yet: name a folder for new passwords with --passwords; each partner gets its "
            "own file from there, by a safe way."
        )
    file = _file_of(folder, user)
    if file.exists():
        # Left by a try that ended before Kafka had the user.
        read_password(file)
        return Login(user, file)
    return Login(user, write_password(file, secrets.token_urlsafe(_PASSWORD_BYTES)))


def _file_of(folder: Path, user: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{user}.password"
