"""Commands about topics as they are published: all of them, one on a screen, naming one, the refit that waits."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, announce, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import Settings, read_settings
from filingwatch.topic_terminal import show_card, show_refit, show_topics

topics = typer.Typer(
    help="What filings are about: topics that keep their ids and names. Example: filingwatch topics list",
    no_args_is_help=True,
)
app.add_typer(topics, name="topics")

Watch = Annotated[str | None, typer.Option(help="One watch; needed with several where one is decided on.")]
Why = Annotated[str | None, typer.Option("--why", help="The reason, for those who come later.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Row = Mapping[str, Any]


@topics.command("list")
def list_topics(
    watch: Watch = None,
    gone: Annotated[bool, typer.Option("--gone", help="Also those that no filings are left of.")] = False,
    as_json: AsJson = False,
) -> None:
    """The topics of each watch: name, filings, where they go.

    Example: filingwatch topics list --watch smart_cities
    """
    from filingwatch.topic_cards import read_topics

    found = read_topics(read_settings(), watch, with_gone=gone)
    if as_json:
        print_json(found)
        return
    show_topics(console, found)


@topics.command()
def show(
    topic: Annotated[str, typer.Argument(help="The id of a topic, as t-1a2b3c4d; `topics list` shows all.")],
    watch: Watch = None,
    as_json: AsJson = False,
) -> None:
    """One topic on a screen: words, filings in its middle and at its edge, companies, offices, years, lineage, rights.

    Example: filingwatch topics show t-1a2b3c4d
    """
    from filingwatch.topic_cards import read_topic

    card = read_topic(read_settings(), topic, watch)
    if as_json:
        print_json(card)
        return
    show_card(console, card)


@topics.command()
def name(
    topic: Annotated[str, typer.Argument(help="The id of a topic.")],
    given: Annotated[str, typer.Argument(metavar="NAME", help="What it shall be called.")],
    watch: Watch = None,
    why: Why = None,
    by: By = "",
) -> None:
    """Give a topic a name. It stays with the topic through every refit; the next night publishes it.

    Example: filingwatch topics name t-1a2b3c4d "Faces in crowds"
    """
    from filingwatch.decisions import decide
    from filingwatch.topic_cards import read_topic

    settings = read_settings()
    card = read_topic(settings, topic, watch)
    made = decide(
        settings, kind="topic_name", subject=topic, value=given, decided_by=by or getpass.getuser(),
        watch=card["watch"], reason=why,
    )  # fmt: skip
    print(
        f"decision {made.decision_id}: topic {topic} of {card['watch']} is called {made.value!r}, was {card['name']!r}."
    )
    announce(settings)


@topics.command()
def review(
    watch: Watch = None,
    accept: Annotated[bool, typer.Option("--accept", help="The next night takes the refit over.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="The topics stay as they are.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Take back what was said of it.")] = False,
    why: Why = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """What a refit that is held back would do to each topic, and a person's word on it.

    Example: filingwatch topics review --watch smart_cities --accept --why "both names were of one thing"
    """
    from filingwatch.topic_cards import read_refit
    from filingwatch.watch import choose_watch

    settings = read_settings()
    chosen = choose_watch(settings, watch)
    refit = read_refit(settings, chosen)
    words = [word for word, is_said in (("accepted", accept), ("refused", refuse), ("reset", reset)) if is_said]
    if words:
        _decide(settings, chosen, refit, words, why, by)
    elif as_json:
        print_json(refit)
    else:
        show_refit(console, chosen, refit)


def _decide(settings: Settings, watch: str, refit: Row | None, words: list[str], why: str | None, by: str) -> None:
    from filingwatch.decisions import decide

    if len(words) > 1:
        raise BadInput("Say one of --accept, --refuse and --reset.")
    if refit is None or not refit["is_waiting"]:
        raise BadInput(
            f"No refit of the topics of {watch} waits for a word; `filingwatch topics review` says what was."
        )
    made = decide(
        settings, kind="topic_refit", subject=refit["candidate_id"], value=words[0], watch=watch,
        decided_by=by or getpass.getuser(), reason=why,
    )  # fmt: skip
    print(f"decision {made.decision_id}: the refit {refit['candidate_id']} is {made.value}. The next night obeys.")
    announce(settings)
