"""The view and the URL say the same, both ways."""

from __future__ import annotations

from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from dashboards.state import View, from_query, to_query

names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
name_sets = st.sets(names, max_size=5).map(lambda found: tuple(sorted(found)))
places = st.tuples(
    st.floats(-85, 85).map(lambda n: round(n, 5)), st.floats(-180, 180).map(lambda n: round(n, 5)), st.integers(6, 19)
)
views = st.builds(
    View,
    goal=st.just("") | names,
    lens=st.just("attainment") | names,
    zone=st.text(max_size=12),
    layers=st.none() | name_sets,
    only=name_sets,
    lang=st.sampled_from(["en", "zh"]),
    theme=st.sampled_from(["", "light", "dark"]),
    at=st.none() | places,
    edit=st.just("") | names | st.tuples(names, st.integers(0, 2**40)).map(lambda found: f"{found[0]}.{found[1]}"),
)


@given(views)
def test_a_view_survives_its_url(view: View) -> None:
    assert from_query(to_query(view)) == view


@given(st.text(max_size=80))
def test_any_url_opens_some_view(query: str) -> None:
    view = from_query(f"?{query}")
    assert from_query(to_query(view)) == view


def test_the_plain_view_has_a_plain_url() -> None:
    assert to_query(View()) == ""


def test_a_url_can_be_read_by_people() -> None:
    view = View(goal="green_access", zone="Z0055", layers=("building", "street"), only=("1", "2"), at=(38.9, 115.5, 14))
    assert to_query(view) == "?goal=green_access&zone=Z0055&layers=building,street&only=1,2&at=38.9,115.5,14"


def test_no_layer_at_all_is_not_the_default_layers() -> None:
    assert from_query("?layers=").layers == ()
    assert from_query("").layers is None


def test_what_cannot_be_read_is_left_out() -> None:
    assert from_query("?at=here&lang=fr&theme=pink&unknown=1") == View()
    assert from_query("?at=91,0,10").at is None
    assert from_query("?at=nan,0,10").at is None
    assert parse_qs(to_query(from_query("?zone=%E5%8C%BA 1"))[1:]) == {"zone": ["区 1"]}
