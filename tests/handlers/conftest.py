"""Every dialogue test talks to the desk through `talk`, with the content that ships."""

import pytest

from tests.handlers.talk import Talk


@pytest.fixture
def talk() -> Talk:
    return Talk()
