"""What the browser sees: the messages between shore and console."""
