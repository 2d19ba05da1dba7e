from datetime import date

import pytest

from benchmarks.dates import expert_dates
from models.dates import agreement_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dated as of March 3, 2004", date(2004, 3, 3)),
        ("made this 5th day of May 2010", date(2010, 5, 5)),
        ("made this 5th day of May, 2010", date(2010, 5, 5)),
        ("entered into on 3 March 2004", date(2004, 3, 3)),
        ("Date: 03/04/2004", date(2004, 3, 4)),
        ("Date: 23/04/2004", date(2004, 4, 23)),
        ("Effective 2004-03-31.", date(2004, 3, 31)),
        ("geschlossen am 3. März 2004", date(2004, 3, 3)),
        ("geschlossen am 03.04.2004", date(2004, 4, 3)),
        ("convenu ce qui suit le 3 mars 2004", date(2004, 3, 3)),
        ("fait à Lyon, le 1er août 2019", date(2019, 8, 1)),
        ("this twenty-first day of June, 1999", date(1999, 6, 21)),
        ("THE FIRST DAY OF JULY 2001", date(2001, 7, 1)),
        ("as of the 1st of Sept. 2005", date(2005, 9, 1)),
        ("Date: 1/2/98", date(1998, 1, 2)),
        ("DECEMBER\n31st,  2012", date(2012, 12, 31)),
    ],
)
def test_dates_are_read_in_the_forms_of_contracts(text, expected):
    assert agreement_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no date at all",
        "dated as of February 30, 2004",
        "dated as of March 3, 1704",
        "dated as of March 3, 2904",
        "dated as of ________ __, 2004",
        "13/13/2004",
        "Section 3.4.12 and 10.2.1",
        "x" * 3000 + " dated as of March 3, 2004",
    ],
)
def test_what_is_no_plausible_date_of_the_head_gives_none(text):
    assert agreement_date(text) is None


def test_a_date_behind_the_words_of_a_date_wins_over_one_that_stands_alone():
    assert agreement_date("June 1, 2001 draft. Agreement dated as of July 2, 2002.") == date(2002, 7, 2)


def test_dates_of_filings_and_of_the_end_are_passed_over():
    text = "Source: ACME INC, 10-Q, 8/14/2009. This Agreement, made March 3, 2004, ends on May 1, 2010."
    assert agreement_date(text) == date(2004, 3, 3)


def test_most_marked_dates_of_real_contracts_are_found(shared_data):
    folder = shared_data / "cuad"
    expected = expert_dates(folder / "spans.jsonl")
    right = 0
    for name, days in expected.items():
        text = (folder / "contracts" / name).read_text(encoding="utf-8", errors="replace")
        right += agreement_date(text) in days
    assert right / len(expected) > 0.85
