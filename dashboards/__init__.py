"""What people see: the web."""
