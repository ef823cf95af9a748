"""Names in texts that set no blanks between words."""

from __future__ import annotations

import pytest

from processors.correlation.linking.coded import taken_apart
from processors.correlation.linking.concepts import mask_of
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.script import term_of
from processors.correlation.linking.unspaced import has_names, names_in
from tests.builders import a_statement


def names(headline: str, language: str) -> set[str]:
    said = a_statement("10:00", None, speaker="Ann Example", headline=headline)
    return set(features_of(said.model_copy(update={"language": language})).names) - {"ann", "aksmbl"}


def test_a_person_meets_himself_whatever_stands_beside_him() -> None:
    assert {"林卓", "卓廷"} <= set(names_in("議員林卓廷嘴部流血").names)
    assert {"林卓", "卓廷"} <= set(names_in("林卓廷见记者").names)


def test_what_binds_words_and_what_a_report_is_about_are_no_names() -> None:
    assert names_in("警察和示威者在现场发生冲突").names == ()
    assert names_in("政府表示目前没有消息").names == ()


def test_both_ways_to_write_chinese_meet_and_both_meet_latin_letters() -> None:
    assert names("郑州发生爆炸", "zh") == names("鄭州發生爆炸", "zh") == names("Blast near Zhengzhou", "en")


@pytest.mark.parametrize(
    ("clause", "country"),
    [("美国大使馆", "US"), ("ミャンマーで抗議", "MM"), ("รัฐบาลเมียนมา", "MM"), ("在緬甸", "MM")],
)
def test_countries_are_found_inside(clause: str, country: str) -> None:
    found = names_in(clause)
    assert found.countries == (country,)
    assert not any("ミャンマー" in name for name in found.names)


def test_a_town_is_known_by_its_name_in_another_script() -> None:
    assert "曼德勒" in names_in("5日在曼德勒中弹").names
    assert names("缅甸:曼德勒中弹", "zh") & names("Shots in Mandalay, Myanmar", "en")


def test_a_word_of_other_letters_among_them_is_one_place_or_none() -> None:
    assert "tokyo" in names_in("tokyo都庁").names
    assert "mandalay" in names_in("在mandalay中弹").names
    assert "mandalay" not in names_in("xmandalays市民").names


def test_a_word_of_what_reports_are_about_begins_where_a_word_does() -> None:
    blast = mask_of([term_of("爆炸")])
    assert blast
    for word in ("现场发生爆炸", "bomb爆炸", "现场bombing"):
        assert mask_of([term_of(word)]) == blast, word
    assert not mask_of([term_of("xxbombing的")])


def test_katakana_are_names_but_for_words_of_the_language() -> None:
    assert names_in("グテレス氏がクーデターを非難").names == ("グテレス",)
    assert "gtrs" in names("グテレス氏が非難", "ja")


def test_a_coded_name_is_compared_as_a_text_is() -> None:
    assert set(taken_apart("林卓廷").keys) <= set(taken_apart("議員林卓廷").keys)
    assert taken_apart("ตำรวจ").keys, "where nothing tells what is a name, the whole is"


def test_of_a_long_clause_so_many() -> None:
    assert len(names_in("".join(chr(0x4E00 + 7 * at) for at in range(100))).names) <= 40
    assert not has_names("ตำรวจ")
