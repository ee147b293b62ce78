"""What people look at: terminal views and pages."""
