"""Month and year close, and the statements after 财会〔2020〕7号."""
