"""What no single addon can promise; each folder says what it holds."""
