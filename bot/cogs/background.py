"""Work behind the scenes: one piece of it at a time, and once more if it was asked for meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable

from bot.cogs import trouble


class Background:
    """Does some work whenever it is asked to, never twice at once; what fails is logged and tried again later."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], retry_seconds: float) -> None:
        """Make it; nothing is done before it is asked for.

        Args:
            name: for the log.
            work: begins where it stopped the last time.
            retry_seconds: after so long it is done again where it failed.

        """
        self._name = name
        self._work = work
        self._retry_seconds = retry_seconds
        self.done = 0
        """How often it was."""
        self._context = contextvars.copy_context()
        self._wanted = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def ask_after(self, seconds: float | None = None) -> None:
        """Have it done in a while (None: as after a failure); of two such wishes the sooner one counts."""
        seconds = self._retry_seconds if seconds is None else seconds
        loop = asyncio.get_running_loop()
        if self._timer is not None and not self._timer.cancelled() and self._timer.when() > loop.time():
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = self._context.copy().run(loop.call_later, seconds, self.ask)

    def ask(self) -> None:
        """Have it done soon; asked while it is being done, it is done once more."""
        self._wanted = True
        if self._task is None or self._task.done():
            # In the context of the bot: a change may be announced by a thread, which has another one.
            start = asyncio.get_running_loop().create_task
            self._task = self._context.copy().run(start, self._run(), name=self._name)

    async def idle(self) -> None:
        """Return when nothing is being done and nothing is asked for."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def cancel(self) -> None:
        """Stop at the next await."""
        self._wanted = False
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                await self._work()
            except Exception as error:
                trouble.explain(error, background=self._name)
                self.ask_after()
            self.done += 1
