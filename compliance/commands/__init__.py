"""The commands, one file each. They read the input, call the floors below, and print."""
