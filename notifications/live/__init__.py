"""Live notices: sockets, who keeps them, and the same over plain HTTP (design: notifications.md §4)."""
