r"""From pressing the button to a label that is found: a new rule of the house over a large collection.

    CLAUSEWATCH_HOME=… clausewatch serve --port 8355 &
    python -m benchmarks.house_rule http://127.0.0.1:8355 --collection cuad --label Insurance \
        --any "late fee*" --words "late fees"

Presses "Try it" and "Put it to work", searches with the filter of the label until one more passage has it,
then retires the rule and waits until all are gone. Searches go on all the while; the slowest is told.
"""

import argparse
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SAVED = re.compile(r"saved=([0-9a-f]+)")
LIMIT_SECONDS = 900
_AGENT = {"User-Agent": "Mozilla/5.0 (benchmark)"}


@dataclass
class Pages:
    """The pages, as a person uses them."""

    address: str
    collection: str
    browser: requests.Session = field(default_factory=requests.Session)

    def press(self, path: str, **values: str) -> requests.Response:
        """Sends a form and returns the answer."""
        page = self.browser.get(f"{self.address}/rules", headers=_AGENT, timeout=60).text
        token = TOKEN.search(page)
        assert token is not None
        form = {"csrf_token": token[1], "collection": self.collection, **values}
        answer = self.browser.post(f"{self.address}{path}", data=form, headers=_AGENT, timeout=120)
        answer.raise_for_status()
        return answer

    def found(self, label: str, words: str) -> int:
        """Returns how many passages a search with the filter of a label finds."""
        asked = {"q": words, "label": label, "mode": "keyword", "facets": "0"}
        answer = requests.get(f"{self.address}/api/search", params=asked, headers=_AGENT, timeout=60)
        answer.raise_for_status()
        return int(answer.json()["total"])


class Searching(threading.Thread):
    """Searches every quarter of a second until it is told to stop, and counts."""

    def __init__(self, pages: Pages, words: str) -> None:
        super().__init__(daemon=True)
        self.pages, self.words = pages, words
        self.seconds: list[float] = []
        self.failed = 0
        self.ending = threading.Event()

    def run(self) -> None:
        """Searches."""
        while not self.ending.wait(0.25):
            started = time.perf_counter()
            try:
                requests.get(
                    f"{self.pages.address}/api/search", params={"q": self.words}, headers=_AGENT, timeout=60
                ).raise_for_status()
            except requests.RequestException:
                self.failed += 1
            self.seconds.append(time.perf_counter() - started)


def main() -> None:
    """Measures one rule there and back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--collection", required=True)
    parser.add_argument("--label", required=True)
    parser.add_argument("--any", required=True, help="what the rule looks for")
    parser.add_argument("--words", required=True, help="a search that finds some of its matches")
    asked = parser.parse_args()
    pages = Pages(asked.address.rstrip("/"), asked.collection)
    before = pages.found(asked.label, asked.words)
    searching = Searching(pages, asked.words)
    searching.start()
    form = {"label": asked.label, "any": asked.any, "within": "10"}
    started = time.perf_counter()
    pages.press("/rules", do="try", **form)
    print(f"tried in {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    saved = pages.press("/rules", do="save", **form)
    print(f"saved in {time.perf_counter() - started:.1f} s")
    _wait(lambda: pages.found(asked.label, asked.words) > before)
    print(f"found by a search with the label after {time.perf_counter() - started:.1f} s")
    rule = SAVED.search(saved.url)
    assert rule is not None
    started = time.perf_counter()
    pages.press(f"/rules/{rule[1]}/retire", reason="benchmark")
    after = _wait(lambda: pages.found(asked.label, asked.words) == before)
    print(f"gone {after:.1f} s after it was retired")
    searching.ending.set()
    searching.join()
    ordered = sorted(searching.seconds)
    print(
        f"{len(ordered)} searches meanwhile, {searching.failed} failed; median "
        f"{1000 * ordered[len(ordered) // 2]:.0f} ms, slowest {ordered[-1]:.1f} s"
    )


def _wait(is_so: Callable[[], bool]) -> float:
    """Returns the seconds until something is so."""
    started = time.perf_counter()
    while not is_so():
        if time.perf_counter() - started > LIMIT_SECONDS:
            raise SystemExit(f"It was not so within {LIMIT_SECONDS} s")
        time.sleep(0.5)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
