"""The handbooks: read from Markdown, shown as pages and on paper, searched. They hold no secrets and know no web."""
