"""Services on this machine that page, stumble, lie and go away."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.opening import open_source
from pipelines.recipe import Source
from tests.pipelines.readers.conftest import read
from twin.errors import RecipeError, SourceUnreadable, UnknownName

PAGE = 3

Answer = tuple[int, str, bytes]


class Server:
    """A server whose answers a test decides; it counts what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[str, dict[str, str]], Answer] = lambda *_: (404, "text/plain", b"nothing here")
        self.failures: list[int] = []
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                status, kind, body = (
                    (server.failures.pop(0), "text/plain", b"busy")
                    if server.failures
                    else server.answer(parts.path, query)
                )
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fresh_settings: Callable[..., None]) -> Iterator[Server]:
    """A server, an empty TWIN_HOME, and no long pauses."""
    fresh_settings(TWIN_HOME=str(tmp_path / "home"))
    monkeypatch.setattr("pipelines.readers._http.PAUSE", 0.001)
    monkeypatch.setattr("pipelines.readers._ogc_api.PAGE_ROWS", PAGE)
    monkeypatch.setattr("pipelines.readers._wfs.PAGE_ROWS", PAGE)
    made = Server()
    yield made
    made.stop()


def feature(number: int) -> dict[str, Any]:
    """A point with a number; every other one has a name."""
    extra = {"name": f"公园 {number}"} if number % 2 else {}
    place = {"type": "Point", "coordinates": [114 + number / 100, 38]}
    return {"type": "Feature", "id": f"f{number}", "properties": {"n": number} | extra, "geometry": place}


def ogc_api(server: Server, count: int, matched: int | None = None) -> Callable[[str, dict[str, str]], Answer]:
    """An OGC API with the collections parks and roads; parks has ``count`` features."""

    def answer(path: str, query: dict[str, str]) -> Answer:
        if path.endswith("/collections"):
            body: dict[str, Any] = {"collections": [{"id": "parks"}, {"id": "roads"}]}
        elif path.endswith("/collections/parks/items"):
            start = int(query.get("offset", 0))
            some = [feature(n) for n in range(start, min(start + PAGE, count))]
            onward = f"{server.url}{path}?f=json&limit={PAGE}&offset={start + PAGE}"
            links = [{"rel": "next", "href": onward}] if start + PAGE < count else []
            body = {"type": "FeatureCollection", "features": some, "links": links, "timeStamp": str(len(server.asked))}
            body |= {"numberMatched": count if matched is None else matched}
        else:
            return 404, "text/plain", b"no such thing"
        return 200, "application/geo+json", json.dumps(body).encode()

    return answer


class TestOgcApi:
    def test_all_pages_are_read_and_columns_of_any_page_kept(self, server: Server) -> None:
        server.answer = ogc_api(server, 8)
        whole = read(f"{server.url}/ogc", sublayer="parks")
        assert whole.values("n") == list(range(8))
        assert whole.values("name")[:4] == [None, "公园 1", None, "公园 3"]
        assert len(set(whole.rows)) == 8
        assert whole.crs is not None
        assert whole.crs.is_geographic
        assert whole.notes == []

    @pytest.mark.parametrize("path", ["/ogc/collections/parks", "/ogc/collections/parks/items?f=json"])
    def test_the_address_may_name_the_collection(self, server: Server, path: str) -> None:
        server.answer = ogc_api(server, 4)
        assert read(server.url + path).values("n") == [0, 1, 2, 3]

    def test_a_collection_that_is_not_there_names_the_nearest(self, server: Server) -> None:
        server.answer = ogc_api(server, 4)
        with pytest.raises(UnknownName, match=r"no collection 'park'. Did you mean 'parks'"):
            read(f"{server.url}/ogc", sublayer="park")
        with pytest.raises(RecipeError, match=r"offers parks, roads; name one as sublayer"):
            read(f"{server.url}/ogc")

    def test_fewer_features_than_promised_are_refused(self, server: Server) -> None:
        server.answer = ogc_api(server, 4, matched=10)
        with pytest.raises(SourceUnreadable, match=r"promises 10 rows, 4 could be read"):
            read(f"{server.url}/ogc", sublayer="parks")

    def test_a_page_that_leads_to_itself_is_refused(self, server: Server) -> None:
        def circle(*_: object) -> Answer:
            body = {"features": [feature(1)], "links": [{"rel": "next", "href": "items?x=1"}]}
            return 200, "application/json", json.dumps(body).encode()

        server.answer = circle
        with pytest.raises(SourceUnreadable, match=r"leads in a circle"):
            read(f"{server.url}/collections/parks")

    def test_a_web_page_is_no_service(self, server: Server) -> None:
        server.answer = lambda *_: (200, "text/html", b"<html>Welcome</html>")
        with pytest.raises(SourceUnreadable, match=r"answers no JSON but '<html>Welcome</html>'; is it an OGC API"):
            read(f"{server.url}/ogc", sublayer="parks")

    def test_a_filter_is_applied_to_what_was_read(self, server: Server) -> None:
        server.answer = ogc_api(server, 8)
        assert read(f"{server.url}/ogc", sublayer="parks", where="n > 5").values("n") == [6, 7]


