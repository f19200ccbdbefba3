"""What the front ends share: the serving library, worker processes, builds, scopes, links, JSON."""
