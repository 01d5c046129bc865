"""How well CVs are read: the corpus by family and language, beside other parsers on the same files."""
