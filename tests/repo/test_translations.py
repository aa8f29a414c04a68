import gettext

import pytest

from tools.translate import CATALOGUE, read_catalogue, words_of_templates


def compiled_catalogue() -> gettext.GNUTranslations:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@pytest.mark.parametrize("words", sorted(words_of_templates()))
def test_every_word_of_a_page_has_its_translation(words: str) -> None:
    assert compiled_catalogue().gettext(words) != words, "run: python tools/translate.py"


def test_the_catalogue_has_no_word_that_no_page_says() -> None:
    assert {message.id for message in read_catalogue() if message.id} == words_of_templates()


def test_the_compiled_catalogue_is_the_readable_one() -> None:
    compiled = compiled_catalogue()

    assert [
        entry.id for entry in read_catalogue() if entry.id and compiled.gettext(str(entry.id)) != entry.string
    ] == []
