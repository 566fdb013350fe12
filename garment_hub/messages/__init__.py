"""What a designer and a factory write to each other about one case."""
