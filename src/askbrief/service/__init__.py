"""What the front ends share: the library that serves, worker processes, builds, scopes, JSON."""
