"""What a crowded head shows of entries and claims."""

from __future__ import annotations

from processors.correlation.trimming import short_claim, short_entry, short_link
from schemas.timeline import Link, Reason
from tests.builders import a_statement, an_attack
from tests.stories import Story


def test_a_short_link_keeps_the_heaviest_reasons_in_their_order_and_still_sums_to_its_score() -> None:
    weights = [0.1, -3.0, 0.2, 2.5, -0.3, 1.5, 0.25, -1.25]
    link = Link(
        score=round(sum(weights), 6),
        reasons=tuple(Reason(feature=f"f{at}", value="x" * 300, contribution=w) for at, w in enumerate(weights)),
    )
    short = short_link(link)
    assert [reason.feature for reason in short.reasons] == ["f1", "f3", "f5", "f7", "others"]
    assert short.score == link.score
    assert abs(sum(reason.contribution for reason in short.reasons) - link.score) < 1e-6
    assert short.reasons[-1].value == "4 smaller reasons"
    assert all(len(reason.value) <= 120 for reason in short.reasons)


def test_a_link_of_few_reasons_keeps_them_all() -> None:
    reasons = tuple(Reason(feature=f"f{at}", value="v", contribution=1.0) for at in range(5))
    assert short_link(Link(score=5.0, reasons=reasons)).reasons == reasons


def test_a_short_entry_is_the_same_entry_with_less_of_everything() -> None:
    story = Story()
    story.tell(an_attack("10:00", by=[f"Person {at}" for at in range(50)], headline="h" * 2_000, event_id="a"))
    entry = story.entries["a"]
    short = short_entry(entry)
    assert (short.event_id, short.role, short.significance) == (entry.event_id, entry.role, entry.significance)
    assert short.actors == entry.actors[:6]
    assert len(short.headline) == 300
    assert short.headline.endswith("…")


def test_a_short_claim_names_fewer_reporters_and_counts_them_all() -> None:
    story = Story()
    for at in range(8):
        story.tell(a_statement(f"1{at}:00", speaker="Police", killed=3, publisher=f"P{at}", event_id=f"s{at}"))
    (claim,) = (claim for claim in story.head("s0").claims if claim.about == "killed")
    assert len(claim.reported_by) == 8
    short = short_claim(claim)
    assert [report.publisher for report in short.reported_by] == ["P0", "P1", "P2"]
    assert short.reports_total == 8
