"""The budget of an application: its table, its rules, how it is read from what is typed, stored, imported and shown."""
