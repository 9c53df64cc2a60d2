"""The release that this code base is: server, client and protocol library share it."""

VERSION = "0.1.0"
