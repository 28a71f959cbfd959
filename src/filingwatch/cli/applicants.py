"""`filingwatch applicants ...`: who files, which pairs of names are doubtful, and what people say of them."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, announce, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import Settings, read_settings

applicants = typer.Typer(
    help="Who files: names as written, the legal entities that they stand for, and their groups.\n\n"
    "Example: filingwatch applicants review",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(applicants, name="applicants")

Why = Annotated[str, typer.Option(help="The reason, for those who come later.")]
Name = Annotated[str, typer.Argument(help="A name as written, or in normal form.")]
OtherName = Annotated[str, typer.Argument(help="Another name.")]
By = Annotated[str, typer.Option(help="Who decides.")]


@applicants.command()
def review(
    limit: Annotated[int, typer.Option(help="At most so many pairs.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Pairs of names that may be one legal entity, the most used first, with the parts of their score.

    Example: filingwatch applicants review --limit 50
    """
    from filingwatch import summary
    from filingwatch.warehouse import reader
    from filingwatch.who_files import list_review

    settings = read_settings()
    with reader(settings) as con:
        pairs = list_review(con, settings, limit)
    if as_json:
        print_json(pairs)
        return
    names = ("used", "name", "and", "score", "because")
    rows = [(p["use_count"], p["name_a"], p["name_b"], p["score"], p["explanation"]) for p in pairs]
    summary.show_rows(console, "To review", names, rows)
    print(
        "Decide with `filingwatch applicants same A B --why ...` or `filingwatch applicants different A B --why ...`."
    )


@applicants.command()
def same(
    one: Name,
    two: OtherName,
    why: Why,
    by: By = "",
) -> None:
    """Say that two names are one legal entity. The next run joins them; `reset` takes it back.

    Example: filingwatch applicants same "UNIV TSINGHUA" 清华大学 --why "its English name"
    """
    _decide("same", one, two, why, by)


@applicants.command()
def different(
    one: Name,
    two: OtherName,
    why: Why,
    by: By = "",
) -> None:
    """Say that two names are two legal entities, whatever likeness or a chain of other names says.

    Example: filingwatch applicants different 公安部第一研究所 公安部第三研究所 --why "two institutes"
    """
    _decide("different", one, two, why, by)


@applicants.command()
def reset(
    one: Name,
    two: OtherName,
    why: Why,
    by: By = "",
) -> None:
    """Take back what was said of two names: the seed and the score decide again.

    Example: filingwatch applicants reset "UNIV TSINGHUA" 清华大学 --why "a slip"
    """
    _decide("reset", one, two, why, by)


@applicants.command()
def show(
    name: Annotated[str, typer.Argument(help="A name as written, or in normal form, or a part of one.")],
    as_json: AsJson = False,
) -> None:
    """The legal entity and the group of a name, why, and the other names of the entity.

    Example: filingwatch applicants show 北京旷视科技有限公司
    """
    from filingwatch.warehouse import reader
    from filingwatch.who_files import find_name, list_decisions, show_entity

    settings = read_settings()
    with reader(settings) as con:
        found = find_name(con, name)
        entity = show_entity(con, found)
    entity["decisions"] = list_decisions(settings, found["normalised_name"])
    if as_json:
        print_json(entity)
    else:
        _print_entity(entity)


def _print_entity(entity: dict[str, Any]) -> None:
    print(f"Name      {entity['name']} ({entity['use_count']} publications)")
    print(
        f"Entity    {entity['entity_id'] or 'unknown'}{'  ' + entity['entity_name'] if entity['entity_name'] else ''}"
    )
    print(f"Because   {entity['link_method']}: {entity['link_explanation']}")
    print(f"Stood for {entity['approved_by'] or 'nobody: only the score'}")
    for group in entity["groups"]:
        since, until = group["valid_from"] or "always", group["valid_to"] or "now"
        print(f"Group     {group['group_id']}, {since} to {until} [{group['check_mark']}] {group['source'] or ''}")
    for other in entity["other_names"]:
        print(f"Also      {other['name']} ({other['link_method']})")
    for decision in entity["decisions"]:
        print(
            f"Decided   {decision['value']} by {decision['decided_by']}: {decision['subject']} ({decision['reason']})"
        )


def _decide(value: str, one: str, two: str, why: str, by: str) -> None:
    from filingwatch.decisions import decide
    from filingwatch.warehouse import reader
    from filingwatch.who_files import find_name

    settings: Settings = read_settings()
    with reader(settings) as con:
        first, second = (find_name(con, name)["normalised_name"] for name in (one, two))
    if first == second:
        raise BadInput(f"{one!r} and {two!r} are one name in normal form; there is nothing to decide.")
    subject = "|".join(sorted((first, second)))
    made = decide(
        settings, kind="applicant_pair", subject=subject, value=value, decided_by=by or getpass.getuser(),
        watch=None, reason=why,
    )  # fmt: skip
    before = f" (before: {made.previous_value})" if made.previous_value else ""
    print(f"decision {made.decision_id}: {subject} is {value}{before}. The next run takes it into account.")
    announce(settings)
