"""The generator of Rivertown, a made-up city: plan → ground → fabrics → people → supply → records → pipes → files."""
