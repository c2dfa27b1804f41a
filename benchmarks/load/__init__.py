"""Our own scenario as load: people who act through pages and links, and sockets that come and go.

``house`` runs the processes and kills them, ``acting`` are the people, ``crowd`` the sockets,
``mixed`` puts them together. ``tests/services/test_load.py`` says what must hold of it.
"""
