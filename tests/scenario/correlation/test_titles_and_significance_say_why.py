"""What a reader sees first, and the reasons for it."""

from __future__ import annotations

import pytest

from tests.builders import a_decision, a_place, a_statement, an_attack, occurred_at
from tests.stories import Story


def reasons(story: Story, event_id: str) -> tuple[str, ...]:
    return story.entries[event_id].significance_reasons


def test_each_report_is_judged_by_what_it_adds() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="first", killed=2, publisher="AFP"),
        an_attack("10:30", event_id="second", killed=2, publisher="Reuters"),
        an_attack("11:00", event_id="more", killed=6, publisher="Reuters"),
        an_attack("11:10", event_id="again", killed=6, publisher="AFP"),
        an_attack(
            "11:20", "Kherson market", event_id="site", publisher="AFP", extra={"apart": ""}, refers_to=["first"]
        ),
        a_statement("12:00", event_id="claim", speaker="Group X", stance="claim_responsibility"),
        a_statement("12:30", event_id="deny", speaker="Group Y", stance="deny_responsibility"),
        a_statement("12:40", event_id="deny2", speaker="Group Z", stance="deny_responsibility"),
        a_statement("13:00", event_id="head", speaker="President Ann Example", stance="condemn"),
        a_statement("13:10", event_id="vice", speaker="Vice President Bo Sample", stance="condemn"),
    )
    assert "first report of it, by AFP" in reasons(story, "first")
    assert "first figure of people killed: 2" in reasons(story, "first")
    assert "second independent source: Reuters" in reasons(story, "second")
    assert "raises the number killed from 2 to 6" in reasons(story, "more")
    assert reasons(story, "again") == ("reports the incident itself",)
    assert "first to name the site: Kherson market" in reasons(story, "site")
    assert "first claim of responsibility: Group X" in reasons(story, "claim")
    assert "first denial of responsibility: Group Y" in reasons(story, "deny")
    assert "another denial of responsibility: Group Z" in reasons(story, "deny2")
    assert "a head of state or government speaks: President Ann Example" in reasons(story, "head")
    assert "first to condemn it" in reasons(story, "head")
    assert reasons(story, "vice") == ("a statement about it",)
    weight = {name: entry.significance for name, entry in story.entries.items()}
    assert weight["first"] > weight["more"] > weight["second"] > weight["again"]
    assert weight["claim"] > weight["deny"] > weight["deny2"] > weight["vice"]
    assert all(0.0 <= value <= 1.0 for value in weight.values())


def test_reasons_stand_with_the_heaviest_first_after_that_of_the_role() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="first", killed=2, weapons="drone", by="Group X"))
    assert reasons(story, "first") == (
        "reports the incident itself",
        "first report of it, by AFP",
        "first to name who did it: Group X",
        "first figure of people killed: 2",
        "first to say by what means: drone",
    )


def test_a_report_that_opened_what_was_merged_is_said_to_have_opened_a_part_and_nothing_else_changes() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k", killed=2),
        an_attack("10:10", "Lagos", event_id="l", killed=3, weapons="drone"),
    )
    story.tell(a_decision("merge", incidents=[story.home("k"), story.home("l")]))
    assert reasons(story, "k")[1] == "first report of it, by AFP"
    assert reasons(story, "l") == (
        "reports the incident itself",
        "first report of what became part of this",
        "first figure of people killed: 3",
        "first to say by what means: drone",
    )


def test_a_copy_counts_next_to_nothing_whatever_it_repeats() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="first", killed=2, headline="Blast"),
        an_attack("11:00", event_id="copy", killed=9, weapons="drone", headline="Blast", publisher="Blog"),
    )
    assert story.entries["copy"].source.copy_of == "first"
    assert story.entries["copy"].significance == 0.03


def test_the_title_is_the_headline_that_tells_most_and_stays_when_another_tells_as_much() -> None:
    story = Story()
    vague = an_attack(
        "10:00", "somewhere", happened=occurred_at("2024-03-01", "month"), headline="Reports of an incident"
    )
    story.tell(vague)
    told = an_attack(
        "11:00", "somewhere", killed=3, weapons="drone", headline="Drone kills three at a market in Kherson"
    )
    story.tell(
        told,
        refers := an_attack(
            "12:00", "somewhere", killed=3, weapons="drone", headline="Three die in Kherson, drone used, officials say"
        ),
    )
    assert story.home(refers) == story.home(vague)
    assert story.head(vague).title == "Drone kills three at a market in Kherson"
    assert [(change.was, change.now) for change in story.changes("retitled")] == [
        ("Reports of an incident", "Drone kills three at a market in Kherson")
    ]


def test_a_title_whose_toll_was_raised_gives_way() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="a", killed=2, headline="Two dead in a blast at Kherson's market"))
    story.tell(an_attack("12:00", event_id="b", killed=6, headline="Six dead in a blast at Kherson's market"))
    assert story.head("a").title == "Six dead in a blast at Kherson's market"


