"""Pages of the register that office and organisations share: areas, the building table, a house."""
