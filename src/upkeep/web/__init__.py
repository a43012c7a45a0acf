"""The pages: they parse what was sent, ask the domain once and show the answer. No rule of the business lives here."""
