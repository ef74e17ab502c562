"""Evidence of a zone's cause on the map: its buildings, its supply, and the words beside them."""
