"""The README's screenshots: the real bot in the preview, photographed by Debian's Chromium. Run by `make screenshots`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import simcord
from playwright.async_api import Page, async_playwright

from bot.commands.opening import refreshed
from bot.commands.preview import SAMPLES, Scene, scene
from bot.settings import DEFAULT_DATA, PROJECT, load
from bot.wiring import Project

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FOLDER = PROJECT / "docs" / "screenshots"
ANSWERED, REFUSED = SAMPLES
CLAIMS = "Moscow proposed to hold the talks in Geneva. Moscow proposed to hold the talks in Vienna. Who says so?"
WIDTH, HEIGHT, SCALE = 1000, 1500, 1.5


async def main() -> int:
    """Take every picture anew."""
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not there. Install it (apt-get install chromium), or set CHROMIUM.", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The shipped articles and settings, whatever else is in the data folder.
    with tempfile.TemporaryDirectory() as data:
        made = Project(load(), Path(data), DEFAULT_DATA / "models")
        await photographed(refreshed(made))
        made.index.close()
    return 0


async def photographed(shipped: Project) -> None:
    """Ask, press and photograph."""
    async with scene(shipped) as here:
        answer = await here.alice.slash(here.channel, "ask", question=ANSWERED)
        refusal = await here.alice.slash(here.channel, "ask", question=REFUSED)
        context = await press(here, answer, "Context")
        sources = await press(here, answer, "Sources")
        claims = await here.alice.send(here.channel, CLAIMS)
        checked = await here.alice.context_menu(here.channel, "Check against the articles", claims)
        preview = here.env.preview(here.channel, viewers=[here.alice], layout="channel")
        async with preview, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM)
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
            await page.goto(preview.url)
            await photograph(page, "answer", answer)
            await photograph(page, "context", context)
            await photograph(page, "sources", sources)
            await photograph(page, "refusal", refusal)
            await photograph(page, "check", checked)
            await page.locator(selector(answer)).locator(".component-button", has_text="👎").click()
            form = page.locator("#modal-root [role=dialog]").first
            await form.wait_for()
            await form.screenshot(path=FOLDER / "feedback.png")
            await browser.close()


async def press(here: Scene, result: simcord.InteractionResult, label: str) -> simcord.InteractionResult:
    """Press a button under an answer."""
    assert result.response is not None
    return await here.alice.click(result.response, label=label)


def selector(result: simcord.InteractionResult) -> str:
    """The message on the page."""
    assert result.response is not None
    return f'article[data-message-id="{result.response.id}"]'


async def photograph(page: Page, name: str, shown: simcord.InteractionResult) -> None:
    """One picture of one message."""
    await page.locator(selector(shown)).screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
