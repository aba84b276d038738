"""`farhelm chart`: from cells of an electronic chart (S-57) to the small file that the ship's rules use."""
