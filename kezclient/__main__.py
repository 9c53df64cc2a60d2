"""`python -m kezclient` is `kez-chat`."""

from kezclient.cli import main

main()
