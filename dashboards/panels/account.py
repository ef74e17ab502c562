"""Who is signed in: the button of the bar above, and the words that ``assets/account.js`` makes its dialog of."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import act, data, icon_button
from dashboards.words import Words

NAMED = ("sign_in", "sign_out", "name", "password", "refused", "failed", "signed_in", "close", "to_edit")
ROLES = ("viewer", "editor", "steward", "admin")


def account_words(say: Words) -> str:
    """The words of the sign-in, as JSON."""
    said = {key: say.table[f"account.{key}"] for key in NAMED}
    return json.dumps(said | {f"role_{role}": say(f"account.role.{role}") for role in ROLES}, ensure_ascii=False)


def account_button(say: Words) -> Component:
    """Opens the sign-in, or says who is signed in."""
    return icon_button("account", say("account.sign_in"), act("account"), "account-button")


def account_place(say: Words) -> Component:
    """Where the dialog stands."""
    return html.Div(id="account", **data(words=account_words(say)))
