"""The two-person rule: what one person asks for, another one decides."""
