"""The register that all money hangs on: areas, buildings, houses, owners, facilities, and who claims a house."""
