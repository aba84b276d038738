"""`farhelm conn`: from a script what the console does; the core signs and decides, the shell holds the socket."""
