"""One self-contained page: it loads nothing, runs one script of its own and lets nothing of a text become markup."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.core.errors import StanceError
from pipeline.core.spreadsheet import cell
from pipeline.reports.looks import percent, plain, signed
from pipeline.reports.sentence_view import key, name, text
from pipeline.reports.series_view import firm_name
from pipeline.reports.view import Contents, View, quoted, view
from pipeline.reports.words import target_words

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["Contents", "page", "write_page"]

POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def write_page(path: Path, contents: Contents) -> None:
    """Raises: StanceError where the file cannot be written."""
    content = page(contents).encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StanceError(
            f"cannot write the page: {error.strerror or error}", where=str(path), remedy="give another --report"
        ) from error


def page(contents: Contents) -> str:
    """The page as HTML. The same contents give the same text."""
    shown = view(contents)
    style, script = _asset("page.css"), _asset("page.js")
    policy = POLICY.format(script=_digest(script), style=_digest(style))
    return (
        _environment()
        .get_template("page.html")
        .render(
            view=shown,
            policy=Markup(policy),  # noqa: S704 - ours: made of constants and digests # nosec B704
            style=Markup(style),  # noqa: S704 - a file of this package # nosec B704
            script=Markup(script),  # noqa: S704 - a file of this package # nosec B704
            data=_data(shown),
            csv=_csv_link(_shown_rows(shown)),
        )
    )


@cache
def _environment() -> Environment:
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("pipeline.reports", "assets"),
    )
    found.filters |= {
        "plain": plain,
        "signed": signed,
        "percent": percent,
        "name": name,
        "text": text,
        "breakable": breakable,
    }
    found.globals |= {"quoted": quoted, "target_words": target_words, "key": key, "firm_name": firm_name}
    return found


def breakable(value: str) -> Markup:
    """A name that may break after each underscore."""
    return escape(value).replace("_", Markup("_<wbr>"))


@cache
def _asset(file: str) -> str:
    return (resources.files("pipeline.reports") / "assets" / file).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")


def _data(shown: View) -> dict[str, Any]:
    """What the script needs: names of labels, and each sentence's probabilities in percent."""
    book, looks = shown.contents.codebook, shown.looks
    return {
        "tasks": [
            {
                "name": plain(task.name),
                "kind": task.kind,
                "labels": [{"key": key(task.name, look.value), "name": look.name} for look in looks.of_task(task)],
            }
            for task in book.tasks
        ],
        "first": key(looks.tinted.name, "") if looks.tinted else "",
        "p": {article.id: [list(sentence.p) for sentence in article.sentences] for article in shown.articles},
    }


def _shown_rows(shown: View) -> pa.Table:
    if not shown.n_left_out:
        return shown.contents.sentences
    import pyarrow.compute as pc

    table = shown.contents.sentences
    kept = list(dict.fromkeys(table["article"].to_pylist()))[: len(shown.articles)]
    return table.filter(pc.is_in(table["article"], value_set=_strings(kept)))


def _strings(values: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _csv_link(table: pa.Table) -> str:
    """The sentence table as a `data:` address: a link that downloads needs no script and no right from the policy."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow([_cell(value) for value in row.values()])
    content = file.getvalue().encode("utf-8-sig", "replace")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(content).decode("ascii")


def _cell(value: Any) -> Any:
    """As in the files of `stance label`, numbers shorter."""
    return round(value, 4) if isinstance(value, float) else cell(value)
