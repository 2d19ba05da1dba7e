"""What keeps other sites, other names and hostile requests out."""

import io
import stat
from pathlib import Path

import pytest

from search_app.security import allowed_hosts, host_name, same_origin, secret_key
from tests.search_app.pages.house import House


def test_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "home")
    assert len(key) == 64
    assert secret_key(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "address", ["/", "/upload", "/nothing", "/health", "/api/search?q=x", "/static/app.css"]
)
def test_every_answer_carries_the_headers(house: House, address: str) -> None:
    response = house.client.get(address)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    response.close()


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "evil@localhost", "localhost:x", ""],
)
def test_foreign_host_name_is_refused(house: House, host: str) -> None:
    assert house.client.get("/status", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8340", "127.0.0.1:8340", "[::1]:8340", "LOCALHOST"])
def test_names_of_this_machine_are_answered(house: House, host: str) -> None:
    assert house.client.get("/help", headers={"Host": host}).status_code == 200


def test_bound_name_is_allowed_and_a_wildcard_means_this_machines_addresses() -> None:
    assert "contracts.firm.example" in allowed_hosts("contracts.firm.example")
    assert "127.0.0.1" in allowed_hosts("0.0.0.0")
    assert "0.0.0.0" not in allowed_hosts("0.0.0.0")
    assert host_name("[::1]:80") == "::1"


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://localhost:8340", True),
        ("http://localhost", False),
        ("http://localhost:8340.evil.example", False),
        ("null", False),
        (None, False),
        ("file://localhost:8340", False),
    ],
)
def test_origin_must_be_this_very_site(origin: str | None, same: bool) -> None:
    assert same_origin(origin, "localhost:8340") is same


def test_form_without_its_token_stores_nothing(house: House) -> None:
    runs = house.rows("runs")
    for token in ("", "forged", house.token(house.app.test_client())):
        response = house.client.post(
            "/upload",
            data={
                "csrf_token": token,
                "collection": "contracts",
                "files": (io.BytesIO(b"text"), "a.txt"),
            },
        )
        assert response.status_code == 403
        assert "Nothing was changed" in response.text
    assert house.rows("runs") == runs


def test_form_with_a_token_from_another_site_stores_nothing(house: House) -> None:
    runs = house.rows("runs")
    response = house.client.post(
        "/upload",
        data={"csrf_token": house.token(), "collection": "contracts"},
        headers={"Origin": "http://evil.example"},
    )
    assert response.status_code == 403
    assert house.rows("runs") == runs


def test_cookies_are_random_httponly_and_same_site(house: House) -> None:
    cookies = house.client.get("/help").headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    other = house.app.test_client().get("/help").headers.getlist("Set-Cookie")
    assert {one.split(";")[0] for one in cookies}.isdisjoint(one.split(";")[0] for one in other)


def test_forged_client_cookie_is_replaced(house: House) -> None:
    house.client.set_cookie("clausewatch_client", "<script>" + "x" * 500)
    cookie = house.client.get("/help").headers.getlist("Set-Cookie")[0]
    assert "script" not in cookie


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_static_files_stay_in_their_folder(house: House, path: str) -> None:
    assert house.client.get(path).status_code in (308, 404)


def test_wrong_method_is_refused_in_plain_words(house: House) -> None:
    response = house.client.post("/", data={"csrf_token": house.token()})
    assert response.status_code == 405
    assert "This page cannot do that" in response.text


def test_a_proxy_is_answered_under_the_public_name_and_no_other(house: House) -> None:
    assert house.client.get("/help", headers={"Host": "search.example.com"}).status_code == 400
    names = allowed_hosts("127.0.0.1", "Search.example.com")
    assert "search.example.com" in names
    assert "evil.example.com" not in names
    assert "127.0.0.1" in names
