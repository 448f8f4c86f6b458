"""The inbound formats, a folder each; `table` lists them."""
