"""From files to segmented sentences with roles, voices and offsets that hold."""
