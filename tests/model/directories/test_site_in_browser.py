# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A site in a browser: from a stick and from a server, with and without scripts, for all eyes."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.helpers import chromium
from tests.helpers.chromium import Browser, Page
from tests.model.directories import examples
from tests.model.directories.pages import laid

pytestmark = pytest.mark.skipif(bool(chromium.MISSING), reason=chromium.MISSING)

PAGES = ("index", "needs", "offers", "people", "fixes", "places", "repairs", "about", "search")

#: What is wrong with how a page shows its texts: too little contrast with what is behind them
#: (WCAG 2.2, 1.4.3), as it was laid out and painted, whatever the style sheet says.
PALE = """
(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = numbers(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  let looked = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    looked += 1;
    const words = light(numbers(getComputedStyle(element).color));
    const ground = light(behind(element));
    const ratio = (Math.max(words, ground) + 0.05) / (Math.min(words, ground) + 0.05);
    if (ratio < 4.5) found.add(element.className + ": " + ratio.toFixed(2));
  }
  return { looked, pale: [...found] };
})()
"""

#: Fields without a name, and links and buttons too small to be hit.
UNNAMED = """
[...document.querySelectorAll("input, select, button, a[href]")].filter((each) =>
  each.checkVisibility() &&
  !(each.labels && each.labels.length && each.labels[0].textContent.trim()) &&
  !each.textContent.trim() && !each.querySelector("img[alt]")
).map((each) => each.outerHTML)
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium.browsing(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid(examples.rich(), tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.page()
    browser.asked.clear()
    browser.complaints.clear()
    opened.sized(1280, 900)
    opened.at(examples.NOW)
    yield opened
    opened.close()
    assert not browser.complaints


class Quiet(SimpleHTTPRequestHandler):
    """Keeps what it was asked for. A browser opens lines ahead and may ask nothing on them, so
    each has a thread of its own and is closed soon."""

    asked: list[str]
    timeout = 0.5

    def log_request(self, *args: object) -> None:
        self.asked.append(self.path)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Waits for its threads when it is closed."""

    daemon_threads = False


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on loopback: its address, and what is asked of it."""
    asked: list[str] = []
    handler = type("Handler", (Quiet,), {"asked": asked})
    server = Server(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def search(page: Page, words: str) -> list[str]:
    """The titles that are found."""
    page.run(f"document.getElementById('q').value = {json.dumps(words)}")
    page.run("document.querySelector('form.search').requestSubmit()")
    return found(page)


def found(page: Page) -> list[str]:
    titles = page.run("[...document.querySelectorAll('#results h3')].map((each) => each.innerText)")
    assert isinstance(titles, list)
    return titles


@pytest.mark.parametrize("language", ["", "es/", "ar/"])
def test_from_a_stick_every_page_opens_and_asks_for_nothing_else(
    page: Page, site: Path, language: str
) -> None:
    for name in PAGES:
        page.open(f"{site.as_uri()}/{language}{name}.html")
        assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 242)"
        assert page.run("document.querySelector('form.search').checkVisibility()")
    asked = page.browser.asked
    assert len(asked) > len(PAGES)
    assert all(address.startswith(site.as_uri()) for address in asked), asked


def test_from_a_server_it_is_the_same(page: Page, site: Path) -> None:
    with served(site) as (address, asked):
        page.open(f"{address}search.html?q=bread")
        assert found(page) == ["Fresh bread, “every” Saturday 🥖", "Ana Souza-Müller"]
        page.open(f"{address}ar/offers.html")
        page.open("about:blank")
    assert {path.partition("?")[0] for path in asked} >= {
        "/search.html",
        "/assets/index.js",
        "/assets/site.js",
        "/assets/site.css",
    }
    outside = [each for each in page.browser.asked if not each.startswith(address)]
    assert outside == ["about:blank"] or not outside


def test_the_policy_holds_what_a_page_might_be_made_to_do(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/index.html")
    tries = """
    (async () => {
      const blocked = [];
      document.addEventListener("securitypolicyviolation", (event) =>
        blocked.push(event.effectiveDirective));
      await fetch("https://evil.example/").catch(() => 0);
      const picture = new Image();
      const refused = new Promise((done) => { picture.onerror = done; });
      picture.src = "https://evil.example/x.png";
      document.body.append(picture);
      await refused;
      try { document.body.innerHTML = "<b>"; } catch { blocked.push("caught"); }
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.head.append(style);
      await new Promise((done) => setTimeout(done));
      return [...blocked, getComputedStyle(document.body).display];
    })()
    """
    said = page.run(tries)
    assert sorted(set(said)) == sorted(
        {"connect-src", "img-src", "require-trusted-types-for", "caught", "style-src-elem", "block"}
    )
    assert not any("evil" in address for address in page.browser.asked if "x.png" not in address)
    page.browser.complaints.clear()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("bread", "Fresh bread, “every” Saturday 🥖"),
        ("BRÉAD satur", "Fresh bread, “every” Saturday 🥖"),
        ("خُبْز", "Fresh bread, “every” Saturday 🥖"),
        ("面包", "Fresh bread, “every” Saturday 🥖"),
        ("توصيله", "أحتاج إلى توصيلة إلى العيادة"),
        ("zolc wladyslaw", "Władysław Żółć, «senior»"),
        ("bikes", "Ana Souza-Müller"),
        ("transporte", "أحتاج إلى توصيلة إلى العيادة"),
        ("soup ramp", "St. Marien Kitchen & “Café”"),
        ("<script>alert(2)", 'O\'Neil "Bob" <img src=x onerror=alert(1)>'),
    ],
)
def test_words_are_found_however_they_are_spelled(
    page: Page, site: Path, words: str, first: str
) -> None:
    page.open(f"{site.as_uri()}/search.html")
    assert first in search(page, words)
    assert page.text("#count").endswith("found")


def test_every_page_leads_to_what_is_looked_for(page: Page, site: Path) -> None:
    with served(site) as (address, _asked):
        for base in (f"{site.as_uri()}/", address):
            page.open(f"{base}ar/places.html")
            page.run("document.getElementById('q').value = 'kettle & co'")
            page.browser.forget()
            page.run("document.querySelector('form.search button').click()")
            page.loaded()
            assert page.run("location.href").startswith(f"{base}ar/search.html?q=kettle")
            assert page.run("document.getElementById('q').value") == "kettle & co"
            page.open(f"{base}ar/search.html?q=kettle")
            assert found(page)
        page.open("about:blank")


def test_a_code_from_paper_is_found(page: Page, site: Path) -> None:
    post = examples.rich().posts[0]
    page.open(f"{site.as_uri()}/search.html")
    for typed in (post.code, post.code.lower(), f"{post.code[:4]} {post.code[4:]}"):
        assert search(page, typed) == [post.title]
    page.browser.forget()
    page.run("document.querySelector('#results a').click()")
    page.loaded()
    assert page.run("location.hash") == f"#{post.code}"
    assert page.text(":target h2") == post.title


def test_searching_is_told_to_who_does_not_see_it(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/search.html")
    assert page.run("document.activeElement.id") == "q"
    page.call("Input.insertText", text="kettle")
    page.run(
        """new Promise((done) => {
          const count = document.getElementById("count");
          if (count.textContent) done();
          new MutationObserver(done).observe(count, { childList: true });
        })"""
    )
    status = page.run(
        "[document.getElementById('count').getAttribute('role'),"
        " document.getElementById('count').getAttribute('aria-live')]"
    )
    assert status == ["status", "polite"]
    assert page.text("#count") == "3 found"
    assert page.run("location.search") == "?q=kettle"
    assert search(page, "no such thing") == []
    assert page.text("#count") == "Nothing was found. Try fewer or other words."


def test_what_is_found_can_be_narrowed(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/es/search.html?kind=place")
    assert len(found(page)) == len(examples.places())
    assert page.text("#count") == "6 resultados"
    page.run(
        "document.getElementById('area').value = 'Mühlenviertel';"
        "document.getElementById('area').dispatchEvent(new Event('change'))"
    )
    assert found(page) == ["St. Marien Kitchen & “Café”"]
    assert page.text("#count") == "1 resultado"


def test_markup_that_is_found_stays_text(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/search.html?kind=person")
    assert 'O\'Neil "Bob" <img src=x onerror=alert(1)>' in found(page)
    assert page.run("document.querySelectorAll('#results img, #results script').length") == 0


def test_without_scripts_all_is_there_but_searching(page: Page, site: Path) -> None:
    page.scripts(on=False)
    page.open(f"{site.as_uri()}/search.html")
    assert "Searching needs JavaScript" in page.text("main")
    assert not page.run("document.querySelector('form.search').checkVisibility()")
    page.open(f"{site.as_uri()}/index.html")
    assert "Meals for Rosa" in page.text("main")
    page.scripts(on=True)


def test_after_its_end_it_says_so_itself(browser: Browser, site: Path) -> None:
    for time, shown in ((examples.ENDS - 1000, False), (examples.ENDS + 1000, True)):
        page = browser.page()
        page.at(time)
        page.open(f"{site.as_uri()}/places.html")
        assert page.run("document.getElementById('outdated').checkVisibility()") is shown
        if shown:
            assert page.text("#outdated").startswith("This directory is out of date.")
            assert page.run(PALE)["pale"] == []
        page.close()


@pytest.mark.parametrize("language", ["", "ar/"])
def test_a_reader_of_screens_is_given_landmarks_and_names(
    page: Page, site: Path, language: str
) -> None:
    """As the browser itself tells them."""
    page.call("Accessibility.enable")
    for name in PAGES:
        page.open(f"{site.as_uri()}/{language}{name}.html" + "?q=e" * (name == "search"))
        nodes = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in page.call("Accessibility.getFullAXTree")["nodes"]
            if not node.get("ignored")
        ]
        roles = [role for role, _ in nodes]
        for landmark in ("banner", "search", "main", "contentinfo"):
            assert roles.count(landmark) == 1, (name, landmark)
        assert ("status" in roles) == (name == "search")
        named = {"link", "button", "searchbox", "combobox", "navigation", "region", "image"}
        assert {role for role, said in nodes if role in named and not said.strip()} == set()
        ways = [said for role, said in nodes if role == "navigation"]
        assert len(ways) == len(set(ways)) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "ar/"])
def test_texts_stand_out_and_fields_are_named(
    page: Page, site: Path, scheme: str, language: str
) -> None:
    page.prefers(color_scheme=scheme)
    for name in PAGES:
        page.open(f"{site.as_uri()}/{language}{name}.html" + "?q=e" * (name == "search"))
        said = page.run(PALE)
        assert said["looked"] > 10
        assert said["pale"] == [], name
        assert page.run(UNNAMED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_more_contrast_all_is_darker_or_brighter(page: Page, site: Path, scheme: str) -> None:
    page.prefers(color_scheme=scheme, contrast="more")
    page.open(f"{site.as_uri()}/index.html")
    colours = page.run(
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('.meta')).color,"
        " getComputedStyle(document.body).color]"
    )
    assert colours[0] == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(0, 0, 0)")
    assert colours[1] == colours[2]
    assert page.run(PALE)["pale"] == []


@pytest.mark.parametrize("language", ["", "es/", "ar/"])
def test_nothing_is_cut_on_a_narrow_screen_or_in_large_type(
    page: Page, site: Path, language: str
) -> None:
    for width, size in ((360, "100%"), (1280, "100%"), (640, "200%")):
        page.sized(width, 800)
        for name in PAGES:
            page.open(f"{site.as_uri()}/{language}{name}.html")
            page.run(f"document.documentElement.style.fontSize = '{size}'")
            wide = page.run("document.documentElement.scrollWidth")
            assert wide <= width, (name, size)


def test_arabic_pages_begin_at_the_right(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/ar/index.html")
    left, right = page.run(
        "(() => { const box = document.querySelector('.brand').getBoundingClientRect();"
        " return [box.left, innerWidth - box.right]; })()"
    )
    assert right < left
    # What was typed in another direction keeps its own.
    page.open(f"{site.as_uri()}/needs.html")
    assert page.run("[...document.querySelectorAll('h2')].map((h) => h.matches(':dir(rtl)'))") == [
        True,
        False,
    ]


def test_by_keyboard_the_first_stop_leads_past_the_head(page: Page, site: Path) -> None:
    page.open(f"{site.as_uri()}/index.html")
    page.press("Tab", windowsVirtualKeyCode=9)
    assert page.run("document.activeElement.className") == "skip"
    assert page.run("document.activeElement.getBoundingClientRect().top") >= 0
    page.press("Enter", windowsVirtualKeyCode=13, text="\r")
    assert page.run("document.activeElement.id") == "content"
    page.press("Tab", windowsVirtualKeyCode=9)
    assert page.run("document.activeElement.closest('main') !== null")
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_many_results_come_in_portions(browser: Browser, tmp_path: Path) -> None:
    site = laid(examples.large(0, 100), tmp_path)
    page = browser.page()
    page.open(f"{site.as_uri()}/search.html?q=post")
    assert page.text("#count") == "100 found"
    assert len(found(page)) == 30
    page.run("document.getElementById('more').click()")
    assert len(found(page)) == 60
    assert page.run("document.activeElement === document.querySelectorAll('#results a')[30]")
    page.close()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_it_prints_what_is_of_use_on_paper(page: Page, site: Path, tmp_path: Path) -> None:
    page.open(f"{site.as_uri()}/needs.html")
    (tmp_path / "needs.pdf").write_bytes(page.printed())
    words = subprocess.run(
        ["pdftotext", str(tmp_path / "needs.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    assert "Meals for Rosa" in words
    assert "hello@muehle.example" in words
    assert "Good until 20 February 2027." in words
    for useless in ("Search", "Español", "Who fixes what", "Answer by e-mail"):
        assert useless not in words
