"""An S3-compatible server on this machine, for tests of the store that needs one."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

#: The keys that the server takes; any would do.
KEYS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
BUCKET = "gongdan"


@contextmanager
def serving() -> Iterator[str]:
    """Run the server with an empty bucket; yield the address of its endpoint."""
    # Half a second in each process that collects tests, wherever they run.
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        request = urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")  # noqa: S310 -- the server above
        urllib.request.urlopen(request).close()  # noqa: S310 -- the server above
        yield endpoint
    finally:
        server.stop()
