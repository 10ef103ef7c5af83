"""When the watch speaks, and to whom: the command line, the daemon, the channels. Computes no figure."""
