"""The pages say what the code says: tables, names, commands and links."""

import re
import tomllib
from dataclasses import fields

import pytest

from credstream.contract import schemas, topics
from credstream.contract.reasons import table as reasons
from credstream.process import settings
from tests.support import docs

ROOT = docs.ROOT
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
DECISIONS = ROOT / "docs" / "decisions"

FENCE = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CALL = re.compile(r"(?:^|[\s/])credstream ((?!on )[a-z].*)")


def page(name):
    return (ROOT / "docs" / name).read_text("utf-8")


def prose(text):
    """A page without its blocks of code."""
    return FENCE.sub("", text)


def rows(text):
    """The cells of every table row, heads and rules left out."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE):
        for line in block.splitlines()[2:]:
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.append([cell.strip().replace(r"\|", "|") for cell in cells])
    return found


def block(text, name):
    return re.search(rf"<!-- generated:{name} -->\n(.*?)<!-- end -->", text, re.DOTALL)[1]


def names(text):
    """What the first column of tables holds in code."""
    return [found[1] for row in rows(text) if (found := CODE.fullmatch(row[0]))]


def slug(heading):
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", ""))
    return plain.replace(" ", "-")


def anchors(path):
    return {slug(head) for head in re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)}


def calls(text):
    """Every call of the command that a page shows, without what follows a comment or a pipe."""
    lines = [line for code in FENCE.findall(text) for line in command_lines(code)]
    lines += CODE.findall(prose(text))
    found = (CALL.search(line) for line in lines)
    return [re.split(r"\s[#|>]", each[1])[0] for each in found if each]


def command_lines(code):
    """The lines that are typed: those behind a prompt, or all where there is no prompt."""
    lines = code.splitlines()
    return [line[2:] for line in lines if line.startswith("$ ")] or lines


@pytest.mark.parametrize("path", docs.pages(), ids=lambda path: str(path.relative_to(docs.DOCS)))
def test_generated_tables_are_what_the_code_gives(path):
    text = path.read_text("utf-8")
    assert docs.rewritten(text) == text, "run `make docs`"


def test_every_generated_table_stands_on_some_page():
    found = [m[1] for path in docs.pages() for m in docs.BLOCK.findall(path.read_text("utf-8"))]
    assert sorted(found) == sorted(docs.TABLES)


def test_a_changed_table_would_be_noticed():
    text = page("operators/settings.md")
    assert docs.rewritten(text.replace("`CREDSTREAM_BROKER`", "`CREDSTREAM_BROKERS`")) == text


def test_the_settings_page_names_every_variable_and_no_other():
    text = block(page("operators/settings.md"), "settings")
    code = [settings.PREFIX + each.name.upper() for each in fields(settings.Settings)]
    assert names(text) == code


def test_variables_named_anywhere_are_settings():
    known = {settings.PREFIX + each.name.upper() for each in fields(settings.Settings)}
    known |= {f"{name}_FILE" for name in known} | {"CREDSTREAM_NAME", "CREDSTREAM_NAME_FILE"}
    # Of `make kafka-up` and of a register's command, which are no workers.
    known |= {"CREDSTREAM_STACK_PARTS", "CREDSTREAM_SUBSCRIBE_TO"}
    used = {
        name
        for path in docs.pages()
        for name in re.findall(r"CREDSTREAM_[A-Z_]+", path.read_text())
    }
    assert used <= known


def test_the_metrics_page_has_every_metric_and_what_to_look_at():
    text = page("operators/metrics.md")
    code = [docs.metric_name(metric) for metric in docs.all_metrics().values()]
    assert names(block(text, "metrics")) == code
    watched = names(text.partition("## Which metric to watch when")[2])
    assert sorted(watched) == sorted(code), "say under 'Which metric to watch when' what to look at"


def test_metrics_named_anywhere_exist():
    code = {docs.metric_name(metric) for metric in docs.all_metrics().values()}
    for path in docs.pages():
        used = set(re.findall(r"`(credstream_[a-z_]+)`", path.read_text("utf-8")))
        headers = {name for name in used if re.fullmatch(r"credstream_dlq_[a-z]+", name)}
        assert used - headers <= code, path


def test_the_headers_of_dead_letters_are_those_that_the_stage_writes():
    source = (ROOT / "credstream" / "kafka" / "dead_letters.py").read_text("utf-8")
    written = re.search(r"facts = \{(.*?)\n    \}", source, re.DOTALL)[1]
    code = {f"credstream_dlq_{name}" for name in re.findall(r'"(\w+)":', written)}
    assert set(re.findall(r"`(credstream_dlq_[a-z]+)`", page("operators/topics.md"))) == code


def test_the_page_for_operators_has_every_event_of_the_log():
    found = {
        name
        for folder in ("credstream", "services")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(
            r'(?:logger\(\)\.[a-z]+|\bend)\(\s*"([^"]+)"', path.read_text("utf-8")
        )
    }
    table = page("operators/index.md").partition("## Logs")[2].partition("\n## ")[0]
    told = {name for row in rows(table) for name in CODE.findall(row[0])}
    assert told == found


def test_the_topics_page_has_every_row_of_the_table():
    text = block(page("operators/topics.md"), "topics")
    assert names(text) == [row.name for row in topics.TOPICS]


def test_the_reasons_page_has_every_code_once():
    assert sorted(names(page("providers/reasons.md"))) == sorted(reasons.REASONS)


def test_a_reason_is_on_the_page_with_its_meaning_and_its_fix():
    told = {row[0]: row[1:] for row in rows(page("providers/reasons.md"))}
    for code, words in reasons.REASONS.items():
        assert told[f"`{code}`"] == [words.meaning, words.fix]


@pytest.mark.parametrize("record", docs.PUBLISHED)
def test_the_records_page_has_every_field_with_its_meaning(record):
    schema = schemas.schema(record)
    text = block(page("registers/records.md"), "records")
    section = re.search(
        rf"### {schema['name'].split('.')[-1]}\n(.*?)(?=\n### |\Z)", text, re.DOTALL
    )
    told = [(row[0].strip("`"), row[2]) for row in rows(section[1])]
    assert told == [(each["name"], each["doc"]) for each in schema["fields"]]


def test_the_records_page_has_the_ids_of_the_schemas():
    text = block(page("registers/records.md"), "schemas")
    told = {row[0].strip("`"): int(row[2]) for row in rows(text)}
    assert told == {
        row.name: schemas.IDS[row.record] for row in topics.TOPICS if row.record in docs.PUBLISHED
    }


def test_receipt_statuses_are_those_of_the_schema():
    doc = next(e["doc"] for e in schemas.schema("receipt")["fields"] if e["name"] == "status")
    statuses = re.findall(r"[a-z_]+", doc.replace(" or ", " "))
    heads = re.findall(r"^## (\w+)$", page("providers/receipts.md"), re.MULTILINE)
    assert heads == statuses


def test_every_decision_is_linked_from_the_list():
    linked = LINK.findall((DECISIONS / "README.md").read_text("utf-8"))
    assert linked == sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda path: path.name)
def test_a_decision_says_why_what_and_until_when(path):
    text = path.read_text("utf-8")
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences", "What would change our mind"]
    assert text.startswith(f"# {path.name[:4]} ")


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted(DECISIONS.glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    for target in LINK.findall(prose(path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_on_a_page_exists_with_its_options(path):
    known = {name.split(" ", 1)[1]: command for name, command in docs.commands().items()}
    for call in calls(path.read_text("utf-8")):
        words = call.split()
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in known), None)
        group = len(words) == 1 and any(each.startswith(f"{words[0]} ") for each in known)
        assert name or group, f"credstream {call}"
        if name:
            options = {opt for param in known[name].params for opt in param.opts} | {"--help"}
            assert {word for word in words if word.startswith("--")} <= options, call


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_target_on_a_page_is_in_the_makefile(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = path.read_text("utf-8")
    code = [*FENCE.findall(text), *CODE.findall(prose(text))]
    used = {name for each in code for name in re.findall(r"^make ([a-z-]+)", each, re.MULTILINE)}
    assert used <= targets


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_name_no_path_of_a_machine(path):
    assert not re.search(r"(?<![\w.])/(work|home|root|Users)/", path.read_text("utf-8"))


def test_the_licence_is_the_one_that_the_package_declares():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert f"SPDX-License-Identifier: {project['license']}\n" in text
