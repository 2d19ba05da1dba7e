"""What is sent where: settings, status, doctor, health, and a search over what Tika read."""

import json
from pathlib import Path

import pytest

from indexer.extract.tika import TikaServer
from search_app.errors import SettingsError
from search_app.settings import Settings, load_settings
from search_app.tika import tika_server, tika_status
from tests import office_files
from tests.search_app.commands import empty_home, run
from tests.search_app.pages.house import fill, open_house
from tests.tika_server import VERSION, free_port


def test_the_server_of_the_settings_loses_the_slash_at_its_end() -> None:
    settings = load_settings({"CLAUSEWATCH_TIKA_URL": "http://tika:9998/", "CLAUSEWATCH_TIKA_SECONDS": "20"})
    assert tika_server(settings) == TikaServer("http://tika:9998", 20.0)
    assert tika_server(Settings()) is None


def test_a_url_with_a_password_is_refused_and_not_repeated() -> None:
    settings = Settings(tika_url="http://ann:hunter2@tika:9998")
    with pytest.raises(SettingsError, match="CLAUSEWATCH_TIKA_URL: expected a URL without") as caught:
        tika_server(settings)
    assert "hunter2" not in str(caught.value) + repr(settings)


def test_tika_must_give_up_before_the_extraction_does() -> None:
    with pytest.raises(SettingsError, match=r"CLAUSEWATCH_TIKA_SECONDS=45: expected less than .*\(30\)"):
        tika_server(Settings(tika_url="http://tika:9998", extract_seconds=30.0))


def test_status_says_what_is_sent_where(tika: TikaServer) -> None:
    found = tika_status(Settings(tika_url=tika.url))
    assert (found.url, found.version) == (tika.url, tika.version())
    assert {"DOC", "RTF", "ODT", "XLS", "XLSX", "PPT", "PPTX", "MSG", "EPUB", "WPD"} <= set(found.formats)
    assert not {"PDF", "DOCX", "ZIP", "PNG"} & set(found.formats)
    assert found.words().startswith(f"{tika.url} (Tika {found.version}) is sent: DOC, EPUB, MSG, ODT,")


def test_status_says_that_nothing_is_sent_or_that_nobody_answers() -> None:
    assert tika_status(Settings()).words().startswith("No server is set, nothing is sent; not read: DOC,")
    url = f"http://127.0.0.1:{free_port()}"
    assert tika_status(Settings(tika_url=url)).words().startswith(f"{url} (cannot be reached) is sent: DOC,")


def test_health_names_a_server_that_is_away_and_stays_ready(tmp_path: Path) -> None:
    fill(tmp_path)
    url = f"http://127.0.0.1:{free_port()}"
    with open_house(tmp_path, tika_url=url) as house:
        answer = house.client.get("/health")
    part = next(part for part in answer.json["parts"] if part["name"] == "tika")
    assert (answer.status_code, part["state"]) == (200, "degraded")
    assert f"{url} (cannot be reached)" in part["detail"]


@pytest.mark.slow
def test_what_tika_read_is_found_under_its_section(
    tmp_path: Path, encoder_cache: Path, tika: TikaServer
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "hosting.odt").write_bytes(office_files.odt())
    (tmp_path / "files" / "locked.odt").write_bytes(office_files.odt(encrypted=True))
    done = run(home, "ingest", str(tmp_path / "files"), "--json", CLAUSEWATCH_TIKA_URL=tika.url)
    assert done.returncode == 1
    assert json.loads(done.stdout)["outcomes"] == {
        "indexed": 1, "unchanged": 0, "duplicate": 0, "unsupported": 0, "failed": 1,
    }  # fmt: skip
    assert "locked.odt: The file is protected by a password" in done.stderr
    found = run(home, "search", "terminate upon thirty days", "--json")
    hit = json.loads(found.stdout)[0]
    assert (hit["title"], hit["section"]) == ("Hosting Agreement", "Article 1 Termination")
    status = run(home, "status", "--json", CLAUSEWATCH_TIKA_URL=tika.url)
    assert json.loads(status.stdout)["tika"]["url"] == tika.url
    assert json.loads(status.stdout)["tika"]["version"] == tika.version()


@pytest.mark.slow
def test_doctor_explains_a_server_on_this_machine_and_minds_one_that_is_away(
    tmp_path: Path, encoder_cache: Path
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    unset = run(home, "doctor").stdout
    assert f"java -Xmx1g -jar tika-server-standard-{VERSION}.jar -h 127.0.0.1 -p 9998" in unset
    assert "Set CLAUSEWATCH_TIKA_URL=http://127.0.0.1:9998" in unset
    away = run(home, "doctor", CLAUSEWATCH_TIKA_URL=f"http://127.0.0.1:{free_port()}")
    assert away.returncode == 1
    assert "Start the server, or mend CLAUSEWATCH_TIKA_URL." in away.stdout
    refused = run(home, "status", CLAUSEWATCH_TIKA_URL="http://ann:hunter2@tika")
    assert "CLAUSEWATCH_TIKA_URL: expected a URL without user and password" in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout
