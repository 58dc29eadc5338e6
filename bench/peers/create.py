"""Makes webhooks with monday-client: so many, so many at once, each with a URL of its own."""

import asyncio
import json
import os
import time

from monday import MondayClient

COUNT = int(os.environ["COUNT"])
TASKS = int(os.environ["TASKS"])
BOARD = int(os.environ["BOARD"])
TARGET = os.environ["TARGET"]


async def main():
    # The client takes the endpoint as an argument; with a version it asks for none.
    client = MondayClient(
        api_key=os.environ["TOKEN"], url=os.environ["ENDPOINT"], version=os.environ["VERSION"]
    )
    numbers = iter(range(COUNT))

    async def create():
        for number in numbers:
            await client.webhooks.create(BOARD, f"{TARGET}{number}", "create_item")

    start, processor = time.perf_counter(), time.process_time()
    await asyncio.gather(*(create() for _ in range(TASKS)))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    print(json.dumps({"seconds": seconds, "processor": processor}))


asyncio.run(main())
