"""What the bot remembers: runs, conversations, posted answers, votes, channel settings. SQLAlchemy; SQLite or any URL."""
