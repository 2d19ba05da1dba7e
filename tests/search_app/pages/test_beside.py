"""A version that labels beside the one in use: found, shown on hits, counted, ended."""

import re
from typing import Any

from indexer.registry import Origin
from indexer.shadow import Shadowing
from tests.classifiers import model_bytes
from tests.search_app.pages.house import House
from tests.search_app.pages.test_learned_labels import MODEL as LEARNED_MODEL
from tests.search_app.pages.test_learned_labels import words

MODEL = LEARNED_MODEL
# It sees no cap, and a law where the one in use is not sure of one.
OTHER = model_bytes(
    {
        "Cap On Liability": {"word": "nowhere", "probability": 0.9},
        "Governing Law": {"word": "state of new york", "probability": 0.95},
    }
)


def begin(house: House) -> str:
    """Lets the other one label beside; returns its version."""
    parts = house.site.parts
    version = parts.registry.register(OTHER, Origin.TRAINED).version
    work = Shadowing(parts.engine, parts.registry, parts.packs, parts.encoder.version)
    work.begin(version, "ann", "2026-01-01T00:00:00.000Z")
    work.run()
    return str(version)


def texts(house: House, address: str) -> list[str]:
    answer: Any = house.client.get(f"/api/search?{address}").json
    return [hit["text"] for hit in answer["hits"]]


def test_search_finds_what_one_flags_and_the_other_does_not(learned: House) -> None:
    assert "Two versions" not in learned.get("/?q=agreement")
    version = begin(learned)
    assert "Two versions" in learned.get("/?q=agreement")
    new = texts(learned, "flagged=new&label=Governing+Law")
    assert new
    assert all("State of New York" in text for text in new)
    assert texts(learned, "flagged=old&label=Governing+Law") == []
    old = texts(learned, "flagged=old&label=Cap+On+Liability")
    assert old
    assert all("aggregate" in text for text in old)
    assert texts(learned, "q=zebra&mode=keyword&flagged=old") == []
    page = words(learned.get("/?flagged=old&label=Cap+On+Liability"))
    assert f"Version {version} , which labels beside, would not say: Cap on liability." in page
    assert "Flagged by the one in use alone ×" in page
    [hit, *_] = (learned.client.get("/api/search?flagged=new&label=Governing+Law").json or {})["hits"]
    assert {"version": version, "label": "Governing Law", "gained": True} in hit["beside"]
    assert learned.client.get("/api/search?flagged=both").status_code == 400


def test_the_page_of_models_counts_by_label_and_ends_it(learned: House) -> None:
    version = begin(learned)
    page = learned.get("/models")
    assert f"{version} labels beside it since" in words(page)
    assert "/?label=Cap+On+Liability&amp;flagged=old" in page
    token = re.search(
        r'action="/models/shadow/stop"><input type="hidden" name="csrf_token" value="([^"]+)"', page
    )
    assert token
    answer = learned.client.post("/models/shadow/stop", data={"csrf_token": token[1], "pack": "contracts"})
    assert answer.status_code == 303
    assert "Beside the one in use" not in learned.get("/models")
    assert texts(learned, "flagged=old") == []
    assert learned.rows("shadow_labels") == []
