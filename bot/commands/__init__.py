"""The body of each command, one module a command; imported only when it runs."""
