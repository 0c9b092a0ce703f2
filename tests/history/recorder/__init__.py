"""Records what clients of real servers ask and are told: see ../README.md."""
