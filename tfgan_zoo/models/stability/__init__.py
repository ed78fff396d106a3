"""Systems that change what keeps training stable."""
