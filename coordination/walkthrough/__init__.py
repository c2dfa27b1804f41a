"""One real case through the product's own front doors (``manage.py walkthrough``).

A real server process on a throw-away database; people who sign in, fill the forms as rendered, hold
a WebSocket each and follow the links of their mails. Nothing here reaches into the product: what
happened is read back from the database at the end.
"""
