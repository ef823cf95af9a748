"""What an article's address says of its headline and of its day."""

from __future__ import annotations

from datetime import date

import pytest

from processors.correlation.linking.addresses import day_of, title_words


def test_one_title_at_two_outlets_is_one() -> None:
    one = title_words("https://gulf.example/news/2024/03/01/bomb-kills-four-in-basra-10682.html")
    assert one
    assert one == title_words("https://www.herald.example/en/bomb_kills_four_in_basra")


def test_small_numbers_tell_and_keys_of_articles_do_not() -> None:
    assert title_words("https://a.example/bandits-kill-18-in-kaya") != title_words(
        "https://a.example/bandits-kill-19-in-kaya"
    )
    assert title_words("https://a.example/bandits-kill-18-in-kaya-20240301") == title_words(
        "https://b.example/bandits-kill-18-in-kaya/story-x7k2p9"
    )


def test_an_address_in_another_script_is_read() -> None:
    assert (
        len(title_words("https://a.example/%D0%B2%D0%B7%D1%80%D1%8B%D0%B2-%D0%B2-%D0%BF%D0%BE%D1%80%D1%82%D1%83")) == 3
    )


@pytest.mark.parametrize(
    "url", [None, "", "https://a.example/", "https://a.example/world/asia/31102021", "http://[::1", "https://a.example/?p=58704"]
)  # fmt: skip
def test_what_names_no_title_has_no_words(url: str | None) -> None:
    assert title_words(url) == ()


def test_the_fragment_is_not_part_of_the_title() -> None:
    assert title_words("https://a.example/bomb-kills-four#3-more-words-here") == title_words(
        "https://a.example/bomb-kills-four"
    )


@pytest.mark.parametrize(
    "path",
    ["/2021/11/24/police-enter", "/report/2021-11-24-university", "/a/20211124", "/n_2021.11.24.html",
     "/2021-02-30/x/2021_11_24", "/2021/11/24/2021-12-01-old"],
)  # fmt: skip
def test_the_first_day_that_the_path_spells_out_is_its_day(path: str) -> None:
    assert day_of("https://a.example" + path) == date(2021, 11, 24).toordinal()


@pytest.mark.parametrize(
    "url",
    [None, "", "http://[::1", "https://a.example/", "https://a.example/2021/11/", "https://a.example/120211124",
     "https://a.example/202111245", "https://a.example/2021-11/24", "https://a.example/24-11-2021",
     "https://a.example/2021-13-04", "https://a.example/story?on=2021-11-24"],
)  # fmt: skip
def test_what_spells_out_no_day_has_none(url: str | None) -> None:
    assert day_of(url) is None
