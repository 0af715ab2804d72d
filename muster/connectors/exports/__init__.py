"""Export files of any shape, read as columns of text: delimited, JSON, JSON lines and Parquet, compressed or not."""

from muster.connectors.exports.open import Sniffed, open_export, sniff

__all__ = ["Sniffed", "open_export", "sniff"]
