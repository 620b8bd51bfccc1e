"""Which world a command line is about, before it is parsed: the world decides what it takes."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from autonomy.json_values import parsed_json

_ID = re.compile(r"([\w./-]+:)?[\w-]+/[\w.-]+-v\d+")


def named_world(words: Sequence[str]) -> str | None:
    """Return the id of the world that a command line is about, if it says one."""
    for word, following in zip(words, [*words[1:], None], strict=False):
        if word == "--env":
            return following
        if word.startswith("--env="):
            return word.removeprefix("--env=")
    plain = [word for word in words if not word.startswith("-")]
    trained = (_trained_in(Path(word), plain) for word in plain)
    return next(filter(None, trained), None) or next(filter(_is_id, plain), None)


def _trained_in(folder: Path, words: Collection[str]) -> str | None:
    """Return the world that a policy in a folder was trained in, if its module may be imported."""
    for path in (folder / "policy.json", folder / "policy" / "policy.json"):
        if path.is_file():
            try:  # what is wrong with the file is said when the policy is loaded
                env_id = str(parsed_json(path.read_text(encoding="utf-8"))["env_id"])
            except (OSError, ValueError, KeyError, TypeError):
                return None
            module = env_id.rpartition(":")[0]
            return env_id if not module or module in words else None
    return None


def _is_id(word: str) -> bool:
    if not _ID.fullmatch(word) or Path(word).exists():
        return False
    from autonomy.registered import has_namespace

    return ":" in word or has_namespace(word.partition("/")[0])
