from __future__ import annotations

from benchmarks.ablation import EVIDENCE
from processors.correlation.linking.pair_terms import PAIR_FEATURES

#: where any pair starts, what is not known, and what only two rows of databases have
_NO_EVIDENCE = {"bias", "no_place", "thin"}
_OF_ROWS = {"one_database", "row_next_day", "row_other_day", "row_distance", "row_near_same_day", "parties_shared",
            "parties_differ"}  # fmt: skip


def test_each_feature_of_reports_is_switched_off_with_some_kind_of_evidence() -> None:
    """Else the table says of a kind what it is worth while a part of it stays on."""
    grouped = {name for names in EVIDENCE.values() for name in names}
    assert set(PAIR_FEATURES) - grouped == _NO_EVIDENCE | _OF_ROWS
    assert grouped <= set(PAIR_FEATURES)
