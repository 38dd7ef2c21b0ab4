"""How people ask and what they read: the command line, the harness, the Discord bot."""
