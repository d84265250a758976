"""The pages: Flask, one blueprint file per noun; what may be done is decided in the services below."""