def test_a_title_whose_toll_more_speakers_contradict_than_hold_gives_way() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=25, headline="Twenty-five soldiers killed in the attack", publisher="APA"),
        an_attack("11:00", killed=89, headline="Eighty-nine soldiers killed in the attack", publisher="Reuters"),
    )
    assert story.head(first).title == "Twenty-five soldiers killed in the attack"
    story.tell(an_attack("12:00", killed=89, headline="The government counts 89 dead soldiers", publisher="BBC"))
    assert story.head(first).title == "Eighty-nine soldiers killed in the attack"


def test_a_title_that_a_statement_outvotes_gives_way_to_a_report_that_was_there_before() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=25, headline="Twenty-five soldiers killed in the attack", publisher="APA"),
        an_attack("11:00", killed=89, headline="Eighty-nine soldiers killed in the attack", publisher="Reuters"),
        said := a_statement("12:00", killed=89, speaker="The minister", headline="Minister counts 89"),
    )
    assert story.home(said) == story.home(first)
    assert story.head(first).title == "Eighty-nine soldiers killed in the attack"


def test_a_title_that_is_outvoted_gives_way_to_the_first_that_tells_as_much_not_to_the_newest() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=1, headline="One dead in the attack on the market", publisher="APA"),
        an_attack("11:00", killed=0, headline="No deaths in the attack on the market", publisher="Herald"),
        a_statement("12:00", killed=0, speaker="The minister", headline="Minister: no deaths"),
    )
    assert story.head(first).title == "No deaths in the attack on the market"
    story.tell(
        a_statement("13:00", killed=1, speaker="The hospital", headline="Hospital: one dead"),
        an_attack("14:00", killed=1, headline="Where one died people gather once more", publisher="Reuters"),
    )
    assert story.head(first).title == "One dead in the attack on the market"


def test_a_title_that_is_outvoted_does_not_give_way_to_one_that_tells_less() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", killed=1, headline="One dead and many hurt in the attack", publisher="APA"),
        an_attack("11:00", headline="People gather once more a day after the attack", publisher="Herald"),
        a_statement("12:00", killed=0, speaker="The minister", headline="Minister: no deaths"),
        a_statement("13:00", killed=0, speaker="The hospital", headline="Hospital: no deaths"),
    )
    assert story.head(first).title == "One dead and many hurt in the attack"


def test_a_headline_that_was_cut_off_gives_way_to_a_whole_one() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", headline="Detectives: attack on the market could be part of...", publisher="A"),
        an_attack("11:00", headline="Two dead as the market of Kherson is attacked", publisher="B"),
    )
    assert story.head(first).title == "Two dead as the market of Kherson is attacked"


def test_a_title_in_a_language_that_few_reports_have_gives_way() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", headline="Ataque atinge o mercado de Kherson", publisher="A", language="pt-BR"),
        an_attack("11:00", headline="Attack hits the market of Kherson city", publisher="B", language="en"),
    )
    assert story.head(first).title == "Ataque atinge o mercado de Kherson"
    story.tell(an_attack("12:00", headline="Market of Kherson city attacked at noon", publisher="C", language="en-GB"))
    assert story.head(first).title == "Attack hits the market of Kherson city"
    story.tell(
        an_attack("13:00", headline="Mercado de Kherson atacado ao meio-dia", publisher="D", language="pt"),
        an_attack("14:00", headline="Ataque ao mercado de Kherson, diz governo", publisher="E", language="pt"),
    )
    assert story.head(first).title == "Attack hits the market of Kherson city", "it does not go to and fro"


def test_a_title_in_a_language_that_few_reports_have_does_not_give_way_to_one_that_tells_far_less() -> None:
    story = Story()
    story.tell(
        first := an_attack(
            "10:00", killed=2, weapons="drone", headline="Dois mortos em Kherson, ataque de drone", language="pt"
        ),
        an_attack("11:00", headline="Attack hits the market of Kherson city", publisher="B", language="en"),
        an_attack("12:00", headline="Market of Kherson city attacked at noon", publisher="C", language="en"),
    )
    assert story.head(first).title == "Dois mortos em Kherson, ataque de drone"


def test_a_title_of_a_language_that_is_not_known_stays() -> None:
    story = Story()
    story.tell(
        first := an_attack("10:00", headline="Ataque atinge o mercado de Kherson", publisher="A"),
        an_attack("11:00", headline="Attack hits the market of Kherson city", publisher="B", language="en"),
        an_attack("12:00", headline="Market of Kherson city attacked at noon", publisher="C", language="en"),
    )
    assert story.head(first).title == "Ataque atinge o mercado de Kherson"


def test_a_title_whose_report_is_withdrawn_gives_way_to_the_next_best() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=2, headline="Two dead in a blast at Kherson's market"),
        an_attack("10:30", event_id="b", headline="Blast heard in the city of Kherson", publisher="Reuters"),
        a_decision("retract", events=["a"]),
    )
    assert story.head("b").title == "Blast heard in the city of Kherson"


