"""What a notebook needs before its first result."""

import logging

import pytest

from helpers.showing import session


@pytest.mark.parametrize(
    ("words", "printed"),
    [("KeyboardInterrupt caught in kernel.", False), ("Exception in message handler", True)],
)
def test_the_interrupt_that_ends_every_kernel_is_no_error(words, printed, caplog):
    log = logging.getLogger("a kernel")
    log.addFilter(session._is_no_false_alarm)
    with caplog.at_level(logging.ERROR):
        log.error(words)
    assert (words in caplog.messages) is printed
