"""The pages while the PostgreSQL server is down, and afterwards."""

from pathlib import Path

from tests.postgres import PASSWORD, PostgresServer, new_database
from tests.search_app.pages.house import fill, open_house


def test_pages_say_that_the_database_is_down_and_answer_again_when_it_is_back(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with new_database(own_postgres.url) as url:
        fill(tmp_path, url)
        with open_house(tmp_path, url) as house:
            own_postgres.stop()
            try:
                answers = [house.client.get(address) for address in ("/api/search?q=liability", "/runs")]
                health = house.client.get("/health")
            finally:
                own_postgres.start()
            assert [answer.status_code for answer in answers] == [503, 503]
            assert "The database of the records did not answer." in answers[0].json["error"]["message"]
            parts = {part["name"]: part for part in health.json["parts"]}
            assert (parts["records"]["state"], parts["records"]["detail"]) == (
                "down",
                "The database does not answer.",
            )
            assert all(
                secret not in answer.text for answer in (*answers, health) for secret in (PASSWORD, url)
            )
            assert house.client.get("/api/search?q=liability").json["total"] > 0
