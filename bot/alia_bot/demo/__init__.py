"""The simulated winter, and the loopback stand-ins that tests share with it."""
