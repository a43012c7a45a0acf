"""Pages of developers, property companies and owners' committees."""
