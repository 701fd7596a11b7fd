"""`python -m local.compose.relay <host>:<port> <command …>`: the command, and a way from its own loopback to a server.

The pipeline asks files of public https addresses, and of its own machine's loopback (`include/source/http`), of no
other private address. The made-up COVID-19 files are in a container of their own; this is the way to them, for which
that rule need not be softened.
"""

from __future__ import annotations

import asyncio
import os
import sys

from local.program import HOST


async def relay(host: str, port: int) -> None:
    """Pass on every connection to this machine's loopback port to the same port of `host`, until it is ended."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()  # as a server that is away looks like
            return
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))

    server = await asyncio.start_server(connected, HOST, port)
    async with server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
    except OSError:
        pass  # one side is gone, so the other is let go too
    finally:
        writer.close()


def main(place: str, *command: str) -> None:
    """Fork the relay and be the command; the relay ends with the container."""
    host, _, port = place.partition(":")
    if os.fork() == 0:
        asyncio.run(relay(host, int(port)))
    os.execvp(command[0], command)  # noqa: S606 # no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
