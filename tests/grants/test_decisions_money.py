"""Whatever is written, what is issued is lawful. In a module of its own: Django's TestCase closes the connection when it ends."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from grants.models import Call, Decision
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from tests.factories import decisions
from tests.grants.scene import again
from tests.grants.test_decisions import another, waiting


class Money(TestCase):
    """Whatever is written, what is issued is lawful, and within call and frame unless a reason is logged."""

    @settings(max_examples=12)
    @given(
        wishes=st.lists(
            st.tuples(st.integers(1, 26_000_000), st.decimals("0.01", "50", places=2), st.booleans()),
            min_size=1,
            max_size=3,
        ),
        frame=st.integers(10_000_000, 60_000_000),
        highest=st.decimals("5", "50", places=2),
    )
    def test_money_is_within_its_limits(self, wishes, frame, highest):
        stage = waiting(frames={2027: Kronor.from_ore(frame)})
        rows = [stage.application, *(another(stage) for _ in wishes[1:])]
        Call.objects.update(largest_grant=Kronor(180_000), highest_share=highest)
        rows = [again(row) for row in rows]
        for application, (cap, share, reasoned) in zip(rows, wishes, strict=True):
            decisions.prepare(application, by=stage.leader)
            draft = decisions.write(
                application, by=stage.leader, cap=Kronor.from_ore(cap), share=share, exceeds_reason="Skäl." if reasoned else ""
            )
            try:
                decisions.issue(draft, by=stage.decider)
            except TransitionRefused:
                assert again(draft).state == "draft"
        within = Kronor(0)
        for decision in Decision.objects.issued().order_by("pk"):
            assert decision.cap.ore * 2 <= decision.counted_costs.ore
            assert 0 < decision.share <= 50
            if not decision.exceeds_reason:
                assert decision.cap <= Kronor(180_000)
                assert decision.share <= highest
                assert decision.cap.amount * 100 <= decision.counted_costs.amount * highest
                before = Decision.objects.issued().filter(pk__lt=decision.pk).granted_sum()
                assert (before + decision.cap).ore <= frame
                within += decision.cap
        assert within.ore <= frame
