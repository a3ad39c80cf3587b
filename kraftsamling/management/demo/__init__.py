"""The demo data: what the source documents of the programme tell, and examples beside it, built through the actions."""
