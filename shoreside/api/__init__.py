"""HTTP, console websocket and authentication."""
