"""Carbon accounts of random chains with random meter readings."""

from datetime import date, timedelta

from hypothesis import strategies as st

from carbon_story import power, used
from filon.accounts.carbon.account import CarbonAccount, carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors
from filon.books.post import post
from story import said as told
from strategies import REGISTER, SITES

readings = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 40), st.integers(0, 900)), max_size=6
)


def account(said, meters) -> CarbonAccount:
    start = date(2026, 1, 1)
    events = [
        used(1 + number, SITES[at], power(str(kwh), "0.5", supply="own"), since=str(start + timedelta(days=day)),
             until=str(start + timedelta(days=day + span)))
        for number, (at, day, span, kwh) in enumerate(meters)
    ]  # fmt: skip
    listed, _ = activities([*said, *told(*events)])
    return carbon_account(post(said, REGISTER), listed, Factors.standard())
