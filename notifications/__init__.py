"""Who hears of an event and how it reaches them; knows events and people, not records."""
