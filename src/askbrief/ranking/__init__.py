"""A question and an index -> passages in order: two rankings over all passages in scope, fused into one."""
