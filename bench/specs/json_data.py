"""JSON data as types: what inputs in clear, files, records and calls of servers hold."""

from collections.abc import Mapping
from typing import Any

JSONObject = dict[str, Any]
"""An object of JSON data; the values may be any JSON data, which only the reader of the one object knows."""
Clear = Mapping[str, object]
"""JSON data by name that is only digested, compared, written and handed on."""
