"""What editors know of a YAML file while it is written: keys, ranges and words as JSON schemas, made from the records.

A schema admits every file that is loaded. It cannot see what is right one by one and not together; loading does.
"""
