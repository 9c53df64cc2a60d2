"""Questions answered many at a time: what comes while one batch is being answered makes the next one.

A look-up alone waits for nobody. Under load one trip to a thread, to Valkey and to the database serves all that came
in the meantime, and nothing need be kept to make it fast: every answer is as fresh as the first.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Question = TypeVar("Question")
Reply = TypeVar("Reply")

MOST_AT_ONCE = 256


class Gatherer(Generic[Question, Reply]):
    """`answer` gets the questions of a batch and gives as many replies in their order. It runs on one thread, always
    the same, so what belongs to a thread (a database connection) is kept. Belongs to one event loop.
    """

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Reply]], *, name: str) -> None:
        self._answer = answer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: list[tuple[Question, asyncio.Future[Reply]]] = []
        self._work: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Reply:
        """Raises what `answer` raises for the whole batch."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_all())
        return await future

    async def _answer_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            questions = [question for question, _ in batch]
            try:
                replies = await loop.run_in_executor(self._thread, self._answer, questions)
            except Exception as error:  # noqa: BLE001 - it is raised where the questions were asked
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), reply in zip(batch, replies, strict=True):
                if not future.done():
                    future.set_result(reply)