class TestTrouble:
    def test_a_busy_server_is_asked_again(self, server: Server) -> None:
        server.answer, server.failures = ogc_api(server, 2), [503, 429, 502]
        assert read(f"{server.url}/ogc", sublayer="parks").values("n") == [0, 1]
        assert len(server.asked) == 5

    def test_a_refusal_is_told_at_once_in_the_servers_words(self, server: Server) -> None:
        with pytest.raises(SourceUnreadable, match=r"the server answers 404 Not Found: nothing here"):
            read(f"{server.url}/collections/parks")
        assert len(server.asked) == 1

    def test_down_from_the_start_is_refused(self, server: Server) -> None:
        server.stop()
        with pytest.raises(SourceUnreadable, match=r"does not answer after 4 tries .*; no earlier answer is kept"):
            read(f"{server.url}/ogc", sublayer="parks")

    def test_down_later_the_earlier_answer_is_read_with_its_date(self, server: Server) -> None:
        server.answer = ogc_api(server, 8)
        before = read(f"{server.url}/ogc", sublayer="parks")
        server.failures = [503] * 4
        after = read(f"{server.url}/ogc", sublayer="parks")
        assert after.values("n") == before.values("n")
        assert len(after.notes) == 1
        assert "does not answer after 4 tries (503 Service Unavailable); its answer of 20" in after.notes[0]

    def test_broken_off_between_pages_the_earlier_answer_stays(self, server: Server) -> None:
        server.answer = ogc_api(server, 8)
        read(f"{server.url}/ogc", sublayer="parks")
        whole = ogc_api(server, 9)

        def half(path: str, query: dict[str, str]) -> Answer:
            return (503, "text/plain", b"") if query.get("offset") == "6" else whole(path, query)

        server.answer = half
        assert read(f"{server.url}/ogc", sublayer="parks").values("n") == list(range(8))

    def test_the_fingerprint_is_that_of_the_features_and_not_of_the_hour(self, server: Server) -> None:
        source = Source(layer="zone", path=f"{server.url}/ogc", sublayer="parks")

        def content() -> list[bytes]:
            return [file.read_bytes() for file in open_source(Path(), source).files]

        server.answer = ogc_api(server, 8)
        first, second = content(), content()
        assert len(first) == 3
        assert first == second
        server.answer = ogc_api(server, 7)
        assert content() != first

    def test_an_address_that_nobody_reads(self) -> None:
        with pytest.raises(UnknownName, match=r"no reader for addresses that begin with 'ftp://'"):
            read("ftp://127.0.0.1/parks")


