"""The tabs of the desk, one module for each kind of decision."""
