"""The page of the gallery."""

from collections.abc import Iterator, Sequence

from autonomy.scripts.picturing.sections import Picture, Section

_HEAD = """# Gallery

Every world, robot, randomisation and camera of this repository. This page, its pictures and the
animation at the head of README come out of one command:

```sh
python scripts/gallery.py docs
```
"""


def gallery_page(sections: Sequence[Section]) -> str:
    """Return the page, as Markdown; its pictures lie in the folder `gallery`."""
    return "\n".join([_HEAD, *(line for section in sections for line in _lines(section))])


def _lines(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    yield f"{section.says}\n"
    for first in range(0, len(section.pictures), section.columns):
        row = section.pictures[first : first + section.columns]
        filled = [*map(_cell, row), *[""] * (section.columns - len(row))]
        yield f"| {' | '.join(filled)} |"
        if first == 0:
            yield "|" + " :-: |" * section.columns
    yield ""


def _cell(picture: Picture) -> str:
    plain = picture.says.replace("`", "")
    return f"![{plain}](gallery/{picture.name}.webp)<br>{picture.says}"
