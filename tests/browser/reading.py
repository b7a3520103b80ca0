"""What a reader of a page sees and reaches: measured in the browser."""

import itertools
import math

from playwright.sync_api import Page

_CONTRASTS = """() => {
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = rgb => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('main *:not(svg):not(svg *)')) {
    if (![...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [one, other] = [parts(getComputedStyle(element).color), behind(element)].map(luminance);
    found.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), element.outerHTML.slice(0, 120)]);
  }
  return found;
}"""


def faint_texts(page: Page, *, least: float = 4.5) -> list[tuple[float, str]]:
    """Texts whose contrast with what is behind them is below `least` (WCAG 2.1, 1.4.3)."""
    contrasts = page.evaluate(_CONTRASTS)
    assert len(contrasts) > 20
    return [(ratio, element) for ratio, element in contrasts if ratio < least]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def overlapping(page: Page, selector: str) -> list[tuple[int, int]]:
    """Pairs of drawn marks that cover each other on the screen, by their places; all squares or circles."""
    marks = [
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] / 2)
        for element in page.locator(selector).all()
        if (box := element.bounding_box())
    ]
    assert marks
    # A circle around a square's corners would be too strict: two squares side by side may nearly touch.
    return [
        (i, j)
        for (i, (x, y, reach)), (j, (other_x, other_y, other_reach)) in itertools.combinations(enumerate(marks), 2)
        if math.hypot(x - other_x, y - other_y) < reach + other_reach
    ]


def focused(page: Page) -> str:
    """Link target or id of the element that has the keyboard."""
    return str(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.id"))
