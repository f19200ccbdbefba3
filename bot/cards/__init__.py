"""What people see in Discord, as plain data: records of the library in, cards out; nothing here knows discord.py."""
