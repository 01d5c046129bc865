"""The HTTP API's own logic: what a request may ask for, and what an answer says. Knows no AWS client of its own."""
