"""What the city's data is: one file a layer, found by itself; ``schema`` says what a layer is."""
