"""What people can do: each module one group of commands with its buttons; none knows another."""
