"""What `make_vectors.py` writes, one module for each file or group of files."""
