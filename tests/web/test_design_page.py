"""The page of components: everything once, in every state, in both languages."""

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.languages import Language
from payments_hub.domain.overview import FigureState
from payments_hub.domain.verdicts import Verdict
from payments_hub.web.components import verdict_tag
from tests.support.web import sign_in

pytestmark = pytest.mark.database


@pytest.mark.parametrize("language", list(Language))
def test_every_verdict_and_every_state_of_a_figure_is_there(client: FlaskClient, language: Language) -> None:
    sign_in(client)
    client.get(f"/language/{language}")

    text = client.get("/design").text

    words = [verdict_tag(verdict, language).word for verdict in Verdict]
    assert [word for word in words if word not in text] == []
    assert [state for state in FigureState if f"head state-{state}" not in text] == []
    assert ("Lỗi của chúng tôi" in text) == (language is Language.VI)


def test_all_that_it_shows_wears_the_mark_of_simulated_data(client: FlaskClient) -> None:
    sign_in(client)

    text = client.get("/design").text

    assert text.count('class="sim"') >= len(FigureState)


def test_who_is_not_signed_in_is_led_to_the_sign_in(client: FlaskClient) -> None:
    answer = client.get("/design")

    assert answer.headers["Location"].startswith("/sign-in")
