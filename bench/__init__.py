"""What our code costs on top of the bare pieces that it is made of: `make bench` writes docs/performance.md."""
