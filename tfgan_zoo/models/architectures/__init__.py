"""Systems that change the networks."""
