"""How a receipt looks on a terminal."""

from __future__ import annotations

from credstream.contract.records import Receipt

STYLES = {"published": "green", "held": "yellow", "out_of_scope": "cyan", "refused": "red"}


def line_of(receipt: Receipt, name: str) -> str:
    """One line of markup for a receipt about the file of a name."""
    status = receipt.status
    style = STYLES.get(status, "dim")
    codes = dict.fromkeys(reason.code for reason in receipt.reasons)
    if status == "published":
        what = f"{receipt.kind} v{receipt.version} {receipt.outcome or ''}".rstrip()
        more = f" [dim]({_remarks(len(receipt.reasons))})[/]" if codes else ""
    else:
        what, more = ", ".join(codes), ""
    return f"[{style}]{status:12}[/] {name:48} {what}{more}".rstrip()


def _remarks(count: int) -> str:
    return "1 remark" if count == 1 else f"{count} remarks"
