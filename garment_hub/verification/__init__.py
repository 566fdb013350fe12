"""Which factories staff have looked at, in steps asked in proportion to size, and what is taken off the pages."""
