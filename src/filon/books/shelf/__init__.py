"""A posted book laid down in columns, as arrays that can be kept in files and mapped: opened without posting anything.

arrays = laid(posting)                    # of numbers and of what msgpack makes; nothing of Python's own
shelf = Shelf(arrays, events)             # events: where events are read again, by their keys
shelf.book(register)                      # equal to the book that was laid down; its objects are made when asked for
shelf.posting(register)                   # the run that made it, which may go on
"""
