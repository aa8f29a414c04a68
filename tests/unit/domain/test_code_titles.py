from enum import StrEnum

import pytest

from payments_hub.domain.code_titles import CODE_TITLES


@pytest.mark.parametrize("kind", CODE_TITLES, ids=lambda kind: kind.__name__)
def test_every_code_of_a_list_has_a_name_in_both_languages(kind: type[StrEnum]) -> None:
    titles = CODE_TITLES[kind]

    assert list(titles) == list(kind)
    assert all(title.vi and title.en for title in titles.values())
