"""Every verb, in the order `--help` lists them: importing a verb's file registers it on the application."""
