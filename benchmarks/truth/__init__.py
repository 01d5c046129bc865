"""How well the truth check tells honest rewrites from lies."""
