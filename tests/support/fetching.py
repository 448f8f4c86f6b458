"""The pages of a worker, as a probe or a monitor asks for them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from tests.support import waiting


def ask(web, page):
    """Status and body of a page; nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"{web}/{page}", timeout=waiting.GIVE_UP_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except OSError:
        return None


def waits_for(web, cause):
    """What readiness says once it waits for a cause, and the metric does too."""

    def told():
        status, body = ask(web, "readyz") or (0, "{}")
        shown = json.loads(body)
        return shown["waits_for"] if status == 503 and cause in shown["causes"] else None

    words = waiting.eventually(told)
    metric = f'credstream_waiting{{cause="{cause}",'
    lines = ask(web, "metrics")[1].splitlines()
    assert [line for line in lines if line.startswith(metric) and line.endswith(" 1.0")]
    return words


def ready(web):
    """Wait until a worker says that its work goes on."""
    return waiting.eventually(lambda: (ask(web, "readyz") or (0,))[0] == 200)
