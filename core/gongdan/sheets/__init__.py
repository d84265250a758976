"""Reading and writing tables: what a person sends from Excel, WPS or a text editor, and what goes back."""
