"""What a command of `otklik` does beyond running assets, and what it prints."""
