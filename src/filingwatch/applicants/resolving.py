"""From names to entities: what is known, what people decided, what scores say, in this order.

Only names that are new are scored, against all that share a key with them. What was scored before is handed in again;
the answer is the same as if everything had been scored anew, but for the ids, which stay where they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from filingwatch.applicants.blocking import blocking_keys, find_cut_off, list_candidates
from filingwatch.applicants.clustering import Link, Pair, join_names, name_clusters
from filingwatch.applicants.parsing import Name, parse_name
from filingwatch.applicants.scoring import PairScore, score_pair

_DECIDED = 2.0
_SEEDED = 1.5
_LARGEST_CHECKED = 60
Parse = Callable[[str], Name]


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that a seed knows: `spelling` as written, the entity, and who says so."""

    spelling: str
    entity_id: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of two names: same or different, and who."""

    value: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is remembered of a name that was taken apart: the spelling, under which keys others meet it, body, brand."""

    spelling: str
    keys: tuple[str, ...]
    body: str
    brand: str


@dataclass(frozen=True, slots=True)
class Known:
    """What stands before the names are looked at. Names are normalised ones; pairs have the smaller name first.

    `facts` are those of the names that were scored before, `scored` what was said of their pairs.
    """

    aliases: Mapping[str, Alias] = field(default_factory=dict)
    brands: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[Pair, Decision] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)
    scored: Mapping[Pair, PairScore] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The entity of a name, and why. `entity_id` is None for a person and for what nothing shows to be a body."""

    entity_id: str | None
    method: str
    score: float | None
    explanation: str
    source: str | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Entities by name, the pairs that were scored (same or doubtful), those that a person should look at."""

    assignments: Mapping[str, Assignment]
    facts: Mapping[str, Facts]
    scored: Mapping[Pair, PairScore]
    review: Mapping[Pair, PairScore]
    parsed_count: int
    compared_count: int
    cut_off_count: int = 0
    """Names that a block too large left out (see `blocking.MOST_IN_BLOCK`)."""


def resolve(names: Mapping[str, str], seen_together: Mapping[Pair, float], known: Known) -> Resolution:
    """The entities of these names (normalised name -> usual spelling), given what is known."""
    spelling = {name: alias.spelling for name, alias in known.aliases.items()} | dict(names)
    spelling |= {name: facts.spelling for name, facts in known.facts.items() if name in spelling}
    parse = lru_cache(maxsize=None)(lambda name: parse_name(spelling[name]))
    new = sorted(spelling.keys() - known.facts.keys())
    facts = {name: known.facts[name] for name in spelling.keys() & known.facts.keys()}
    facts |= {name: _remember(parse(name), known.brands) for name in new}
    keys = {name: its.keys for name, its in facts.items()}
    cut_off = find_cut_off(keys)
    gone_keys = [key for name, its in known.facts.items() if name not in spelling for key in its.keys]
    scored = {pair: score for pair, score in known.scored.items() if _still_meet(pair, keys, cut_off)}
    together = {pair for pair in seen_together if pair[0] in spelling and pair[1] in spelling}
    candidates = set(list_candidates(keys, new, gone_keys)) | together
    # what is not seen together any more must lose what that was worth
    candidates |= {pair for pair, score in scored.items() if "seen together" in score.explanation}
    for pair in sorted(candidates):
        score = score_pair(parse(pair[0]), parse(pair[1]), known.brands, seen_together.get(pair, 0.0))
        scored.pop(pair, None)
        if score.verdict != "different":
            scored[pair] = score
    doubted = _find_rivals(scored, spelling)
    assignments, apart = _assign(facts, scored, doubted, known, parse)
    review = {
        pair: score
        for pair, score in scored.items()
        if (score.verdict == "doubtful" or pair in doubted)
        and pair not in known.decisions
        and pair not in apart
        and not _is_settled(pair, assignments, known)
    }
    kept = {name: assignments[name] for name in names}
    return Resolution(
        kept, {name: facts[name] for name in names}, scored, review, len(new), len(candidates), len(cut_off)
    )


def _still_meet(pair: Pair, keys: Mapping[str, tuple[str, ...]], cut_off: Mapping[str, frozenset[str]]) -> bool:
    """Whether two names, scored before, are there and would be scored today by what they are called."""
    one, two = pair
    if one not in keys or two not in keys:
        return False
    beyond = cut_off.get(one, frozenset()) | cut_off.get(two, frozenset())
    return bool(set(keys[one]) & set(keys[two]) - beyond)


def _remember(name: Name, brands: Mapping[str, str]) -> Facts:
    return Facts(name.raw, blocking_keys(name, brands), name.body, name.brand)


