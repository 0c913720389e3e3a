"""What processes that are killed, cut off or never started do to messages."""
