"""The markers that plugins and specifications use."""

from pluggy import HookimplMarker, HookspecMarker

PROJECT = "gongdan"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)
