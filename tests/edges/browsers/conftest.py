"""One running product and one Chromium for all the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.edges.browser import Product, chromium, need_browser, product


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    need_browser()
    with product(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(desk: Product) -> Iterator[Browser]:
    with chromium() as launched:
        yield launched
