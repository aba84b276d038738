"""Sentence families, one file each, headed by their field lists (IEC 61162-1 edition 6, clause 8.3)."""
