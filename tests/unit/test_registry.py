"""The registry of sources: what each needs is what settings read, and half a configuration is said to be one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from filingwatch.errors import BadInput, Terminal
from filingwatch.settings import Settings, read_settings
from filingwatch.sources.base import LiveSource
from filingwatch.sources.registry import CONNECTORS, Connector, configured
from tests.unit.source_battery import check_source

FULL = {
    "FILINGWATCH_OPS_KEY": "the-key", "FILINGWATCH_OPS_SECRET": "the-secret", "FILINGWATCH_USPTO_KEY": "the-key",
    "FILINGWATCH_LENS_TOKEN": "the-token", "FILINGWATCH_DOCDB_URL": "https://bulk.example/api/",
}  # fmt: skip


def test_without_credentials_no_source_is_asked(settings: Settings) -> None:
    """A fresh installation calls nobody."""
    assert configured(settings) == ()
    assert configured(read_settings({})) == ()


def test_every_source_is_switched_on_by_what_it_says_it_needs() -> None:
    """Its variables, and no others, make it configured; together they make all of them."""
    for connector in CONNECTORS:
        env = {name: FULL[name] for name in connector.needs}
        assert configured(read_settings(env)) == (connector,)
    assert configured(read_settings(FULL)) == CONNECTORS


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.name)
def test_every_source_passes_the_battery_and_keeps_its_secrets(connector: Connector) -> None:
    """Built from settings it carries the registry's name, has a line to its office, and shows no credential."""
    settings = read_settings(FULL)
    source = connector.build(settings)
    check_source(source)
    assert isinstance(source, LiveSource) and source.name == connector.name
    assert source.client.take_attempts() == []
    assert connector.goes_back == (source.backfill_days > 0)
    said = repr(settings) + repr(source) + repr(source.client) + str(vars(source))
    assert not [value for name, value in FULL.items() if value in said and "URL" not in name]


def test_half_a_credential_is_said_to_be_half_of_one() -> None:
    """A key without its secret does not look like a source that nobody wants."""
    settings = read_settings({"FILINGWATCH_OPS_KEY": "the-key"})
    (ops,) = configured(settings)
    with pytest.raises(Terminal, match="FILINGWATCH_OPS_SECRET"):
        ops.build(settings)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FILINGWATCH_OPS_URL", "http://ops.example/3.2", "https"),
        ("FILINGWATCH_LENS_URL", "lens.example", "address such as"),
        ("FILINGWATCH_DOCDB_URL", "https://user:pass@bulk.example/", "without credentials"),
        ("FILINGWATCH_USPTO_KEY", "two words", "copy it again"),
        ("FILINGWATCH_CONTACT", "me (at) example", "ASCII"),
    ],
)
def test_addresses_and_credentials_that_cannot_be_right_are_refused(name: str, value: str, message: str) -> None:
    """The message names the variable and never repeats a credential."""
    with pytest.raises(BadInput, match=message) as caught:
        read_settings({name: value})
    assert name in str(caught.value) and "two words" not in str(caught.value) and "pass@" not in str(caught.value)


def test_loopback_may_be_spoken_to_without_tls_and_nobody_else() -> None:
    """An office started by hand on this machine needs no certificate."""
    settings = read_settings({"FILINGWATCH_OPS_URL": "http://127.0.0.1:8101"})
    assert settings.ops_url == "http://127.0.0.1:8101"
    assert replace(settings, ops_key=SecretStr("x")).ops_key != "x"
