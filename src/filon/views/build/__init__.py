"""Views made from the books: pure functions from what the log says to what people see."""
