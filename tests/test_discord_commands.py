"""`verbatim discord`, `verbatim preview` and what doctor says of Discord."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
import discord
import discord_server
import pytest
import yarl
from discord_fixtures import PRIVILEGED, make_bot, read

from bot.cogs.gate import OpenGate, Place, Waiting
from bot.commands import discord as command
from bot.commands import discord_check
from bot.commands.discord_check import TOKEN
from bot.commands.preview import SAMPLES, scene
from bot.settings import load
from bot.wiring import Project

LIMITED = 1 << 19
"""GATEWAY_MESSAGE_CONTENT_LIMITED: the intent is switched on for a bot in few servers."""


@dataclass
class Api:
    """Discord's REST API as far as a login needs it, on this machine."""

    good_token: str = "good.token"
    flags: int = 0
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    state = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            body, status = b'{"message": "401: Unauthorized", "code": 0}', 401
            if self.headers["Authorization"] == f"Bot {state.good_token}":
                user = '{"id": "1", "username": "verbatim", "discriminator": "0", "avatar": null, "bot": true}'
                application = (
                    '{"id": "1", "name": "verbatim", "description": "", "icon": null, "bot_public": true, "summary": "",'
                    f'"bot_require_code_grant": false, "verify_key": "", "flags": {state.flags}, "owner": {user},'
                    ' "team": null}'
                )
                body, status = (user if self.path.endswith("/users/@me") else application).encode(), 200
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{server.server_port}/api/v10")
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def test_doctor_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    token, intents = discord_check.checks(load())
    assert token[1]
    assert "only needed" in token[2]
    assert intents[1]
    assert "threads need a mention" in intents[2]


@pytest.mark.parametrize(
    ("wanted", "flags", "good", "said"),
    [
        ("false", 0, True, "threads need a mention"),
        ("true", LIMITED, True, "no mention is needed"),
        ("true", 0, False, "Switch on the Message Content Intent"),
    ],
)
def test_doctor_asks_discord_for_the_intent(
    api: Api, monkeypatch: pytest.MonkeyPatch, wanted: str, flags: int, good: bool, said: str
) -> None:
    monkeypatch.setenv(TOKEN, api.good_token)
    api.flags = flags
    token, intents = discord_check.checks(load(flags=(f"discord.message_content={wanted}",)))
    assert token[1:] == (True, "accepted; the bot is verbatim")
    assert intents[1] is good
    assert said in intents[2]


def test_doctor_names_a_token_that_is_not_accepted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "other.token")
    (token,) = discord_check.checks(load())
    assert not token[1]
    assert "Reset Token" in token[2]


def test_doctor_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "some.token")
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9/api/v10")
    (token,) = discord_check.checks(load())
    assert not token[1]
    assert "cannot be reached" in token[2]


def test_the_bot_needs_a_token(seeds: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(command.DiscordError, match=r"DISCORD_TOKEN is not set.*verbatim preview"):
        command.run(seeds)


async def test_the_bot_says_that_its_token_is_refused(
    api: Api, seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = make_bot(seeds, tmp_path)
    with pytest.raises(command.DiscordError, match="does not accept the token") as raised:
        await command.serve(bot, "other.token")
    bot.database.close()
    (logged,) = [r.verbatim_fields["reference"] for r in caplog.records if r.getMessage() == "ended"]  # type: ignore[attr-defined]
    assert f"(Reference {logged}.)" in str(raised.value)


async def test_the_bot_says_that_discord_is_not_there(
    seeds: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9/api/v10")
    bot = make_bot(seeds, tmp_path)
    with pytest.raises(command.DiscordError, match="cannot be reached"):
        await command.serve(bot, "some.token")
    bot.database.close()


async def test_the_preview_serves_the_real_bot_on_this_machine_only(seeds: Project) -> None:
    async with scene(seeds) as here:
        result = await here.alice.slash(here.channel, "ask", question=SAMPLES[0])
        async with here.env.preview(here.channel, viewers=[here.alice, here.mona], layout="channel") as preview:
            assert preview.url.startswith("http://127.0.0.1:")
            async with aiohttp.ClientSession() as session, session.get(preview.url) as page:
                assert page.status == 200
            snapshot = await preview.snapshot()
        assert "Geneva" in read(result.response)
        assert "Geneva" in str(snapshot["messages"])
        assert snapshot["diagnostics"] == []
        assert here.env.errors == []


@pytest.mark.parametrize(
    ("module", "unloaded"),
    [("bot.cli", "discord"), ("bot.render.discord", "discord"), ("bot.commands.discord_check", "discord"),
     ("bot.render.lens", "sqlalchemy"), ("bot.cogs.client", "simcord")],
)  # fmt: skip
def test_layers_load_no_more_than_they_need(module: str, unloaded: str) -> None:
    code = f"import sys, {module}; sys.exit({unloaded!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent.parent).returncode == 0


async def test_a_second_signal_does_not_wait(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path)
    async with bot:
        with bot.underway():
            stopping = asyncio.create_task(bot.stop())
            await asyncio.sleep(0)
            assert bot.stopping
            await bot.close()
        await stopping
        assert bot.is_closed()
    bot.database.close()


class TerminatedGate(OpenGate):
    """The process is told to stop while a question waits."""

    @asynccontextmanager
    async def admission(self, place: Place, waiting: Waiting) -> AsyncIterator[None]:
        del place, waiting
        os.kill(os.getpid(), signal.SIGTERM)
        yield


async def test_sigterm_finishes_the_answer_under_way(
    seeds: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = make_bot(seeds, tmp_path, gate=TerminatedGate())
    async with discord_server.serving() as server:
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{server.port}/api/v10")
        gateway = yarl.URL(f"ws://127.0.0.1:{server.port}/gateway")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        running = asyncio.create_task(command.serve(bot, discord_server.TOKEN))
        await server.wait(lambda: discord_server.IDENTIFY in server.operations)
        await asyncio.wait_for(bot.wait_until_ready(), 120)
        token = await server.ask(SAMPLES[0])
        await asyncio.wait_for(running, 120)
        (answer,) = server.named("PATCH", f"{token}/messages/@original", 200)
        assert "Geneva" in str(answer.body)
    assert bot.is_closed()
    bot.database.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4014, "may not read message content. Switch on the Message Content Intent"),
        (4004, r"closed the connection for good \(code 4004\). Copy the token anew"),
        (4011, r"closed the connection for good \(code 4011\). Set discord.shards = 0"),
    ],
)
async def test_the_bot_says_why_the_gateway_refuses_it(
    seeds: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    bot = make_bot(seeds, tmp_path, PRIVILEGED)
    async with discord_server.serving() as server:
        server.closes_with = code
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{server.port}/api/v10")
        gateway = yarl.URL(f"ws://127.0.0.1:{server.port}/gateway")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        with pytest.raises(command.DiscordError, match=f"{said}.*Reference [0-9a-f]{{8}}"):
            await command.serve(bot, discord_server.TOKEN)
    bot.database.close()
