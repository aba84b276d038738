"""What goes to the ships: orders and their record, the Master's words, the preview, the emergency stop's own way."""
