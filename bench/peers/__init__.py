"""Other chat servers, measured beside ours on the same machine, where somebody has installed them."""
