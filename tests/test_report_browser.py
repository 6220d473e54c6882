"""The page of results in a real browser, opened from disk: it is read, sorted, filtered, and runs nothing foreign."""

import re

import pytest

from bench.registered.registry import Registry
from bench.report.data import ReportData
from bench.report.writing import single_page, write_folder
from bench.store.store import Store
from tests.browser import chromium, opened
from tests.report_pages import HOSTILE, RIGHT, write_store

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The page of a small store, as a folder and as ``single.html`` in it."""
    folder = tmp_path_factory.mktemp("report")
    store = write_store(folder / "store")

    def make(**options):
        return ReportData(Store(store.root), Registry(), **options)

    write_folder(make, folder / "page")
    (folder / "page" / "single.html").write_text(single_page(make)[0])
    return folder / "page"


@pytest.fixture
def visit(browser, folder):
    def call(address="", file="index.html", **options):
        return opened(browser, f"{(folder / file).as_uri()}{address}", **options)

    return call


def labels(page):
    page.wait_for_selector(".tabulator-row")
    return page.eval_on_selector_all(".tabulator-row .label a", "links => links.map(link => link.textContent)")


@pytest.mark.parametrize("file", ["index.html", "single.html"])
def test_the_leaderboard_opens_from_disk_with_the_best_first(visit, file):
    with visit(file=file) as page:
        assert labels(page)[:3] == ["Mine & own", f"Theirs {HOSTILE}", "Blind"]
        assert "This rests on" in page.inner_text(".verdict")
        assert page.locator(".interval .control").count() > 0


def test_a_click_on_a_heading_sorts_and_words_filter(visit):
    with visit() as page:
        first = labels(page)
        page.click(".tabulator-col[tabulator-field='label'] .tabulator-col-content")
        assert labels(page) == sorted(first)
        page.fill("input.search", "blind")
        page.wait_for_function("document.querySelectorAll('.tabulator-row').length === 1")
        assert labels(page) == ["Blind"]
        page.fill("input.search", "")
        page.select_option("select.filter-kind", "control")
        page.wait_for_function("document.querySelectorAll('.tabulator-row').length === 1")
        assert labels(page) == ["Blind"]


def test_columns_are_chosen(visit):
    with visit() as page:
        labels(page)
        page.click(".menu summary")
        page.get_by_label("BLEU-2", exact=True).uncheck()
        assert page.locator(".tabulator-col[tabulator-field='c0']:visible").count() in (0, 1)
        shown = page.eval_on_selector_all(
            ".tabulator-col:not([style*='none'])", "columns => columns.map(column => column.innerText.trim())"
        )
        assert "BLEU-2" not in shown and "METEOR" in shown


@pytest.mark.parametrize(
    ("show", "wanted"),
    [
        ("A right, B wrong", RIGHT["mine"] - RIGHT["theirs"]),
        ("A wrong, B right", RIGHT["theirs"] - RIGHT["mine"]),
        ("both right", RIGHT["mine"] & RIGHT["theirs"]),
        ("both wrong", {*range(12)} - RIGHT["mine"] - RIGHT["theirs"]),
    ],
)
def test_exactly_the_answers_are_shown_that_one_model_has_right_and_the_other_wrong(visit, show, wanted):
    with visit("#pictures?p=0&a=0&b=1") as page:
        page.select_option("select[name=show]", label=show)
        page.wait_for_function(f"document.querySelector('.count').textContent.startsWith('{len(wanted)} of 12')")
        shown = page.eval_on_selector_all("article", "cards => cards.map(card => Number(card.dataset.item))")
        assert {*shown} == wanted
        assert page.inner_text(f".outcomes button:has-text('{show}') b") == str(len(wanted))


def test_filters_join_and_stay_in_the_address(visit):
    with visit("#pictures?p=0&a=0&b=1&show=a") as page:
        page.select_option("select[name=category]", "fibres")
        page.select_option("select[name=kind]", "shape")
        page.wait_for_function("document.querySelector('.count').textContent.startsWith('2 of 12')")
        address = page.url
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_function("document.querySelector('.count')?.textContent.startsWith('2 of 12')")
        shown = page.eval_on_selector_all("article", "cards => cards.map(card => Number(card.dataset.item))")
        assert shown == [0, 8]


def test_words_that_differ_are_marked_and_facts_are_named(visit):
    with visit("#pictures?p=0&a=0&b=1&show=a") as page:
        page.wait_for_selector("article .facts")
        card = page.locator("article[data-item='0']")
        assert card.locator("mark").all_inner_texts()[0].startswith("curved")
        assert card.locator(".facts .right").first.inner_text() == "✓ shape: straight"
        assert card.locator(".facts .wrong").first.inner_text() == "✗ shape: said curved, is straight"
        page.wait_for_function("document.querySelector('article img')?.naturalWidth === 224")


def test_a_field_of_the_confusion_matrix_opens_its_pictures(visit):
    with visit("#row?p=1&m=0") as page:
        field = page.locator("table.confusion td button").first
        count = int(field.inner_text())
        field.click()
        page.wait_for_selector(".strip .picture img")
        assert page.locator(".strip .picture").count() == count
        page.click(".strip a")
        page.wait_for_function(f"document.querySelector('.count')?.textContent.startsWith('{count} of 6')")


def test_a_number_opens_where_it_comes_from(visit):
    with visit() as page:
        labels(page)
        page.locator(".tabulator-row a.digits").first.click()
        page.wait_for_selector("h1:has-text('Why facts of Mine & own is 0.417')")
        page.click("details.cell summary")
        page.click("details.cell details summary")
        assert "history.json" in page.inner_text("details.cell") or "fingerprint" not in page.inner_text("details.cell")
        assert page.locator("code").first.get_attribute("title").startswith("train-")


@pytest.mark.parametrize("form", ["SVG", "PNG", "CSV"])
def test_a_figure_can_be_saved(visit, form):
    with visit("#figures?p=0") as page:
        page.wait_for_selector(".plot svg")
        with page.expect_download() as download:
            page.locator("figure").first.get_by_role("button", name=form).click()
        content = download.value.path().read_bytes()
        assert content.startswith({"SVG": b"<svg", "PNG": b"\x89PNG", "CSV": b"label,"}[form])
        assert form == "PNG" or b"Mine &" in content
        assert b"var(--" not in content


@pytest.mark.parametrize("form", ["CSV", "LaTeX", "Markdown"])
def test_a_table_can_be_saved(visit, form):
    with visit() as page:
        labels(page)
        with page.expect_download() as download:
            page.locator(".saving").get_by_role("button", name=form).click()
        assert "Mine" in download.value.path().read_text()
        assert (
            download.value.suggested_filename == f"table-1.{ {'CSV': 'csv', 'LaTeX': 'tex', 'Markdown': 'md'}[form] }"
        )


@pytest.mark.parametrize(
    "address", ["", "#row?p=0&m=0", "#row?p=0&m=1", "#pictures?p=0&a=0&b=1", "#figures?p=0", "#why?p=0&m=1"]
)
@pytest.mark.parametrize("file", ["index.html", "single.html"])
def test_hostile_text_stays_text(visit, address, file):
    with visit(address, file) as page:
        page.wait_for_timeout(1000)
        assert page.evaluate("window.taken") is None
        assert page.locator("main script, main img[src=x], main a[href^='javascript']").count() == 0
        if address.startswith("#pictures"):
            page.locator("article[data-item='3']").scroll_into_view_if_needed()
            page.wait_for_selector("article[data-item='3'] .answer:has-text('javascript')")
            assert HOSTILE in page.inner_text("article[data-item='3']")
            page.locator("article[data-item='6']").scroll_into_view_if_needed()
            page.wait_for_selector("article[data-item='6'] .answer:has-text('1,000,000 letters')")


def test_the_policy_refuses_what_is_not_the_pages_own(browser, folder):
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
            const own = document.createElement('script');
            own.textContent = 'window.taken = 2';
            document.head.append(own);
        })"""
    )
    assert blocked.startswith("script-src") and page.evaluate("window.taken") is None
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "#row?p=0&m=0",
        "#row?p=1&m=0",
        "#pictures?p=0&a=0&b=1&show=a",
        "#pictures?p=1&a=0&b=1",
        "#figures?p=0",
        "#why?p=0&m=0&c=facts",
    ],
)
def test_axe_finds_nothing_serious(visit, address, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with visit(address, scheme=scheme, is_quiet=False) as page:  # axe itself tries what the policy refuses
        page.wait_for_timeout(1500)
        violations = axe.Axe().run(page).response["violations"]
        serious = [each for each in violations if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [node["html"][:150] for node in each["nodes"][:3]]) for each in serious] == []


@pytest.mark.parametrize("address", ["", "#row?p=1&m=0", "#pictures?p=0&a=0&b=1", "#figures?p=0", "#why?p=0&m=0"])
def test_a_narrow_page_does_not_scroll_sideways(visit, address):
    with visit(address, width=400) as page:
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_page_is_used_by_keyboard_alone(visit):
    with visit() as page:
        labels(page)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        for _ in range(3):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Pictures"
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Pictures and answers')")
        page.focus("select[name=show]")
        page.keyboard.press("ArrowDown")
        page.wait_for_function("document.querySelector('.count').textContent.startsWith('5 of 12')")
        assert page.evaluate("document.activeElement.name") == "show"


def test_light_and_dark_are_turned_by_a_button(visit):
    with visit() as page:
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.get_by_role("button", name="Light or dark").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_two_windows_do_not_disturb_each_other(visit):
    with visit("#pictures?p=0&a=0&b=1&show=a") as one, visit("#pictures?p=0&a=0&b=1&show=b") as other:
        counts = [re.match(r"\d+", page.inner_text(".count"))[0] for page in (one, other)]
        assert counts == [str(len(RIGHT["mine"] - RIGHT["theirs"])), str(len(RIGHT["theirs"] - RIGHT["mine"]))]
