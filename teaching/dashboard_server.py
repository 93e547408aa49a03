"""The server of the dashboard: one page and its glossary, the files they are made of, and a kernel for each visitor.

Solara's own server also fetches what it lacks from a network, by names that a visitor gives, tells its maker that it
was started, and shows what goes on in it. Here none of it is reachable: the files of `solara-assets` are served as they
lie, and no other address is answered.
"""

from __future__ import annotations

import os
import secrets
import threading
import warnings
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from teaching.reading_page import PATH, reading_page

if TYPE_CHECKING:
    from starlette.applications import Starlette

LOOPBACK, PORT = "127.0.0.1", 8765
PAGE = "teaching.dashboard:Page"
#: How long a visitor's world is kept when the connection is lost.
KEPT_FOR = "30m"

#: Widget libraries whose scripts the page loads.
_EXTENSIONS = ("jupyter-vue", "jupyter-vuetify")
#: Read by Solara when it is imported.
_SETTINGS = {
    "SOLARA_APP": PAGE,
    "SOLARA_MODE": "production",
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "Strategic compliance",
    # Mesa's page returns early before a hook, always in the same way here
    "SOLARA_CHECK_HOOKS": "off",
    "SOLARA_KERNEL_CULL_TIMEOUT": KEPT_FOR,
}


def serve(host: str = LOOPBACK, port: int = PORT, ready: Callable[[str], None] | None = None) -> None:
    """Serve the dashboard until it is interrupted.

    Parameters
    ----------
    host : str
        Address to listen on; by default only this machine can reach it.
    port : int
    ready : callable, optional
        Called with the address of the page once it can be opened.

    Raises
    ------
    InputError
        If the extra ``dashboard`` is not installed, or the address cannot be listened on.
    """
    app = application()
    import uvicorn

    from teaching.dashboard import first_look

    socket = _listening(host, port)
    first_look()
    # a page that is left open must not keep the server alive
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    shown = f"[{host}]" if ":" in host else host
    server = _telling(config, ready, f"http://{shown}:{socket.getsockname()[1]}/")
    server.run(sockets=[socket])


def application() -> Starlette:
    """Return the app: what the page needs, and nothing else.

    Raises
    ------
    InputError
        If the extra ``dashboard`` is not installed.
    """
    for name, value in _SETTINGS.items():
        os.environ[name] = value
    os.environ.setdefault("SOLARA_SESSION_SECRET_KEY", secrets.token_hex())
    try:
        import altair  # noqa: F401  (Mesa's page needs it)
        import solara_assets  # noqa: F401
        from solara.server import server, settings
        from solara.server import starlette as solara_starlette
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.gzip import GZipMiddleware
        from starlette.responses import HTMLResponse
        from starlette.routing import Mount, Route, WebSocketRoute
        from starlette.staticfiles import StaticFiles
    except ImportError as error:
        raise InputError([missing_extra(error)]) from None
    # the page is opened without https, and is in no frame of another
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")

    def reading(_request: Any) -> HTMLResponse:
        return HTMLResponse(reading_page())

    routes: list[Any] = [
        Route("/", endpoint=solara_starlette.root),
        Route(PATH, endpoint=reading),
        Route("/jupyter/api/kernels/{id}", endpoint=solara_starlette.kernels),
        WebSocketRoute("/jupyter/api/kernels/{kernel_id}/{name}", endpoint=solara_starlette.kernel_connection),
        Route("/_solara/api/close/{kernel_id}", endpoint=solara_starlette.close, methods=["POST"]),
        Mount("/_solara/cdn", app=StaticFiles(directory=settings.assets.proxy_cache_dir)),
        *(
            Mount(f"/jupyter/nbextensions/{name}", app=StaticFiles(directory=_extension(name, server)))
            for name in _EXTENSIONS
        ),
        Mount("/static/assets", app=solara_starlette.StaticAssets()),
        Mount("/static", app=StaticFiles(directory=server.solara_static)),
    ]
    pressed = [Middleware(GZipMiddleware, minimum_size=1000)]
    return Starlette(routes=routes, lifespan=solara_starlette.lifespan, middleware=pressed)


def _extension(name: str, server: Any) -> Path:
    """Return the folder of a widget library's scripts."""
    found = [Path(folder, name) for folder in server.nbextensions_directories if Path(folder, name).is_dir()]
    if not found:
        raise InputError([f"the dashboard needs the scripts of {name}: install the extra [dashboard] again"])
    return found[0]


def missing_extra(error: ImportError) -> str:
    """Return what to do where a package of the extra is missing."""
    return f"the dashboard needs the extra: pip install 'strategic-compliance[dashboard]' ({error.name} is missing)"


def open_page(address: str) -> None:
    """Open the page in the user's browser, without waiting for it."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _listening(host: str, port: int) -> Any:
    """Return a socket that listens, so that an address in use is one line."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        found.close()
        raise InputError([f"--host and --port must be free to listen on, got {host} port {port}: {error}"]) from None
    return found


def _telling(config: Any, ready: Callable[[str], None] | None, address: str) -> Any:
    """Return a server that says when it listens."""
    import uvicorn

    class Telling(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if ready is not None:
                ready(address)

    return Telling(config)
