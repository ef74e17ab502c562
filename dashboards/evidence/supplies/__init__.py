"""What each layer of supply shows as evidence of a zone. One file a layer, found by itself."""
