"""Topics of real texts, ours beside others: quality, what a new subject does to them, thirty nights, speed."""
