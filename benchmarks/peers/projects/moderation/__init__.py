"""Wagtail: a snippet in moderation."""
