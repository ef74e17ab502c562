"""The sign-in of the web, by the real server: what the cookie is, who may change something, what nobody may."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from dashboards.app import make_app
from dashboards.server.guard import CALLBACKS
from tests.dashboards.caller import Caller
from tests.dashboards.conftest import City, opened
from tests.dashboards.served import Served
from twin.database.users import Role, User, add_user, change_password, switch_user

PASSWORD = "a lamp by the quay"
CHANGE = "/sign-out"
"""A change that every release has; it asks of its caller what all of them ask."""


@pytest.fixture(scope="module")
def town(city: City) -> Iterator[City]:
    """The served town with two users."""
    with opened(city.home) as connection:
        for name, role in (("web_ana", Role.EDITOR), ("web_bo", Role.VIEWER)):
            add_user(connection, User(name, role), PASSWORD)
    yield city


@pytest.fixture
def caller(town: City) -> Caller:
    """Nobody yet."""
    return Caller(town.server)


@pytest.fixture
def ana(caller: Caller) -> Caller:
    """An editor who signed in."""
    assert caller.sign_in("web_ana", PASSWORD).status == 200
    return caller


@pytest.fixture(scope="module")
def shut(town: City) -> Iterator[Served]:
    """The same town by a server that shows nothing without a sign-in."""
    server = Served(town.home, TWIN_PRIVATE="1").start()
    yield server
    server.stop()


def as_owner(town: City, statement: str) -> None:
    with opened(town.home) as connection:
        connection.execute(statement.encode())


def test_who_signs_in_gets_a_cookie_that_scripts_and_other_sites_do_not_reach(caller: Caller) -> None:
    answer = caller.sign_in("web_ana", PASSWORD)
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"twin_session=[\w-]{43}", name)
    assert {each.lower() for each in rest} == {"httponly", "max-age=604800", "path=/", "samesite=strict"}
    assert answer.headers["cache-control"] == "no-store"
    told = {"name": "web_ana", "role": "editor", "csrf": caller.csrf, "can_edit": True}
    assert answer.json == told
    assert caller.get("/me").json == told
    assert PASSWORD not in answer.body.decode()


def test_over_https_the_cookie_is_secure(caller: Caller) -> None:
    body = {"name": "web_ana", "password": PASSWORD}
    origin = caller.server.url.replace("http:", "https:")
    answer = caller.post("/sign-in", body, Origin=origin, X_Forwarded_Proto="https")
    assert "; Secure" in answer.headers["set-cookie"]


def test_nobody_is_told_so_and_a_viewer_cannot_edit(caller: Caller) -> None:
    assert caller.get("/me").json == {"name": None, "role": None, "csrf": None, "can_edit": False}
    assert caller.sign_in(" WEB_BO ", PASSWORD).json["can_edit"] is False


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(ana: Caller) -> None:
    answer = ana.post("/sign-out")
    assert (answer.status, answer.headers["clear-site-data"]) == (200, '"cache"')
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert ana.get("/me").json["name"] is None
    assert ana.post(CHANGE).status == 401


def test_no_route_lets_anybody_change_something_without_a_sign_in(caller: Caller) -> None:
    tried = set()
    for path, methods in make_app().openapi()["paths"].items():
        for method in methods:
            if method not in ("get", "head", "options") and path not in (CALLBACKS, "/sign-in"):
                tried.add((method.upper(), re.sub(r"\{[^}]*\}", "1", path)))
    assert ("POST", "/sign-out") in tried
    tried |= {(method, path) for method in ("POST", "PUT", "PATCH", "DELETE") for path in ("/", "/map", "/healthz")}
    assert {(method, path): caller.send(method, path).status for method, path in tried} == dict.fromkeys(tried, 401)


def test_readers_need_no_sign_in_and_callbacks_answer_them(caller: Caller) -> None:
    assert caller.get("/healthz").status == 200
    assert caller.send("POST", CALLBACKS, b"{}", Origin=None).status not in (401, 403)


@pytest.mark.parametrize(
    "cookie",
    [
        "twin_session=",
        "twin_session=" + "A" * 43,
        "twin_session='; DROP TABLE twin.session; --",
        "twin_session=\xe9\x01",
    ],
)
def test_a_forged_cookie_is_nobodys(ana: Caller, cookie: str) -> None:
    assert ana.get("/me", Cookie=cookie).json["name"] is None
    assert ana.post(CHANGE, Cookie=cookie).status == 401
    assert ana.get("/me").json["name"] == "web_ana"


@pytest.mark.parametrize(
    "ended", ["last_seen = now() - interval '8 hours 1 minute'", "expires_at = now() - interval '1 second'"]
)
def test_an_expired_session_is_over(town: City, ana: Caller, ended: str) -> None:
    as_owner(town, f"UPDATE twin.session SET {ended}")
    assert ana.post(CHANGE).status == 401
    assert ana.get("/me").json["name"] is None


def test_a_disabled_user_is_out_at_once(town: City, ana: Caller) -> None:
    with opened(town.home) as connection:
        switch_user(connection, "web_ana", False)
    assert ana.post(CHANGE).status == 401
    assert ana.sign_in("web_ana", PASSWORD).status == 401
    with opened(town.home) as connection:
        switch_user(connection, "web_ana", True)
    assert ana.post(CHANGE).status == 401
    assert ana.sign_in("web_ana", PASSWORD).status == 200


def test_another_password_ends_the_sessions_of_the_old_one(town: City, ana: Caller) -> None:
    with opened(town.home) as connection:
        change_password(connection, "web_ana", PASSWORD)
    assert ana.get("/me").json["name"] is None


def test_a_change_needs_the_token_of_this_very_session(town: City, ana: Caller) -> None:
    other = Caller(town.server)
    other.sign_in("web_ana", PASSWORD)
    for token in (None, "x", other.csrf, ana.csrf.upper(), ana.csrf[:-1], "\xe9"):
        assert ana.post(CHANGE, X_CSRF_Token=token).status == 403, token
    assert ana.get("/me").json["name"] == "web_ana"
    assert ana.post(CHANGE).status == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost", "http://localhost:1"])
def test_a_change_from_another_page_is_refused_and_so_is_its_sign_in(ana: Caller, origin: str | None) -> None:
    assert ana.post(CHANGE, Origin=origin).status == 403
    asked = {"name": "web_ana", "password": PASSWORD}
    assert ana.post("/sign-in", asked, Origin=origin).status == 403
    assert ana.get("/me").json["name"] == "web_ana"


def test_every_refusal_reads_the_same_and_takes_as_long(town: City, caller: Caller) -> None:
    with opened(town.home) as connection:
        add_user(connection, User("web_locked", Role.EDITOR), PASSWORD)
        connection.execute(
            b"UPDATE twin.account SET locked_until = now() + interval '1 hour' WHERE name = 'web_locked'"
        )
    answers, seconds = set(), []
    for name, password in (("web_bo", "wrong"), ("web_nobody", "wrong"), ("web_locked", PASSWORD)):
        started = time.monotonic()
        answer = caller.sign_in(name, password)
        seconds.append(time.monotonic() - started)
        answers.add((answer.status, answer.body, answer.headers.get("set-cookie")))
    assert len(answers) == 1
    assert (answers.pop()[0], min(seconds) >= 0.5) == (401, True)


@pytest.mark.parametrize(
    "text",
    ["' OR '1'='1", "web_ana'--", '<script>alert("x")</script>', "a\x00b", "\ud800"],
)
def test_names_and_passwords_are_neither_run_nor_shown(caller: Caller, text: str) -> None:
    answer = caller.sign_in(text, text)
    assert answer.status == 401
    assert text not in answer.body.decode()
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=web_ana&password=x", "application/x-www-form-urlencoded"),
        (b'{"name": "web_ana", "password": "tell nobody"}', "text/plain"),
        (b'{"name": "web_ana", "password": ["tell nobody"]}', "application/json"),
        (b'{"password": "tell nobody"}', "application/json"),
        (b"[" * 3000, "application/json"),
        (b'"' + b"x" * 5000 + b'"', "application/json"),
    ],
)
def test_what_is_no_sign_in_is_refused_without_repeating_it(caller: Caller, body: bytes, kind: str) -> None:
    answer = caller.send("POST", "/sign-in", body, Content_Type=kind)
    assert answer.status == 400
    assert b"tell nobody" not in answer.body


def test_a_private_twin_shows_nothing_but_its_sign_in(town: City, shut: Served) -> None:
    anonymous = Caller(shut)
    zone = town.town.codes[0]
    closed = ["/tiles/building/14/1/1.pbf", "/scores/1/green_access.json", f"/zones/{zone}.json", "/places.json"]
    closed += [f"/zones/{zone}/rows.csv?layer=building", "/_dash-layout", "/_dash-dependencies", "/openapi.json", "/"]
    assert {path: anonymous.get(path).status for path in closed} == dict.fromkeys(closed, 401)
    assert anonymous.post(CALLBACKS).status == 401
    for path in ("/healthz", "/me", "/sign-in", "/assets/account.js", "/assets/tokens.css"):
        assert anonymous.get(path).status == 200, path
    for path in ("/assets/../places.json", "/assets/%2e%2e/places.json", "//places.json", "/sign-in/../places.json"):
        assert b'"Z0' not in anonymous.get(path).body, path
    page = anonymous.get("/map?zone=Z0003&lang=zh", Accept="text/html,*/*")
    assert (page.status, page.headers["location"]) == (303, "/sign-in?lang=zh&to=%2Fmap%3Fzone%3DZ0003%26lang%3Dzh")


def test_a_private_twin_opens_to_a_viewer_and_closes_again(shut: Served) -> None:
    bo = Caller(shut)
    assert bo.sign_in("web_bo", PASSWORD).status == 200
    for path in ("/places.json", "/_dash-layout", "/", "/openapi.json"):
        assert bo.get(path).status == 200, path
    assert "public" not in bo.get("/places.json").headers["cache-control"]
    assert bo.post(CHANGE).status == 200
    assert bo.get("/places.json").status == 401


def test_no_password_and_no_token_is_written_into_the_servers_log(town: City, ana: Caller) -> None:
    said = town.server.log.read_text()
    assert PASSWORD not in said
    assert ana.cookie.partition("=")[2] not in said
    assert ana.csrf not in said