def _find_rivals(scored: Mapping[Pair, PairScore], spelling: Mapping[str, str]) -> set[Pair]:
    """Pairs over two scripts where a transcription fits several names that are not one: then it tells nothing."""
    crossing, within = [], []
    for pair, score in scored.items():
        if score.verdict == "same":
            is_crossing = _is_han(spelling[pair[0]]) != _is_han(spelling[pair[1]])
            (crossing if is_crossing else within).append(pair)
    touched = {name for pair in crossing for name in pair}
    component: dict[str, int] = {}
    links = [Link(*pair, 1.0) for pair in within if pair[0] in touched or pair[1] in touched]
    nodes = touched | {name for link in links for name in (link.left, link.right)}
    for place, cluster in enumerate(join_names(nodes, links, ())):
        component.update(dict.fromkeys(cluster, place))
    partners: dict[int, set[int]] = defaultdict(set)
    for left, right in crossing:
        partners[component[left]].add(component[right])
        partners[component[right]].add(component[left])
    return {
        pair for pair in crossing
        if len(partners[component[pair[0]]]) > 1 or len(partners[component[pair[1]]]) > 1
    }  # fmt: skip


def _assign(
    facts: Mapping[str, Facts], scored: Mapping[Pair, PairScore], doubted: set[Pair], known: Known, parse: Parse
) -> tuple[dict[str, Assignment], set[Pair]]:
    decided_apart = {pair for pair, decision in known.decisions.items() if decision.value == "different"}
    by_people = [Link(*pair, _DECIDED) for pair, decision in known.decisions.items() if decision.value == "same"]
    by_seed = _link_aliases(known.aliases)
    by_score = [
        Link(*pair, score.score) for pair, score in scored.items() if score.verdict == "same" and pair not in doubted
    ]
    links = [*by_people, *by_seed, *by_score]
    settled = {(link.left, link.right) for link in (*by_people, *by_seed)}
    nodes = {name for link in links for name in (link.left, link.right)} & facts.keys()
    apart = set(decided_apart)
    for cluster in join_names(nodes, links, apart):
        apart |= _find_conflicts(cluster, known, parse) - settled
    clusters = join_names(facts, links, apart)
    seeded = {name: alias.entity_id for name, alias in known.aliases.items()}
    ids = name_clusters(clusters, seeded, known.entities)
    best = _strongest_links(links, ids)
    return {name: _explain(name, ids, best.get(name), facts[name], scored, known) for name in facts}, apart


def _link_aliases(aliases: Mapping[str, Alias]) -> list[Link]:
    members: dict[str, list[str]] = defaultdict(list)
    for name, alias in sorted(aliases.items()):
        members[alias.entity_id].append(name)
    return [Link(one, two, _SEEDED) for group in members.values() for one, two in combinations(group, 2)]


def _find_conflicts(cluster: tuple[str, ...], known: Known, parse: Parse) -> set[Pair]:
    """Pairs of a cluster that cannot be one: of two seeded entities, or different by what they say themselves."""
    if not 2 < len(cluster) <= _LARGEST_CHECKED:
        cluster = tuple(name for name in cluster if name in known.aliases) if len(cluster) > 2 else cluster
    apart = set()
    for left, right in combinations(cluster, 2):
        labels = [known.aliases[name].entity_id for name in (left, right) if name in known.aliases]
        contradict = len(labels) < 2 and _contradict(parse(left), parse(right))
        if contradict or len(set(labels)) > 1:
            apart.add((left, right))
    return apart


def _contradict(left: Name, right: Name) -> bool:
    """Whether two names say things of themselves that cannot both hold: another number, another place."""
    places = bool(left.places and right.places) and not set(left.places) & set(right.places)
    return left.numbers != right.numbers or places


def _strongest_links(links: Iterable[Link], ids: Mapping[str, str]) -> dict[str, Link]:
    best: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: (-link.score, link.left, link.right)):
        if link.left in ids and ids[link.left] == ids.get(link.right):
            best.setdefault(link.left, link)
            best.setdefault(link.right, link)
    return best


def _explain(
    name: str, ids: Mapping[str, str], link: Link | None, facts: Facts, scored: Mapping[Pair, PairScore], known: Known
) -> Assignment:
    """Why a name is the entity that it is: by the seed, else by the strongest link to another name of it."""
    alias = known.aliases.get(name)
    if alias is not None and ids[name] == alias.entity_id:
        return Assignment(ids[name], "seed", 1.0, f"listed as {alias.spelling}", alias.source, alias.source)
    if link is not None:
        pair, other = (link.left, link.right), link.right if link.left == name else link.left
        decision = known.decisions.get(pair)
        if decision is not None and decision.value == "same":
            words = f"a person says that it is {other}"
            return Assignment(ids[name], "decision", 1.0, words, "decision", decision.decided_by)
        if pair in scored:
            words = f"like {other}: {scored[pair].explanation}"
            return Assignment(ids[name], "score", scored[pair].score, words, "score", None)
    if facts.body in ("person", "unknown"):
        return Assignment(None, facts.body, None, "nothing shows that it is an organisation", None, None)
    return Assignment(ids[name], "alone", None, "no other name is like it", "its own name", None)


def _is_settled(pair: Pair, assignments: Mapping[str, Assignment], known: Known) -> bool:
    """Whether nothing is left to decide: the two are one entity already, or the seed knows both."""
    one, two = (assignments[name].entity_id for name in pair)
    return (one is not None and one == two) or (pair[0] in known.aliases and pair[1] in known.aliases)


@lru_cache(maxsize=200_000)
def _is_han(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)
