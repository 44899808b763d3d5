"""Somebody at a page of ours without a mouse: Tab, arrows, Enter; and what axe finds for those who do not see it."""

import re
from typing import Any

from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def name_of_focus(page: Page) -> str:
    found: str = page.evaluate(
        """() => { const one = document.activeElement;
                   return one.getAttribute('aria-label') || one.labels?.[0]?.innerText.trim() || one.textContent.trim(); }"""
    )
    return re.sub(r"\s+", " ", found)


def tab_to(page: Page, name: str, *, back: bool = False, most: int = 90) -> None:
    """Presses Tab until what begins with this name has the focus, and sees that the focus is shown."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if name_of_focus(page).startswith(name):
            assert "none" != page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            return
    raise AssertionError(f"the keyboard does not reach “{name}”; it is at “{name_of_focus(page)}”")


def press(page: Page, name: str, *, back: bool = False, most: int = 90) -> None:
    """Enter on what begins with this name."""
    tab_to(page, name, back=back, most=most)
    page.keyboard.press("Enter")


def choose_step(page: Page, tag: str) -> None:
    """The focus is on the list of steps: arrow keys choose, as in every list."""
    for _ in range(40):
        if tag == page.evaluate("() => document.activeElement.value"):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"there is no step {tag}")


def settle(page: Page) -> None:
    """Until no request is under way, and what it brought is in its place."""
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')")


def wider_than_the_screen(page: Page) -> int:
    """Pixels that one would have to scroll sideways."""
    found: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
