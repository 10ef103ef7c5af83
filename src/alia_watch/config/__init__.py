"""TOML to frozen sections; every fault reported at once; secrets from the environment or a file."""
