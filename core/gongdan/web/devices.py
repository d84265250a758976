"""Devices as people call them: what a browser says about itself, cut down to its name and its system."""

from collections.abc import Mapping

from flask import Flask

from gongdan.text import msg
from gongdan.web.words import say

#: Browsers by what they write; the first that fits counts, since most of them also call themselves Chrome and Safari.
_BROWSERS: Mapping[str, str] = {
    "MicroMessenger": msg("微信"),
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS: Mapping[str, str] = {
    "HarmonyOS": "HarmonyOS",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device_name(agent: str) -> str:
    """Return a short name for a browser's own description of itself."""
    named = [next((name for mark, name in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(say(name) for name in named if name) or agent or say(msg("未知设备"))


def install(app: Flask) -> None:
    """Give templates the filter ``device``."""
    app.jinja_env.filters.update(device=device_name)
