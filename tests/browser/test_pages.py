"""What holds for every main page, in light and dark, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gongdan.domain.snapshots import TicketView
from gongdan.services.tickets import TicketFilter
from tests.browser.conftest import Visit
from tests.browser.office import UNIT_HEADINGS, Office

pytestmark = pytest.mark.browser

PAGES: Mapping[str, str] = {
    "home": "/",
    "tickets": "/tickets",
    "ticket": "/tickets/{ticket}",
    "edit": "/tickets/{ticket}/edit",
    "intake": "/tickets/new/repair",
    "search": "/search?q=2",
    "parties": "/parties",
    "party": "/parties/{party}",
    "assets": "/assets",
    "asset": "/assets/{asset}",
    "grid": "/assets/grid",
    "companies": "/companies",
    "settings": "/settings",
    "departments": "/settings/departments",
    "members": "/members",
    "policy": "/policy",
    "pack": "/policy/packs/property_mgmt.office",
    "roles": "/roles",
    "calendar": "/calendar?year=2026",
    "unknown year": "/calendar?year=2027",
    "plugins": "/plugins",
    "imports": "/imports",
    "run": "/imports/{run}",
    "journal": "/journal?act=ticket.",
    "board": "/duties/team",
    "notices": "/notices",
    "roster": "/roster",
    "duty_log": "/roster/log",
    "handovers": "/roster/handovers",
    "profile": "/account",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

CHINESE = re.compile(r"[一-鿿]")
#: Buttons, headings and labels: what the page says of itself.
OWN_WORDS = (
    "h1, h2, h3, button, .btn, label, legend, summary, th, dt, .rail-link, .rail-heading, .chip-choice, .form-hint, "
    ".empty-page, .next-step, .notice, .bottombar-link, .dropdown-item, option[value=''], .state, .tabs a"
)
BUTTONS = "button, .btn, a[role=button], .dropdown-item, .rail-link, .bottombar-link"
#: Names that are the same in both languages.
SAME = ("xlsx", "xls", "csv", "ods", "Ctrl", "Enter", "Esc")
LATIN = re.compile(r"[A-Za-z]{2,}")
OWN_ATTRIBUTES = ("aria-label", "placeholder", "title")


@pytest.fixture(scope="module")
def complaint(office: Office) -> TicketView:
    """A case in the middle of its way, with a note and a requester."""
    work = office.as_person("zhangmin")
    ticket = office.report("广场舞音量过大，老人无法休息", type="complaint", room="2-1-101")
    ticket = work.tickets.change(ticket.id, ticket.version, {"requester_id": office.owner_id})
    answers = {"consequence": "none", "severity": "ordinary", "severity_reason": "影响休息"}
    graded = work.moves.make(ticket.id, "grade", ticket.version, answers)
    work.notes.write(ticket.id, "已请秩序部到场劝导，@李华 请知悉")
    work.notes.write(ticket.id, "您好，已安排专人处理", is_public=True)
    return graded


@pytest.fixture(scope="module")
def ids(office: Office, complaint: TicketView) -> dict[str, object]:
    run = office.work.imports.all()[-1]
    return {"ticket": complaint.id, "party": office.owner_id, "asset": office.unit("2-1-101"), "run": run.id}


@pytest.fixture(scope="module")
def data_words(office: Office, complaint: TicketView) -> Sequence[str]:
    """Return what people have typed, which stays as it is in every language; long words first."""
    work = office.work
    words = {company.name for company in office.desk.companies.all()}
    words |= {account.name for account in office.desk.accounts.all()}
    words |= {party.name for party in work.parties.list(limit=200)[0]}
    words |= {asset.label for asset in work.assets.list(limit=200)}
    words |= {department.name for department in work.departments.all()}
    words |= {line.ticket.subject for line in work.tickets.list(TicketFilter(), limit=200).lines}
    words |= {run.file_name for run in work.imports.all()} | set(UNIT_HEADINGS) | {complaint.description}
    return sorted(words, key=len, reverse=True)


def violations(page: Page, rules: Sequence[str], *, but: Sequence[str] = ()) -> list[str]:
    options = {
        "runOnly": list(rules),
        "rules": {name: {"enabled": False} for name in but},
        # Of what is in order axe need not send every element.
        "resultTypes": ["violations"],
    }
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def own_words(page: Page, selector: str) -> list[str]:
    """Return the texts and names of what is seen; the switch of languages names each in itself."""
    found: list[str] = page.evaluate(
        """([selector, names]) => [...document.querySelectorAll(selector)]
            .filter((element) => element.checkVisibility() && !element.closest("[lang]:not(html)"))
            .flatMap((element) => [element.innerText ?? "", ...names.map((name) => element.getAttribute(name) ?? "")])
            .filter((text) => text.trim())""",
        [selector, list(OWN_ATTRIBUTES)],
    )
    return found


def without(words: Sequence[str], text: str) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_chinese_is_open_to_everybody_in_light_and_dark(
    look_in: Visit, ids: dict[str, object], data_words: Sequence[str], name: str
) -> None:
    page = look_in("chenhong")
    page.emulate_media(color_scheme="light")
    page.goto(PAGES[name].format(**ids))
    assert violations(page, RULES) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert violations(page, ["color-contrast"]) == []
    words = [text for text in own_words(page, BUTTONS) if LATIN.search(without([*data_words, *SAME], text))]
    assert words == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_english_is_english_and_open_to_everybody(
    look_in: Visit, ids: dict[str, object], data_words: Sequence[str], name: str
) -> None:
    page = look_in("lihua")
    page.goto(PAGES[name].format(**ids))
    # The colours are those of the Chinese page, where they have been looked at.
    assert violations(page, RULES, but=["color-contrast"]) == []
    words = [text for text in own_words(page, OWN_WORDS) if CHINESE.search(without(data_words, text))]
    assert words == []
