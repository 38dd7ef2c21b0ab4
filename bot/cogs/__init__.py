"""How the bot speaks with Discord: discord.py and as little else of the world as possible."""