def wfs(count: int, *, with_json: bool, matched: bool = True, paged: bool = True) -> Callable[..., Answer]:
    """A WFS with the feature type city:parks."""
    formats = ["application/gml+xml; version=3.2", *(["application/json"] if with_json else [])]
    values = "".join(f"<ows:Value>{each}</ows:Value>" for each in formats)
    capabilities = f"""<?xml version="1.0"?><wfs:WFS_Capabilities version="2.0.0"
      xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:OperationsMetadata>
      <ows:Operation name="GetFeature"><ows:Parameter name="outputFormat"><ows:AllowedValues>{values}
      </ows:AllowedValues></ows:Parameter></ows:Operation></ows:OperationsMetadata><wfs:FeatureTypeList>
      <wfs:FeatureType><wfs:Name>city:parks</wfs:Name></wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>"""

    def answer(_: str, query: dict[str, str]) -> Answer:
        if query["request"] == "GetCapabilities":
            return 200, "application/xml", capabilities.encode()
        assert query["typeNames"] == "city:parks"
        start = int(query["startIndex"]) if paged else 0
        numbers = range(start, min(start + PAGE, count)) if paged else range(count)
        if query.get("outputFormat") == "application/json":
            body: dict[str, Any] = {"type": "FeatureCollection", "features": [feature(n) for n in numbers]}
            body |= {"numberMatched": count} if matched else {}
            return 200, "application/json", json.dumps(body).encode()
        return 200, "application/xml", gml(numbers, count)

    return answer


def gml(numbers: range, count: int) -> bytes:
    """A page of GML 3.2, latitude first as EPSG:4326 has it."""
    members = "".join(
        f'<wfs:member><city:parks gml:id="p{n}"><city:n>{n}</city:n><city:geom><gml:Point '
        f'srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>38 {114 + n / 100}</gml:pos></gml:Point></city:geom>'
        "</city:parks></wfs:member>"
        for n in numbers
    )
    return (
        '<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:city="http://example.com/city" '
        f'timeStamp="2025-01-01T00:00:00" numberMatched="{count}" numberReturned="{len(numbers)}">{members}'
        "</wfs:FeatureCollection>"
    ).encode()


class TestWfs:
    @pytest.mark.parametrize("with_json", [True, False])
    @pytest.mark.parametrize("count", [2, 6, 7])
    def test_all_pages_are_read(self, server: Server, with_json: bool, count: int) -> None:
        server.answer = wfs(count, with_json=with_json)
        whole = read(f"{server.url}/wfs", sublayer="parks")
        assert whole.values("n") == list(range(count))
        assert (whole.geometry[1].x, whole.geometry[1].y) == (114.01, 38)

    def test_the_query_may_say_that_it_is_a_wfs_and_its_other_keys_are_kept(self, server: Server) -> None:
        server.answer = wfs(2, with_json=True)
        assert read(f"{server.url}/ows?SERVICE=WFS&map=city").values("n") == [0, 1]
        assert all("map=city" in asked for asked in server.asked)

    def test_pages_go_on_where_no_total_is_told(self, server: Server) -> None:
        server.answer = wfs(7, with_json=True, matched=False)
        assert read(f"{server.url}/wfs").values("n") == list(range(7))

    def test_a_server_that_does_not_page_gives_each_row_once(self, server: Server) -> None:
        server.answer = wfs(5, with_json=True, matched=False, paged=False)
        assert read(f"{server.url}/wfs").values("n") == list(range(5))

    def test_a_feature_type_that_is_not_there(self, server: Server) -> None:
        server.answer = wfs(5, with_json=True)
        with pytest.raises(UnknownName, match=r"no feature type 'park'. Did you mean 'city:parks'|Known: city:parks"):
            read(f"{server.url}/wfs", sublayer="park")

    def test_an_exception_report_is_told(self, server: Server) -> None:
        good = wfs(5, with_json=False)
        report = b"<ows:ExceptionReport><ows:ExceptionText>out of memory</ows:ExceptionText></ows:ExceptionReport>"
        server.answer = lambda path, query: (
            good(path, query) if query["request"] == "GetCapabilities" else (200, "text/xml", report)
        )
        with pytest.raises(
            SourceUnreadable, match=r"the WFS answers no features but '<ows:ExceptionReport>.*out of memory"
        ):
            read(f"{server.url}/wfs")
