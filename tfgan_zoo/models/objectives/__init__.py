"""Systems that change what the players minimize."""