def test_a_timeline_is_not_called_by_a_report_that_left_it_though_it_holds_withdrawn_ones_only() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="wrong", headline="Something exploded"),
        an_attack("10:30", event_id="right", headline="Two killed in the blast at the market", killed=2),
        an_attack("11:00", event_id="taken-back", headline="It did not explode", publisher="Gazette"),
        a_decision("retract", "12:00", events=["wrong", "taken-back"]),
    )
    assert story.head("wrong").title == "Two killed in the blast at the market"
    story.tell(a_decision("split", "13:00", incidents=[story.home("wrong")], events=["right"]))
    assert story.head("right").title == "Two killed in the blast at the market"
    assert story.head("wrong").title == "Something exploded"
    assert story.changes("retitled")[-1].now == "Something exploded"
    story.tell(a_decision("redact", "14:00", events=["wrong"]))
    assert story.head("wrong").title == "[redacted]"


def test_the_place_is_the_most_precise_one_that_agrees_with_most_reports() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", "Ukraine", event_id="country"),
        an_attack("10:10", event_id="c1", refers_to=["country"]),
        an_attack("10:20", event_id="c2", publisher="Reuters"),
        an_attack("10:25", "Almaty airport", event_id="wrong-site", publisher="CNN", refers_to=["country"]),
        an_attack("10:30", "Kherson market", event_id="site", publisher="BBC", refers_to=["country"]),
        an_attack("10:40", "Kyiv", event_id="wrong", publisher="Blog", refers_to=["country"]),
    )
    head = story.head("country")
    assert head.entries_total == 6
    assert head.location is not None
    assert head.location.name == "Kherson market"
    disputed = {claim.value for claim in head.claims if claim.about == "place" and claim.state == "disputed"}
    assert disputed == {"Kherson", "Kyiv", "Kherson market", "Almaty airport", "Ukraine"}


@pytest.mark.parametrize(("most", "other"), [("Kherson", "Kyiv"), ("Kyiv", "Kherson")])
def test_of_places_that_are_as_precise_the_most_reported_one_is_shown(most: str, other: str) -> None:
    story = Story()
    story.tell(
        an_attack("10:00", other, event_id="a"),
        an_attack("10:10", most, event_id="b", publisher="Reuters", refers_to=["a"], extra={"apart": "?"}),
        an_attack("10:20", most, event_id="c", publisher="BBC", refers_to=["a"], extra={"apart": "?"}),
    )
    head = story.head("a")
    assert head.entries_total == 3
    assert head.location is not None
    assert head.location.name == most


def test_a_place_without_coordinates_and_one_that_may_be_anything_dispute_no_other() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        an_attack("10:10", a_place("the bridge", lat=6.45, lon=3.39), publisher="Reuters", refers_to=["a"]),
        an_attack("10:20", a_place("Novy Most", precision="site"), publisher="BBC", refers_to=["a"]),
    )
    assert story.claims("a", "place") == [
        ("Kherson", "AFP", "current"),
        ("the bridge", "Reuters", "current"),
        ("Novy Most", "BBC", "current"),
    ]


def test_the_time_is_the_most_precise_one_inside_what_most_reports_say() -> None:
    story = Story()
    for number, happened in enumerate((occurred_at("2024-03-01", "day"),) * 2):
        story.tell(an_attack(f"10:0{number}", happened=happened, publisher=f"P{number}"))
    story.tell(exact := an_attack("11:00", happened="08:15", publisher="BBC"))
    head = story.head(exact)
    assert head.occurred is not None
    assert head.occurred.precision == "minute"


def test_entries_stand_by_occurrence_then_report_then_id() -> None:
    story = Story()
    story.tell(
        an_attack("12:00", event_id="c", happened="09:00"),
        an_attack("11:00", event_id="b", happened="09:00", publisher="Reuters"),
        an_attack("13:00", event_id="a", happened="08:00", publisher="BBC"),
        an_attack("11:00", event_id="a2", happened="09:00", publisher="Reuters"),
    )
    assert [entry.event_id for entry in story.head("a").entries] == ["a", "a2", "b", "c"]


def test_of_very_many_reports_the_head_shows_the_twenty_newest_even_if_they_tell_nothing_new() -> None:
    story = Story()
    story.tell(*(an_attack(f"10:{n}", event_id=f"k{n}", publisher=f"P{n}", killed=n) for n in range(10, 59)))
    story.tell(*(an_attack(f"11:{n}", event_id=f"again{n}", publisher="P58", killed=58) for n in range(10, 59)))
    shown = [entry.event_id for entry in story.head("k10").entries]
    assert story.head("k10").entries_total == 98 > len(shown)
    assert shown[-20:] == [f"again{n}" for n in range(39, 59)]
