from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.reading import articles


@pytest.mark.parametrize(
    ("value", "order", "expected"),
    [
        ("2022-02-03", "", datetime(2022, 2, 3)),
        ("February 3, 2022", "", datetime(2022, 2, 3)),
        ("3 Feb 2022", "", datetime(2022, 2, 3)),
        ("20220203", "", datetime(2022, 2, 3)),
        ("03/02/2022", "", None),
        ("03/02/2022", "DMY", datetime(2022, 2, 3)),
        ("03/02/2022", "MDY", datetime(2022, 3, 2)),
        ("13/02/2022", "", datetime(2022, 2, 13)),
        ("02/13/2022", "", datetime(2022, 2, 13)),
        ("03.02.2022", "", datetime(2022, 2, 3)),
        (1643882400, "", datetime(2022, 2, 3, 10)),
        ("1643882400000", "", datetime(2022, 2, 3, 10)),
        ("soon", "", None),
        ("", "", None),
        (None, "", None),
        ("9999-99-99", "", None),
        (float("nan"), "", None),
        ("0001-01-01", "", None),
        (True, "", None),
        ([], "", None),
    ],
)
def test_dates(value, order, expected):
    assert articles.read_date(value, order)[0] == expected


@given(st.one_of(st.text(), st.floats(), st.integers(), st.datetimes(), st.none()))
def test_dates_never_raise(value):
    moment, note = articles.read_date(value)
    assert moment is None or 1600 <= moment.year <= 2200
